/**
 * What each method came to on a checkpoint of the user's own, and which of three explanations a bad loss has: its
 * learning rate, that it is not trained, or that it is implemented wrongly.
 */
import { CONTROL, cellId, parseCellId } from '../domain/cell.ts';
import { bestOf, endOf, isFlat, isLearnt, type Tried, triedIn } from '../domain/rates.ts';
import { environmentsAt } from './losses.ts';
import type { Report, ReportResult } from './model.ts';

export interface CheckpointRow {
  readonly method: string;
  /** The loss with the adapter attached and not trained. */
  readonly untrained: string;
  /** `0.01: 2.38`: where training ends at each rate. */
  readonly rates: readonly string[];
  /** `hyper-parameters`, `not trained`, ... */
  readonly verdict: string;
  /** Why, in a sentence. */
  readonly says: string;
}

/** One for each checkpoint, task and quantization. */
export interface CheckpointBlock {
  readonly title: string;
  /** The loss without an adapter. */
  readonly without: string;
  readonly rows: readonly CheckpointRow[];
}

type Verdict = Pick<CheckpointRow, 'verdict' | 'says'>;
type Measured = Pick<Report, 'changes' | 'environments' | 'results'>;

/** The methods that were tried on checkpoints of the user's own, at the head; none where no checkpoint was measured. */
export function checkpointBlocks(report: Measured): readonly CheckpointBlock[] {
  const head = environmentsAt(report, 'to');
  const own = report.results.filter((one) => isTried(one) && one.repeat === 1 && head.has(one.environment));
  const titles = [...new Set(own.map(titleOf))];
  return titles.map((title) => {
    const results = own.filter((one) => titleOf(one) === title);
    return {
      title,
      without: text(results[0]?.facts.baseLoss),
      rows: results.map((one) => rowOf(one, controlOf(report, one))),
    };
  });
}

/** Only a checkpoint of the user's own has a loss without an adapter, and no control is trained there. */
function isTried({ cell, facts }: ReportResult): boolean {
  return facts.baseLoss !== undefined && parseCellId(cell).method !== CONTROL;
}

function titleOf({ cell }: ReportResult): string {
  const { architecture, task, quantization } = parseCellId(cell);
  return `${architecture}/${task}, ${quantization}`;
}

/** The same without an adapter, where it was measured beside it. */
function controlOf({ results }: Measured, { cell, environment }: ReportResult): ReportResult | undefined {
  const control = cellId({ ...parseCellId(cell), method: CONTROL });
  return results.find((one) => one.cell === control && one.environment === environment);
}

function rowOf(result: ReportResult, control: ReportResult | undefined): CheckpointRow {
  const tried = triedIn(result.facts.rates ?? '');
  return {
    method: parseCellId(result.cell).method,
    untrained: text(result.facts.untrainedLoss),
    rates: tried.map((one) => `${one.rate}: ${text(endOf(one))}`),
    ...(sharedWith(control, result) ?? verdictOn(result, tried)),
  };
}

/** What fails without an adapter too says nothing about the method. */
function sharedWith(control: ReportResult | undefined, { failures }: ReportResult): Verdict | undefined {
  const [first] = failures;
  const same = control?.failures.find(({ stage, type }) => stage === first?.stage && type === first.type);
  if (same === undefined) return undefined;
  return {
    verdict: 'base model',
    says: `The model itself does so at ${same.stage}, without an adapter: ${sentence(same.message)}`,
  };
}

/** Checks that speak of training alone. */
const OF_TRAINING = ['no-gradient', 'gradient-zero', 'head-not-trained', 'nothing-trainable'];
const OF_LEARNING = ['does-not-learn', 'not-finite'];

function verdictOn(result: ReportResult, tried: readonly Tried[]): Verdict {
  const { failures, facts } = result;
  const wrong = failures.find(({ type }) => ![...OF_TRAINING, ...OF_LEARNING].includes(type));
  if (wrong !== undefined) return implementation(wrong, tried);
  const untrained = failures.find(({ type }) => OF_TRAINING.includes(type));
  if (untrained !== undefined)
    return { verdict: 'not trained', says: `It is not trained: ${sentence(untrained.message)}` };
  if (tried.length === 0) return { verdict: 'not tried', says: 'No rate was tried: the cell did not come so far.' };
  if (isFlat(tried))
    return {
      verdict: 'not trained',
      says: `It is not trained: no step at any rate moves the loss off ${text(tried[0]?.curve[0])}.`,
    };
  const [verdict, says] = learning(tried);
  return { verdict, says: [says, ...asides(facts, tried)].join(' ') };
}

function implementation(failure: ReportResult['failures'][number], tried: readonly Tried[]) {
  const { kind, stage, explained, message } = failure;
  const how = kind === 'raised' ? 'It raises' : 'It computes something else';
  const learnt = tried.some(isLearnt) ? ' Its loss falls in spite of that.' : '';
  return {
    verdict: kind === 'raised' ? 'fails' : 'implemented wrongly',
    says: `${how}, at ${stage}: ${sentence(explained ?? message)}${learnt}`,
  };
}

function learning(tried: readonly Tried[]): readonly [string, string] {
  const good = tried.filter(isLearnt);
  const best = bestOf(tried);
  if (good.length === 0)
    return [
      'does not learn',
      `No rate of ${inWords(tried.map(({ rate }) => rate))} lets it learn; every tensor gets a gradient and every check holds, so that its hyper-parameters are what to look at.`,
    ];
  const from = `from ${text(best?.curve[0])} to ${text(best && endOf(best))} at ${best?.rate}`;
  if (good.length === tried.length) return ['learns', `It learns at every rate tried, ${from}.`];
  const others = tried.filter((one) => !isLearnt(one)).map(({ rate }) => rate);
  return ['hyper-parameters', `Its rate decides: it learns ${from}, and not at ${inWords(others)}.`];
}

/** A random adapter that disturbs the model this much costs steps, or all of them. */
const DISTURBED = 1.5;

function asides(
  { baseLoss, untrainedLoss, oracle }: ReportResult['facts'],
  tried: readonly Tried[],
): readonly string[] {
  const best = bestOf(tried);
  const end = best === undefined ? Number.NaN : endOf(best);
  const isDisturbed = baseLoss !== undefined && untrainedLoss !== undefined && untrainedLoss > DISTURBED * baseLoss;
  return [
    ...(isDisturbed
      ? [`Attached and untrained it takes the model from ${text(baseLoss)} to ${text(untrainedLoss)}.`]
      : []),
    ...(baseLoss !== undefined && end > baseLoss ? ['It ends above the model without it.'] : []),
    ...(oracle === undefined ? [] : [`The reference graphs agree with it to ${oracle.toExponential(1)}.`]),
  ];
}

function inWords(rates: readonly number[]): string {
  const last = rates.at(-1) ?? '';
  return rates.length < 2 ? String(last) : `${rates.slice(0, -1).join(', ')} and ${last}`;
}

function text(loss: number | undefined): string {
  if (loss === undefined) return '';
  return Number.isFinite(loss) ? loss.toFixed(2) : 'no number';
}

/** Some messages end with a full stop, others do not. */
function sentence(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}
