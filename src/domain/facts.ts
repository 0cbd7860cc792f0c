/** The numbers and words that are measured of a cell besides how its stages ended. One entry is one fact, everywhere. */
import { z } from 'zod';
import type { Immutable } from './immutable.ts';

/** How a fact is shown and compared. */
interface About {
  readonly unit: string;
  /** What a reader is told of it where it moves; a fact without is shown and not compared. */
  readonly title?: string;
  /** Where to it moves for the worse. */
  readonly worse?: 'down' | 'up' | 'never';
  /** A number that moves by no more than this stands still. */
  readonly band?: number;
  /** The same where both sides started alike, in a cell that healthy environments agree on to 1e-5. */
  readonly closeBand?: number;
  /** Digits behind the point. */
  readonly digits?: number;
}

const ABOUT = z.registry<About>();

function fact<Schema extends z.ZodType>(schema: Schema, about: About): z.ZodExactOptional<Schema> {
  const described = schema.describe(about.unit);
  ABOUT.add(described, about);
  return z.exactOptional(described);
}

const Amount = z.number().nonnegative();

/** A loss ratio moves by less than its band from the order of random numbers alone (docs/decisions.md). */
export const Facts = z.strictObject({
  trainable: fact(Amount.int(), {
    unit: 'parameters that require a gradient',
    title: 'trainable parameters',
    worse: 'down',
  }),
  lossRatio: fact(z.number(), {
    unit: 'loss after 25 steps over the loss before, on one fixed batch',
    title: 'loss ratio',
    worse: 'up',
    band: 0.1,
    closeBand: 0.005,
    digits: 2,
  }),
  firstLoss: fact(z.number(), { unit: 'loss before training' }),
  finalLoss: fact(z.number(), { unit: 'loss of the last of 25 steps' }),
  curve: fact(z.string().max(1000), { unit: 'the loss of each step, in order' }),
  start: fact(z.number(), { unit: 'a number that is equal where training starts from the same values' }),
  mergeDifference: fact(z.number(), { unit: 'largest difference of a logit after merging' }),
  oracle: fact(Amount, { unit: 'largest difference of a logit, or of the best token, from the reference graphs' }),
  uncachedGenerate: fact(z.string().max(200), {
    unit: 'how generation without the cache ended: ok, or raises TYPE',
    title: 'generate without the cache:',
    worse: 'never',
  }),
  attention: fact(z.string().max(100), { unit: 'implementation of attention that the model was built with' }),
  quantizedShare: fact(z.number(), {
    unit: 'share of the weights of linear layers that are stored quantized, from 0 to 1',
    title: 'share of weights that are quantized',
    worse: 'down',
    band: 0.001,
    digits: 2,
  }),
  baseLoss: fact(z.number(), {
    unit: 'loss of a checkpoint of the user on the batch that is trained on, without an adapter',
  }),
  untrainedLoss: fact(z.number(), { unit: 'the same with the adapter attached and not trained' }),
  rates: fact(z.string().max(2000), {
    unit: 'the loss of each step at three learning rates: 0.001: 3.21 3.2; 0.01: 3.1 2',
  }),
  targets: fact(z.string().max(300), { unit: 'what LoRA adapts in a checkpoint of the user, and where that is from' }),
  text: fact(z.string().max(300), { unit: 'what a checkpoint of the user was given to read' }),
  checks: fact(z.string().max(2000), { unit: 'invariants that were measured, each with its value and its band' }),
  exempt: fact(z.string().max(2000), { unit: 'invariants that say nothing of the cell by design, and why' }),
  unchecked: fact(z.string().max(2000), { unit: 'invariants that could not be measured, and why' }),
  peakBytes: fact(Amount, { unit: 'bytes that its process held at most; on a card those of its tensors there' }),
  stepMs: fact(Amount, { unit: 'milliseconds of one training step on a card, which runs nothing meanwhile' }),
  stepNoise: fact(Amount, { unit: 'how far the middle half of those steps lies apart, as a share of their median' }),
  seconds: fact(Amount, { unit: 'seconds that the cell took' }),
});
export type Facts = Immutable<z.infer<typeof Facts>>;
export type FactName = keyof Facts;

export const FACT_NAMES: readonly FactName[] = Facts.keyof().options;

const ABOUT_FACTS: ReadonlyMap<FactName, About> = new Map(
  FACT_NAMES.flatMap((name) => {
    const about = ABOUT.get(Facts.shape[name].unwrap());
    return about ? [[name, about] as const] : [];
  }),
);
const COMPARED = [...ABOUT_FACTS].filter(([, { title }]) => title !== undefined);

/** A fact that differs between two sides by more than its band. */
export interface FactMove {
  readonly fact: FactName;
  readonly before: number | string;
  readonly after: number | string;
  readonly isWorse: boolean;
}

/** The facts that moved, in the order of the table. What either side lacks has not moved. */
export function factMoves(before: Facts, after: Facts, agreed = false): readonly FactMove[] {
  const isClose = agreed && startAlike(before, after);
  return COMPARED.flatMap(([name, about]) => moveOf(name, bandOf(about, isClose), before[name], after[name]) ?? []);
}

function bandOf(about: About, isClose: boolean): About {
  return isClose && about.closeBand !== undefined ? { ...about, band: about.closeBand } : about;
}

/** Whether training started from the same values: else a loss moves by the order of random numbers alone. */
function startAlike({ start: one }: Facts, { start: other }: Facts): boolean {
  return one !== undefined && other !== undefined && Math.abs(one - other) <= 1e-5 * Math.abs(one);
}

type Value = number | string | undefined;

function moveOf(name: FactName, about: About, before: Value, after: Value): FactMove | undefined {
  if (before === undefined || after === undefined) return undefined;
  const moved = directionOf(before, after, about.band ?? 0);
  return moved === undefined ? undefined : { fact: name, before, after, isWorse: moved === about.worse };
}

/** A fact that moved, in a reader's words: `loss ratio 0.30 -> 0.90`. */
export function factWords(fact: FactName, before: number | string, after: number | string): string {
  const about = ABOUT_FACTS.get(fact);
  return `${about?.title ?? fact} ${textOf(before, about)} -> ${textOf(after, about)}`;
}

function directionOf(
  before: number | string,
  after: number | string,
  band: number,
): 'up' | 'down' | 'other' | undefined {
  if (typeof before === 'number' && typeof after === 'number') {
    if (after > before + band) return 'up';
    return after < before - band ? 'down' : undefined;
  }
  return before === after ? undefined : 'other';
}

function textOf(value: number | string, about: About | undefined): string {
  return typeof value === 'number' && about?.digits !== undefined ? value.toFixed(about.digits) : String(value);
}
