/** The graphics cards of this machine. The driver's own tool is asked: importing torch here would run strangers' code. */
import type { Card } from '../../domain/card.ts';
import { type Finished, run } from './process.ts';

const TOOL = 'nvidia-smi';
const TOOL_MS = 30_000;

/** What is asked of a card, as the tool names it. The last ones are not known to every driver. */
const FIELDS = [
  'index',
  'uuid',
  'name',
  'driver_version',
  'memory.total',
  'memory.free',
  'compute_mode',
  'pci.bus_id',
  'mig.mode.current',
  'compute_cap',
] as const;
type Field = (typeof FIELDS)[number];

type Environment = Readonly<Record<string, string | undefined>>;

/** The cards that may be used, or why there is none and what to do about it. */
export type Found = { readonly cards: readonly Card[] } | { readonly why: string; readonly isDriverThere: boolean };

/** Asks the driver. Never throws: what goes wrong is in the answer. */
export async function findCards(environment: Environment): Promise<Found> {
  const { finished, fields } = await askedFor(FIELDS, environment);
  if (finished.status !== 0) return failure(finished);
  const rows = readRows(finished.stdout, fields);
  const hasSlices = rows.some((row) => row['mig.mode.current'] === 'Enabled');
  const listed = hasSlices ? (await ask(['-L'], environment)).stdout : '';
  const cards = visible(cardsOf(rows, listed), environment.CUDA_VISIBLE_DEVICES);
  return cards.length > 0 ? { cards } : { why: noneUsable(rows, environment), isDriverThere: true };
}

/** Asks for fields, without those that this driver does not know. */
async function askedFor(
  fields: readonly Field[],
  environment: Environment,
): Promise<{ readonly finished: Finished; readonly fields: readonly Field[] }> {
  const finished = await ask([`--query-gpu=${fields.join(',')}`, '--format=csv,noheader,nounits'], environment);
  const unknown = /Field "([\w.]+)" is not a valid field/.exec(`${finished.stdout}${finished.stderr}`)?.[1];
  const left = fields.filter((field) => field !== unknown);
  return left.length < fields.length ? askedFor(left, environment) : { finished, fields };
}

function ask(args: readonly string[], { PATH, LD_LIBRARY_PATH }: Environment): Promise<Finished> {
  const env = { PATH, LD_LIBRARY_PATH, LC_ALL: 'C' };
  return run(TOOL, args, { env, timeoutMs: TOOL_MS, longest: 256 * 1024 });
}

export type Row = Readonly<Partial<Record<Field, string>>>;

/** One row for each card; what the driver does not tell of it is absent. */
function readRows(text: string, fields: readonly Field[] = FIELDS): readonly Row[] {
  const lines = text.split('\n').filter((line) => line.includes(','));
  return lines.map((line) => {
    const values = line.split(',').map((value) => value.trim());
    const known = fields.map((field, place) => [field, values[place] ?? ''] as const);
    return Object.fromEntries(known.filter(([, value]) => value !== '' && !/^\[.*\]$/.test(value)));
  });
}

/** Slices stand for the card that they are cut from: the card itself takes no work then. */
function cardsOf(rows: readonly Row[], listed: string): readonly Card[] {
  const slices = readSlices(listed);
  return rows.flatMap((row) => {
    const card = cardOf(row);
    if (card === undefined || row.compute_mode === 'Prohibited') return [];
    if (row['mig.mode.current'] !== 'Enabled') return [card];
    const own = slices.filter(({ index }) => index === card.index);
    return own.map(({ uuid, profile }) => sliceOf(card, uuid, profile));
  });
}

function cardOf(row: Row): Card | undefined {
  const { uuid, name, driver_version: driver, compute_cap: capability } = row;
  const index = Number(row.index);
  if (uuid === undefined || name === undefined || driver === undefined || !Number.isInteger(index)) return undefined;
  const [memoryBytes, freeBytes] = [bytesIn(row['memory.total']), bytesIn(row['memory.free'])];
  return { uuid, index, name, driver, capability, memoryBytes, freeBytes, bus: row['pci.bus_id'], isSlice: false };
}

function sliceOf(card: Card, uuid: string, profile: string): Card {
  const name = `${card.name} MIG ${profile}`;
  return { ...card, uuid, name, memoryBytes: undefined, freeBytes: undefined, isSlice: true };
}

