/** What training came to: the last loss of every method on the same batch, and where one is far off. */
import { parseCellId } from '../domain/cell.ts';
import { usualLoss } from '../domain/losses.ts';
import type { Report, ReportResult } from './model.ts';
import { plural } from './summary.ts';

/** The kind of a finding that says so. */
export const LOSS = 'loss';
export const LOSS_TITLE = 'loss after 25 steps on one batch, the same for every method';

/** Methods of one architecture and task; a text for each quantization, empty where nothing was trained. */
export interface LossBlock {
  readonly title: string;
  readonly quantizations: readonly string[];
  readonly rows: readonly { readonly method: string; readonly losses: readonly string[] }[];
}

interface Trained {
  readonly cell: string;
  readonly before: number | undefined;
  readonly after: number | undefined;
}

type Facts = Pick<ReportResult, 'cell' | 'environment' | 'repeat' | 'facts'>;
interface Measured {
  readonly changes: readonly { readonly library: string; readonly from: string; readonly to: string }[];
  readonly environments: Report['environments'];
  readonly results: readonly Facts[];
}

/** One block for each architecture and task that at least two methods were trained on. */
export function lossBlocks(report: Report): readonly LossBlock[] {
  const planned = new Set(report.comparisons.map(({ cell }) => cell));
  const all = trainedIn(report).filter(({ cell }) => planned.has(cell));
  const parsed = all.map((one) => ({ ...one, ...parseCellId(one.cell) }));
  const titles = [...new Set(parsed.map((one) => `${one.architecture}/${one.task}`))];
  return titles.flatMap((title) => {
    const own = parsed.filter((one) => `${one.architecture}/${one.task}` === title);
    const methods = [...new Set(own.map(({ method }) => method))];
    if (methods.length < 2) return [];
    const quantizations = [...new Set(own.map(({ quantization }) => quantization))];
    const rows = methods.map((method) => ({
      method,
      losses: quantizations.map((quantization) =>
        lossText(own.find((one) => one.method === method && one.quantization === quantization)),
      ),
    }));
    return [{ title, quantizations, rows }];
  });
}

function lossText(trained: Trained | undefined): string {
  if (trained === undefined) return '';
  const { before, after } = trained;
  const [left, right] = [before, after].map((loss) => loss?.toFixed(2) ?? '?');
  return left === right || before === undefined ? `${right}` : `${left} -> ${right}`;
}

/** The last losses of each cell at both ends; of a check, in its one environment. */
function trainedIn(report: Measured): readonly Trained[] {
  const [from, to] = [environmentsAt(report, 'from'), environmentsAt(report, 'to')];
  // A checkpoint of the user's own has a table of its own.
  const tiny = report.results.filter(({ facts }) => facts.baseLoss === undefined);
  const cells = [...new Set(tiny.map(({ cell }) => cell))];
  return cells.flatMap((cell) => {
    const before = report.changes.length > 0 ? lossIn(report, cell, from) : undefined;
    const after = lossIn(report, cell, to);
    return before === undefined && after === undefined ? [] : [{ cell, before, after }];
  });
}

export function environmentsAt({ changes, environments }: Measured, end: 'from' | 'to'): ReadonlySet<string> {
  const own = environments.filter(({ pins }) => changes.every((change) => pins[change.library] === change[end]));
  return new Set(own.flatMap(({ id }) => id ?? []));
}

function lossIn({ results }: Measured, cell: string, where: ReadonlySet<string>): number | undefined {
  const found = results.find((one) => one.cell === cell && one.repeat === 1 && where.has(one.environment));
  return found?.facts.finalLoss;
}

/** A loss this many times as large as it should be is told; healthy ones differ by less (docs/measurements.md). */
const FAR = 2;
/** A loss below this is learnt, whatever it is a multiple of. */
const LEARNT = 0.5;

/** Cells whose last loss is far off those of the other methods, or off what it was elsewhere. */
export function lossFindings(report: Measured): Report['findings'] {
  const trained = trainedIn(report);
  return trained.flatMap((one) => {
    const says = offHistory(one) ?? offUsual(one) ?? offOthers(one, trained);
    return says === undefined ? [] : [{ kind: LOSS, message: `${one.cell}: ${says}` }];
  });
}

function offHistory({ before, after }: Trained): string | undefined {
  if (before === undefined || after === undefined || !isFar(after, before)) return undefined;
  return `25 steps of training end at a loss of ${after.toFixed(2)}, where they ended at ${before.toFixed(2)} before the change.`;
}

function offUsual({ cell, after }: Trained): string | undefined {
  const usual = usualLoss(cell);
  if (usual === undefined || after === undefined || !isFar(after, usual)) return undefined;
  return `25 steps of training end at a loss of ${after.toFixed(2)}, where releases that work end at ${usual.toFixed(2)}.`;
}

function isFar(loss: number, usual: number): boolean {
  return loss >= LEARNT && loss >= FAR * usual;
}

/** Only where nothing is known of the cell: methods differ by nature. */
function offOthers({ cell, after }: Trained, all: readonly Trained[]): string | undefined {
  if (after === undefined || usualLoss(cell) !== undefined) return undefined;
  const others = all.flatMap((one) => (one.cell !== cell && isBeside(one.cell, cell) ? (one.after ?? []) : []));
  const largest = Math.max(...others);
  if (others.length < 2 || !isFar(after, largest)) return undefined;
  return `25 steps of training end at a loss of ${after.toFixed(2)}, where ${plural(others.length, 'other method')} end at ${largest.toFixed(2)} or less.`;
}

function isBeside(one: string, other: string): boolean {
  return one.split('/').slice(1).join('/') === other.split('/').slice(1).join('/');
}
