/** One table that turns an error of code into a reason. The first entry that fits counts; weather is asked first. */
import type { Device, Lack } from '../domain/device.ts';
import { NEEDS_ANOTHER_TORCH } from '../domain/torch-era.ts';
import { deviceWeatherOf } from './device-weather.ts';
import { REFUSALS } from './refusals.ts';
import { type Causes, weatherOf } from './weather.ts';

export type ReasonClass = 'weather' | 'needs-device' | 'needs-torch' | 'refused' | 'defect';

interface Reason {
  readonly name: string;
  readonly means: ReasonClass;
  /** What a device must lack for this to be no defect. */
  readonly needs?: Lack;
  readonly type?: RegExp;
  readonly message?: RegExp;
}

const REASONS: readonly Reason[] = [
  {
    name: 'needs a GPU',
    means: 'needs-device',
    needs: 'gpu',
    message:
      /no gpu (found|or accelerator)|gpu is (needed|required)|requires? (a )?(gpu|cuda)|not compiled with cuda|cuda is not available|no cuda-capable|none of the available devices|no nvidia driver/i,
  },
  { name: 'this release lacks it', means: 'refused', type: /^Unsupported$/ },
  {
    name: 'no default target modules',
    means: 'refused',
    type: /^ValueError$/,
    message: /please specify `target_modules`/i,
  },
  { name: 'refused', means: 'refused', type: /^NotImplementedError$/ },
  ...REFUSALS.map(({ message }) => ({ name: 'refused', means: 'refused' as const, message })),
  {
    name: 'refused',
    means: 'refused',
    type: /^(ValueError|TypeError|RuntimeError)$/,
    message:
      /not (yet )?(supported|implemented|compatible)|unsupported|doesn't support|does not support|only supports?/i,
  },
  {
    name: NEEDS_ANOTHER_TORCH,
    means: 'needs-torch',
    type: /^(ImportError|ModuleNotFoundError|AttributeError)$/,
    message:
      /no module named '(torch|triton)[.']|from '(torch|triton)[.']|^module '(torch|triton)([.][\w.]+)?' has no attr/i,
  },
  { name: 'name cannot be imported', means: 'defect', type: /^ImportError$/, message: /cannot import name/ },
  { name: 'package missing', means: 'defect', type: /^ModuleNotFoundError$/ },
  { name: 'import refused', means: 'defect', type: /^ImportError$/ },
  {
    name: 'argument not known',
    means: 'defect',
    type: /^TypeError$/,
    message: /unexpected keyword|missing \d+ required|positional argument/,
  },
  { name: 'attribute gone', means: 'defect', type: /^AttributeError$/ },
  {
    name: 'shapes differ',
    means: 'defect',
    message: /size mismatch|sizes? of tensor|shapes? cannot be|must match|dimensions|shape '/i,
  },
  { name: 'types differ', means: 'defect', message: /dtype|same type|scalar type/i },
  { name: 'crash', means: 'defect', type: /^SIG/ },
];

/** Before all else where cells run on cards. */
const TOO_OLD: Reason = {
  name: 'needs a newer card',
  means: 'needs-device',
  needs: 'capability',
  message:
    /no kernel image is available|compute capability (?:of at least|>=|>|\d)|is not compatible with the current PyTorch|requires (?:a GPU with )?(?:compute capability|sm_?\d)|named symbol not found|no longer supports this GPU because it is too old|only supports? \w+ GPUs? or newer|using Ampere GPU|out of resource: shared memory/i,
};

/** Where cells run on cards, these come first. One that failed in company is run alone before it counts. */
const ON_CARDS: readonly Reason[] = [
  {
    name: 'assertion on the card',
    means: 'defect',
    message: /device-side assert triggered/i,
  },
  {
    name: 'access outside of memory on the card',
    means: 'defect',
    message: /illegal memory access|misaligned address|invalid program counter|illegal instruction was encountered/i,
  },
  {
    name: 'kernel failed on the card',
    means: 'defect',
    message: /unspecified launch failure|CUDA error: invalid (?:argument|configuration)|CUBLAS_STATUS_|CUDNN_STATUS_/i,
  },
];

/** Only this much of a message is looked at: messages come from strangers, and the patterns must stay fast. */
const MESSAGE_LIMIT = 8192;

export interface Classified {
  readonly reason: string;
  readonly means: ReasonClass;
  readonly needs?: Lack | undefined;
}

/** `device` is where it was raised, where that is known: what a card's driver says counts only on one. */
export function classify(
  type: string,
  message: string,
  causes: Causes = [],
  device?: Pick<Device, 'hasCards'>,
): Classified {
  const text = message.slice(0, MESSAGE_LIMIT);
  const isOnCard = device?.hasCards === true;
  // A kernel that wants more shared memory than a card has speaks of resources too.
  if (isOnCard && TOO_OLD.message?.test(text))
    return { reason: TOO_OLD.name, means: TOO_OLD.means, needs: TOO_OLD.needs };
  const weather = (isOnCard ? deviceWeatherOf(text) : undefined) ?? weatherOf(type, text, causes);
  if (weather !== undefined) return { reason: weather, means: 'weather' };
  const reasons = isOnCard ? [...ON_CARDS, ...REASONS] : REASONS;
  const found = reasons.find((reason) => (reason.type?.test(type) ?? true) && (reason.message?.test(text) ?? true));
  return found ? { reason: found.name, means: found.means, needs: found.needs } : { reason: type, means: 'defect' };
}

/** A message without addresses, paths and numbers: equal for equal failures, across runs and architectures. */
export function signatureOf(type: string, message: string): string {
  const line = message.slice(0, MESSAGE_LIMIT).split('\n')[0] ?? '';
  const plain = line
    .replace(/0x[0-9a-f]+/gi, '#')
    .replace(/(?:\/[^\s/'":]+){2,}\/?/g, '<path>')
    .replace(/\d+(\.\d+)*/g, '#')
    .replace(/\s+/g, ' ')
    .trim();
  return `${type}: ${plain}`.slice(0, 300);
}