/** MiB as the tool writes them. */
function bytesIn(text: string | undefined): number | undefined {
  const mebibytes = Number(text);
  return text === undefined || !Number.isFinite(mebibytes) ? undefined : mebibytes * 1024 ** 2;
}

interface Slice {
  readonly index: number;
  readonly profile: string;
  readonly uuid: string;
}

/** The lines of `nvidia-smi -L`: a card, then its slices. */
function readSlices(text: string): readonly Slice[] {
  const slices: Slice[] = [];
  let index = -1;
  for (const line of text.split('\n')) {
    index = Number(/^GPU (\d+):/.exec(line)?.[1] ?? index);
    const [, profile, uuid] = /^\s+MIG (\S+)\s+Device\s+\d+: \(UUID: (MIG-[\w/-]+)\)/.exec(line) ?? [];
    if (profile !== undefined && uuid !== undefined) slices.push({ index, profile, uuid });
  }
  return slices;
}

/** Those that the user's own `CUDA_VISIBLE_DEVICES` names, by number or by the start of their identifier; all without one. */
function visible(cards: readonly Card[], named: string | undefined): readonly Card[] {
  if (named === undefined) return cards;
  const names = named.split(',').map((name) => name.trim());
  const isNamed = ({ uuid, index }: Card) =>
    names.some((name) => name !== '' && (uuid.startsWith(name) || name === String(index)));
  return cards.filter(isNamed);
}

function noneUsable(rows: readonly Row[], { CUDA_VISIBLE_DEVICES: named }: Environment): string {
  if (rows.length === 0) return `The driver sees no card. ${GIVE_ONE}`;
  if (rows.every((row) => row.compute_mode === 'Prohibited'))
    return `The cards of this machine take no work: their compute mode is \`Prohibited\`. Set it with \`${TOOL} -c DEFAULT\`.`;
  if (named !== undefined)
    return `CUDA_VISIBLE_DEVICES is \`${named.slice(0, 80)}\`, and no card that takes work has such a name. Unset it, or name one of \`${TOOL} -L\`.`;
  return `A card of this machine is to be used in slices and has none. Make one with \`${TOOL} mig\`, or turn that off.`;
}

const GIVE_ONE = 'Start the container with its cards (`docker run --gpus all`), or use a machine that has one.';

interface Trouble {
  readonly says: RegExp;
  readonly why: string;
}

/** What the tool says where it cannot answer. The first entry that fits counts. */
const TROUBLES: readonly Trouble[] = [
  { says: /no devices were found/i, why: `The driver sees no card. ${GIVE_ONE}` },
  {
    says: /failed to initialize NVML: (?:unknown error|GPU access blocked)/i,
    why: 'The driver answers this system no longer, as happens to containers. Start the container anew, or restart the machine.',
  },
  {
    says: /mismatch in versions between nvidia-smi and NVML/i,
    why: 'The tool is of another driver than the library that it asks. Take the one that came with the driver.',
  },
  {
    says: /version mismatch/i,
    why: 'The driver was updated while it is loaded: its library and its module do not fit. Restart the machine.',
  },
  {
    says: /couldn't communicate with the NVIDIA driver|driver is not loaded/i,
    why: 'The driver is installed and does not run. Load it (`modprobe nvidia`), or restart the machine.',
  },
  {
    says: /GPU is lost|fallen off the bus|unable to determine the device handle/i,
    why: 'A card no longer answers its driver. Restart the machine.',
  },
  {
    says: /insufficient permissions/i,
    why: 'This user may not ask the driver. Allow it to read and write /dev/nvidia*.',
  },
];

function failure({ status, stdout, stderr }: Finished): Found {
  if (status === 127)
    return {
      why: `The tool of NVIDIA's driver, \`${TOOL}\`, is not here. Install the driver, start the container with its cards (\`docker run --gpus all\`), or use a machine that has one.`,
      isDriverThere: false,
    };
  const said = `${stdout}\n${stderr}`.trim();
  const why = TROUBLES.find(({ says }) => says.test(said))?.why;
  const first = said.split('\n')[0]?.slice(0, 200) ?? '';
  return { why: why ?? `\`${TOOL}\` ended with status ${status}: ${first}. Run it by hand.`, isDriverThere: true };
}
