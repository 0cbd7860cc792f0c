/** What moved, worst first, models that moved alike together; then, folded, what did not move. */
import { parseCellId } from '../../domain/cell.ts';
import { COMPARISONS, isNews } from '../../domain/comparison.ts';
import type { Markdown } from '../../domain/safe.ts';
import { code, inline, joined, md } from '../escape.ts';
import type { Report, ReportComparison } from '../model.ts';
import { isCheck, plural, totalsText } from '../summary.ts';
import { beforeAfter, isBrokenHere, isMeasuredHere, standsAs } from '../words.ts';
import { checkTally } from './checked.ts';

const MOST_ROWS = 20;
const MOST_MODELS = 6;

interface Row {
  readonly method: string;
  readonly models: readonly string[];
  readonly cells: ReadonlyMap<string, ReportComparison>;
}

/** What a table says of its cells. */
interface Reading {
  /** Whether a cell is what the reader came for: its row stands open. */
  readonly isNews: (cell: ReportComparison | undefined) => boolean;
  readonly isShown: (cell: ReportComparison | undefined) => boolean;
  readonly text: (cell: ReportComparison | undefined) => Markdown;
  readonly tally: (report: Report) => string;
  readonly folded: Markdown;
}

const COMPARED: Reading = {
  isNews: hasMoved,
  isShown: isCompared,
  text: cellText,
  tally: (report) => totalsText(report, ', '),
  folded: md`Unchanged rows`,
};

/** Where nothing is compared, what is broken is the news. */
const CHECKED: Reading = {
  isNews: (cell) => cell !== undefined && isBrokenHere(cell),
  isShown: (cell) => cell !== undefined && isMeasuredHere(cell),
  text: checkedText,
  tally: checkTally,
  folded: md`Rows without a broken cell`,
};

function readingOf(report: Report): Reading {
  return isCheck(report) ? CHECKED : COMPARED;
}

/** The one tally, and a row for each method that moved, with the models on which it moved alike. */
export function moved(report: Report): Markdown {
  const reading = readingOf(report);
  const tally = md`${inline(reading.tally(report))}, of ${inline(plural(report.comparisons.length, 'cell'))}.`;
  const rows = rowsOf(report.comparisons)
    .filter(({ cells }) => [...cells.values()].some(reading.isNews))
    .toSorted((left, right) => rank(left) - rank(right));
  return rows.length === 0 ? tally : joined([table(rows, reading), tally], '\n\n');
}

/** The rows that stayed as they were, folded. */
export function unmoved(report: Report): Markdown {
  const reading = readingOf(report);
  const rows = rowsOf(report.comparisons).filter(({ cells }) => {
    const every = [...cells.values()];
    return !every.some(reading.isNews) && every.some(reading.isShown);
  });
  if (rows.length === 0) return md``;
  return joined([md`<details><summary>${reading.folded}</summary>`, table(rows, reading), md`</details>`], '\n\n');
}

function hasMoved(cell: ReportComparison | undefined): boolean {
  return cell !== undefined && isNews(cell.comparison) && isCompared(cell);
}

function isCompared(cell: ReportComparison | undefined): boolean {
  return cell !== undefined && cell.comparison !== 'not-compared';
}

function rank({ cells }: Row): number {
  return Math.min(...[...cells.values()].map(({ comparison }) => COMPARISONS.indexOf(comparison)));
}

/** Methods by model, and models whose cells read the same in one row. */
function rowsOf(comparisons: readonly ReportComparison[]): readonly Row[] {
  const single = new Map<string, { method: string; model: string; cells: Map<string, ReportComparison> }>();
  for (const comparison of comparisons) {
    const { method, quantization, architecture, task } = parseCellId(comparison.cell);
    const model = `${architecture}/${task}`;
    const row = single.get(`${method} ${model}`) ?? { method, model, cells: new Map() };
    row.cells.set(quantization, comparison);
    single.set(`${method} ${model}`, row);
  }
  const alike = new Map<string, { method: string; models: string[]; cells: Map<string, ReportComparison> }>();
  for (const { method, model, cells } of single.values()) {
    const texts = [...cells].map(([name, cell]) => `${name} ${cell.comparison} ${beforeAfter(cell, '→')}`);
    const key = JSON.stringify([method, texts.toSorted()]);
    const known = alike.get(key);
    if (known) known.models.push(model);
    else alike.set(key, { method, models: [model], cells });
  }
  return [...alike.values()];
}

function table(rows: readonly Row[], reading: Reading): Markdown {
  const shown = rows.slice(0, MOST_ROWS);
  const columns = columnsOf(shown, reading);
  const isOneTask = new Set(shown.flatMap(({ models }) => models.map(taskOf))).size === 1;
  const line = (cells: readonly Markdown[]) => md`| ${joined(cells, ' | ')} |`;
  const rest = rows.length - shown.length;
  return joined(
    [
      line([md`method`, md`model`, ...columns.map((name) => (name === 'none' ? md`unquantized` : code(name)))]),
      line([md`---`, md`---`, ...columns.map(() => md`---`)]),
      ...shown.map(({ method, models, cells }) =>
        line([inline(method), modelsText(models, isOneTask), ...columns.map((name) => reading.text(cells.get(name)))]),
      ),
      ...(rest > 0 ? [line([md`${rest} more rows`, md``, ...columns.map(() => md``)])] : []),
    ],
    '\n',
  );
}

/** Quantizations in which a row moved, and the unquantized one beside them; where none moved, those that were compared. */
function columnsOf(rows: readonly Row[], { isNews: isNewsHere, isShown }: Reading): readonly string[] {
  const every = [...new Set(rows.flatMap(({ cells }) => [...cells.keys()]))];
  const where = (is: (cell: ReportComparison | undefined) => boolean) =>
    every.filter((name) => rows.some(({ cells }) => is(cells.get(name))));
  const columns = where(isNewsHere);
  return columns.length > 0 ? every.filter((name) => name === 'none' || columns.includes(name)) : where(isShown);
}

/** The task is said where there are several. */
function modelsText(models: readonly string[], isOneTask: boolean): Markdown {
  const names = models.slice(0, MOST_MODELS).map((model) => inline(isOneTask ? (model.split('/')[0] ?? '') : model));
  const rest = models.length - MOST_MODELS;
  return md`${joined(names, ', ')}${rest > 0 ? md` and ${rest} more` : md``}`;
}

function taskOf(model: string): string {
  return model.split('/')[1] ?? '';
}

function cellText(cell: ReportComparison | undefined): Markdown {
  if (cell === undefined) return md``;
  if (cell.comparison === 'same') return inline(cell.before);
  const [before = '', harm, after = ''] = beforeAfter(cell, '→').split(
    /((?:FAIL|WRONG)(?: at [a-z]+)?|UNSUPPORTED|DEGRADED)/,
  );
  if (cell.comparison === 'not-compared') return md`not measured`;
  return harm === undefined ? inline(before) : md`${inline(before)}**${inline(harm)}**${inline(after)}`;
}

function checkedText(cell: ReportComparison | undefined): Markdown {
  if (cell === undefined) return md``;
  if (isBrokenHere(cell)) return md`**${inline(standsAs(cell))}**`;
  return isMeasuredHere(cell) ? inline(standsAs(cell)) : md`not measured`;
}
