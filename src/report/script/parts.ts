/** The stages of a cell as Python, each with the check that stands there; what it finds ends the program with status 1. */
import type { Method, Task } from '../../domain/matrix.ts';
import { generation, headTrained, PADDED } from './checks.ts';
import { literal } from './literals.ts';

/** What a script shows: a method on a task, and the head that is new there, if any. */
export interface Shown {
  readonly task: Task;
  readonly method: Method;
  /** The learning rate of the method on its architecture. */
  readonly rate: number;
  readonly head: string | undefined;
  readonly isQuantized: boolean;
}

interface Part {
  readonly stage: string;
  /** Types of failures of peft-sweep's own that `checks` shows; what is raised shows by itself. */
  readonly shows: readonly string[];
  /** What later parts stand on. */
  readonly does: (shown: Shown) => readonly string[];
  /** Asked where the cell failed, and everywhere of one that passes. */
  readonly checks: (shown: Shown) => readonly string[];
}

const nothing = (): readonly string[] => [];

/** It stands at the top of each script: what fails there is raised. */
function atTheTop(stage: string): Part {
  return { stage, shows: [], does: nothing, checks: nothing };
}

const PARTS: readonly Part[] = [
  ...['import', 'build', 'quantize'].map(atTheTop),
  {
    stage: 'attach',
    shows: ['nothing-trainable'],
    does: () => [
      'torch.manual_seed(0)',
      'model = peft.get_peft_model(base, configuration())',
      'trained = {name: weight for name, weight in model.named_parameters() if weight.requires_grad}',
    ],
    checks: () => ['if not trained:', '    raise SystemExit("the adapter has no parameter that requires a gradient")'],
  },
  {
    stage: 'forward',
    shows: ['not-finite', 'padding-counts'],
    does: () => ['loss = model(**batch).loss'],
    checks: ({ task }) => [
      'if not torch.isfinite(loss):',
      '    raise SystemExit(f"the loss is {loss.item()}")',
      ...(task.logitsPer === 'row' ? PADDED : []),
    ],
  },
  { stage: 'train', shows: ['no-gradient', 'does-not-learn', 'head-not-trained'], does: training, checks: learning },
  {
    stage: 'generate',
    shows: ['cached-generation-differs', 'uncached-generation-differs'],
    does: nothing,
    checks: ({ task }) => (task.generates ? generation(task) : []),
  },
  {
    stage: 'reload',
    shows: ['reload-differs'],
    does: nothing,
    checks: () => [
      'trained_logits = logits_of(model)',
      'model.save_pretrained(FOLDER + "/adapter")',
      'again = peft.PeftModel.from_pretrained(load_model(), FOLDER + "/adapter")',
      'require_close("logits after save and reload", logits_of(again), trained_logits)',
    ],
  },
  {
    stage: 'disable',
    shows: ['disable-differs'],
    does: nothing,
    checks: () => [
      'with model.disable_adapter():',
      '    require_close("logits of the disabled adapter and the base model", logits_of(model), base_logits)',
    ],
  },
  {
    stage: 'merge',
    shows: ['merge-differs'],
    does: nothing,
    checks: () => [
      'trained_logits = logits_of(model)',
      'require_close("logits after merging", logits_of(model.merge_and_unload()), trained_logits)',
    ],
  },
];

function training({ rate, method: { afterStep } }: Shown): readonly string[] {
  return [
    `optimizer = torch.optim.AdamW(trained.values(), lr=${rate}, weight_decay=0.0)`,
    'before = {name: weight.detach().clone() for name, weight in trained.items()}',
    'model.train()',
    'losses = []',
    'for step in range(25):',
    '    loss = model(**batch).loss',
    '    optimizer.zero_grad()',
    '    loss.backward()',
    '    optimizer.step()',
    ...(afterStep === undefined ? [] : [`    model.base_model.${afterStep}(step)`]),
    '    losses.append(loss.item())',
    'print(f"loss {losses[0]:.4f} -> {losses[-1]:.4f}")',
  ];
}

function learning({ head, method }: Shown): readonly string[] {
  return [
    `still = [name for name, weight in trained.items() if torch.equal(weight, before[name])${byDesign(method)}]`,
    'if still:',
    '    raise SystemExit(f"{len(still)} of {len(trained)} tensors are not trained: {still[:3]}")',
    ...(head === undefined ? [] : headTrained(head)),
    'if losses[-1] > 0.999 * losses[0]:',
    '    raise SystemExit("the loss does not fall")',
  ];
}

/** A condition on names, but for what gets no gradient by design. */
function byDesign({ untrained }: Method): string {
  if (untrained === undefined) return '';
  return ` and not any(fnmatch.fnmatch(name, pattern) for pattern in ${literal(Object.keys(untrained))})`;
}

/** Whether a stage has no meaning for what is shown, by design. */
function isExempt({ stage }: Part, { method, head, isQuantized }: Shown): boolean {
  const exemptions: Readonly<Record<string, { readonly where: string }>> = {
    ...method.notMeasured,
    ...method.notCompared,
  };
  const where = exemptions[stage]?.where;
  return (
    where === 'everywhere' || (where === 'quantized' && isQuantized) || (where === 'new-head' && head !== undefined)
  );
}

/** All parts up to where a cell failed; undefined where that is shown by none of them. */
export function partsUpTo(
  failure: { readonly stage: string; readonly type: string } | undefined,
  shown: Shown,
): readonly string[] | undefined {
  if (failure === undefined) return [...PARTS.flatMap((part) => whole(part, shown)), END];
  const last = PARTS.findIndex(({ stage }) => stage === failure.stage);
  const part = PARTS[last];
  if (part === undefined || (isOwn(failure.type) && !part.shows.includes(failure.type))) return undefined;
  const before = PARTS.slice(0, last).flatMap(({ does }) => does(shown));
  return [...before, ...part.does(shown), ...part.checks(shown), END];
}

function whole(part: Part, shown: Shown): readonly string[] {
  return isExempt(part, shown) ? part.does(shown) : [...part.does(shown), ...part.checks(shown)];
}

const END = 'print("nothing is broken here")';

/** A check of peft-sweep's is named in lower case with hyphens, as no exception is. */
function isOwn(type: string): boolean {
  return /^[a-z]+(-[a-z0-9]+)+$/.test(type);
}
