/** What can be wrong with the base model: masks, positions, and numbers of its configuration. */
import { ACTIVATIONS, type Shape } from './architectures.ts';
import type { Positions } from './departure.ts';
import { countedReal } from './forward.ts';
import type { Hypotheses, Hypothesis } from './hypothesis.ts';
import type { Model } from './model.ts';

export const BASE_HYPOTHESES: Hypotheses = (model) => [
  ...MASKS.filter(({ departure }) => departure.mask !== 'future-seen' || model.architecture.isCausal),
  ...POSITIONS,
  ...pooledHypotheses(model),
  ...shapeHypotheses(model.shape),
];

const MASKS: readonly Hypothesis[] = [
  { says: 'The attention mask is ignored: padding is seen.', departure: { mask: 'padding-seen' } },
  { says: 'The causal mask is lost: later tokens are seen.', departure: { mask: 'future-seen' } },
];

const POSITIONS: readonly Hypothesis[] = [
  { says: 'Positions are counted over real tokens alone, without padding.', departure: { positions: overReal } },
  { says: 'Positions are counted over padding too.', departure: { positions: overAll } },
  {
    says: 'All tokens have the same position.',
    departure: { positions: (positions) => positions.map(() => positions[0] ?? 0) },
  },
  {
    says: 'Positions begin at 1, not at 0.',
    departure: { positions: (positions) => positions.map((position) => position + 1) },
  },
  { says: 'Positions are halved.', departure: { positions: (positions) => positions.map((position) => position / 2) } },
  {
    says: 'Positions are a quarter of what they should be.',
    departure: { positions: (all) => all.map((each) => each / 4) },
  },
];

/** The first real place is at the first position; padding keeps one that exists. */
function overReal(...[, row, prefix]: Parameters<Positions>): readonly number[] {
  return countedReal(row, prefix).map((position) => Math.max(position, 0));
}

function overAll(...[, row, prefix]: Parameters<Positions>): readonly number[] {
  return row.map((_, place) => prefix + place);
}

function pooledHypotheses({ task }: Model): readonly Hypothesis[] {
  if (task !== 'seq-cls') return [];
  return [
    { says: 'The classifier reads the first place.', departure: { pooled: 'first' } },
    { says: 'The classifier reads the last place, padding or not.', departure: { pooled: 'last-place' } },
    { says: 'The classifier reads the place before the last real token.', departure: { pooled: 'before-last' } },
  ];
}

const THETAS = [1_000, 10_000, 20_000, 100_000, 500_000, 1_000_000];

function shapeHypotheses(shape: Shape): readonly Hypothesis[] {
  return [
    ...rotaryHypotheses(shape),
    ...capHypotheses(shape),
    ...expertHypotheses(shape),
    ...activationHypotheses(shape),
    ...headHypotheses(shape),
  ];
}

function rotaryHypotheses({ theta }: Shape): readonly Hypothesis[] {
  if (theta === undefined) return [];
  return THETAS.filter((other) => other !== theta).map((other) =>
    changed(`Rotary positions use the base ${other}, not ${theta}.`, { theta: other }),
  );
}

function capHypotheses({ windows, scoreCap, logitCap, embeddingScale }: Shape): readonly Hypothesis[] {
  const found: Hypothesis[] = [];
  if (windows.some((window) => window !== undefined))
    found.push(changed('The sliding window is not applied.', { windows: windows.map(() => undefined) }));
  if (scoreCap > 0) found.push(changed('The soft cap on attention scores is not applied.', { scoreCap: 0 }));
  if (logitCap > 0) found.push(changed('The soft cap on logits is not applied.', { logitCap: 0 }));
  if (embeddingScale !== 1)
    found.push(changed('The embeddings are not scaled.', { embeddingScale: 1, virtualScale: 1 }));
  return found;
}

function expertHypotheses({ experts, chosenExperts }: Shape): readonly Hypothesis[] {
  return Array.from({ length: experts }, (_, index) => index + 1)
    .filter((count) => count !== chosenExperts)
    .map((count) =>
      changed(`Each token passes ${count} of ${experts} experts, not ${chosenExperts}.`, { chosenExperts: count }),
    );
}

function activationHypotheses({ activation }: Shape): readonly Hypothesis[] {
  return ACTIVATIONS.filter((other) => other !== activation).map((other) =>
    changed(`The activation is ${other}, not ${activation}.`, { activation: other }),
  );
}

function headHypotheses({ heads, keyHeads, headSize, scale, groups, epsilon }: Shape): readonly Hypothesis[] {
  const inTurn = groups.map((_, head) => head % keyHeads);
  const found = [
    changed('Attention scores are not scaled.', { scale: 1 }),
    changed('Attention scores are scaled by the size of a head, not by its root.', { scale: 1 / headSize }),
    changed('Attention scores are scaled twice.', { scale: scale * scale }),
    ...[1e-5, 1e-6, 1e-8, 1e-12]
      .filter((other) => other !== epsilon)
      .map((other) => changed(`Norms use the epsilon ${other}, not ${epsilon}.`, { epsilon: other })),
  ];
  if (keyHeads === heads || keyHeads === 1) return found;
  return [changed('Query heads read the key heads in turn, not in groups.', { groups: inTurn }), ...found];
}

function changed(says: string, shape: Partial<Shape>): Hypothesis {
  return { says, departure: { shape: () => shape } };
}
