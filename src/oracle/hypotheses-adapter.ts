/** What can be wrong with an adapter that changes weights, or with a trained head. */
import type { Hypotheses, Hypothesis } from './hypothesis.ts';
import type { Model } from './model.ts';

const NAMES: ReadonlyMap<string, string> = new Map([
  ['LORA', 'LoRA'],
  ['ADALORA', 'AdaLoRA'],
  ['VERA', 'VeRA'],
  ['LOHA', 'LoHa'],
  ['LOKR', 'LoKr'],
  ['ROAD', 'RoAd'],
  ['MISS', 'MiSS'],
  ['VBLORA', 'VB-LoRA'],
  ['RANDLORA', 'RandLoRA'],
  ['DELORA', 'DeLoRA'],
  ['SHIRA', 'SHiRA'],
  ['LN_TUNING', 'LN tuning'],
  ['FOURIERFT', 'FourierFT'],
  ['WAVEFT', 'WaveFT'],
  ['HIRA', 'HiRA'],
  ['GRALORA', 'GraLoRA'],
  ['GLORA', 'GLoRA'],
  ['SUPERTUNING', 'Supertuning'],
]);

export const ADAPTER_HYPOTHESES: Hypotheses = (model) => {
  const adapter = model.adapter;
  if (adapter === undefined) return [];
  return [...headHypotheses(model), ...adaptionHypotheses(model), ...changeHypotheses(model)];
};

/** How a method is called in a sentence. */
export function methodName(model: Model): string {
  const type = model.adapter?.configuration.peft_type ?? '';
  return model.adapter?.configuration.use_dora === true ? 'DoRA' : (NAMES.get(type) ?? type);
}

function headHypotheses({ task, adapter }: Model): readonly Hypothesis[] {
  if (task === 'causal-lm' || adapter?.replaced.size === 0) return [];
  const both = 'The adapter is not in use: neither its weights nor its trained head.';
  const head = 'The trained head is not in use: the classifier is the new one.';
  return [
    { says: head, departure: { head: 'new' } },
    { says: both, departure: { head: 'new', share: 0 } },
  ];
}

function adaptionHypotheses({ adapter }: Model): readonly Hypothesis[] {
  if (adapter === undefined || adapter.adaptions.size === 0) return [];
  return [
    { says: 'The adaption prompt is ignored.', departure: { adaption: 'none' } },
    { says: 'Keys and values of the adaption prompt are swapped.', departure: { adaption: 'swapped' } },
    { says: 'The adaption prompt passes without its gate.', departure: { adaption: 'ungated' } },
    { says: 'The adaption prompt is applied at half its gate.', departure: { share: 0.5 } },
    { says: 'The adaption prompt is applied at twice its gate.', departure: { share: 2 } },
  ];
}

function changeHypotheses(model: Model): readonly Hypothesis[] {
  const modules = [...(model.adapter?.changes.keys() ?? [])];
  if (modules.length === 0) return [];
  const name = methodName(model);
  return [
    { says: `${name} is not applied: the weights are those of the base model.`, departure: { share: 0 } },
    { says: `${name} is applied at half its scale.`, departure: { share: 0.5 } },
    { says: `${name} is applied at twice its scale.`, departure: { share: 2 } },
    ...scaleHypotheses(model, name),
    ...doraHypotheses(model),
    ...placeHypotheses(model, modules, name),
  ];
}

function scaleHypotheses({ adapter }: Model, name: string): readonly Hypothesis[] {
  const { r, init_r, lora_alpha, alpha, use_rslora } = adapter?.configuration ?? {};
  const rank = init_r ?? r ?? undefined;
  const numerator = lora_alpha ?? alpha ?? undefined;
  if (rank === undefined || numerator === undefined) return [];
  const root = Math.sqrt(rank);
  const [asStated, other] = use_rslora === true ? ['sqrt(r)', 'r'] : ['r', 'sqrt(r)'];
  const scale = numerator / (use_rslora === true ? root : rank);
  return [
    { says: `${name} is applied without its scale alpha / ${asStated}.`, departure: { share: 1 / scale } },
    {
      says: `${name} is scaled with alpha / ${other}, not with alpha / ${asStated}.`,
      departure: { share: use_rslora === true ? 1 / root : root },
    },
    {
      says: `${name} is scaled with alpha alone, not with alpha / ${asStated}.`,
      departure: { share: numerator / scale },
    },
    { says: `${name} is applied with its scale twice.`, departure: { share: scale } },
    { says: `${name} is subtracted, not added.`, departure: { share: -1 } },
  ];
}

function doraHypotheses({ adapter }: Model): readonly Hypothesis[] {
  if (adapter?.configuration.use_dora !== true) return [];
  return [
    {
      says: 'DoRA divides by the length of the base weight, not of the changed one.',
      departure: { doraNorm: 'of-base' },
    },
    { says: 'DoRA is computed without its magnitudes, as plain LoRA.', departure: { doraNorm: 'none' } },
  ];
}

/** The adapter is missing in a place, is in one place alone, or comes from another. */
function placeHypotheses({ shape }: Model, modules: readonly string[], name: string): readonly Hypothesis[] {
  const layers = Array.from({ length: shape.layers }, (_, layer) => layer);
  const kinds = [...new Set(modules.map((module) => module.split('.').at(-1) ?? module))];
  const without = (says: string, leaves: (module: string) => boolean): Hypothesis => ({
    says,
    departure: { changeOf: (module) => (leaves(module) ? undefined : module) },
  });
  return [
    ...layers.map((layer) => without(`Layer ${layer} has no adapter.`, (module) => layerOf(module) === layer)),
    ...layers.map((layer) => without(`Only layer ${layer} has an adapter.`, (module) => layerOf(module) !== layer)),
    {
      says: 'The adapter of each layer is applied to another layer.',
      departure: { changeOf: (module) => inLayer(module, shape.layers - 1 - layerOf(module)) },
    },
    { says: 'Every layer has the adapter of the first.', departure: { changeOf: (module) => inLayer(module, 0) } },
    ...kinds.map((kind) => without(`${name} is missing on \`${kind}\`.`, (module) => module.endsWith(`.${kind}`))),
    ...kinds.map((kind) =>
      without(`${name} is applied on \`${kind}\` alone.`, (module) => !module.endsWith(`.${kind}`)),
    ),
    ...swaps(kinds),
    ...modules.map((module) => without(`\`${module}\` has no adapter.`, (other) => other === module)),
  ];
}

function swaps(kinds: readonly string[]): readonly Hypothesis[] {
  const pairs = kinds.flatMap((one, at) => kinds.slice(at + 1).map((other) => [one, other] as const));
  return pairs.map(([one, other]) => ({
    says: `The adapters of \`${one}\` and \`${other}\` are swapped.`,
    departure: { changeOf: (module) => renamed(module, one, other) },
  }));
}

function renamed(module: string, one: string, other: string): string {
  if (module.endsWith(`.${one}`)) return module.slice(0, -one.length) + other;
  return module.endsWith(`.${other}`) ? module.slice(0, -other.length) + one : module;
}

function layerOf(module: string): number {
  return Number(/\.(\d+)\./.exec(module)?.[1] ?? -1);
}

function inLayer(module: string, layer: number): string {
  return module.replace(/\.\d+\./, `.${layer}.`);
}
