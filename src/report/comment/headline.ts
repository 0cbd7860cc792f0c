/** The verdict and what to do: what everybody reads. */
import { cellId, controlOf, isControl, parseCellId } from '../../domain/cell.ts';
import { code, inline } from '../escape.ts';
import { harmText } from '../harm.ts';
import { limitText } from '../left-undone.ts';
import type { Report, ReportComparison } from '../model.ts';
import { pinText, plural, recommended, totalsText, worse } from '../summary.ts';
import { cellsText } from '../words.ts';
import { baseModelText } from './base-model.ts';

export function headline(report: Report): string {
  const total = report.comparisons.length;
  const counts = `**${totalsText(report, ', ')}, of ${plural(total, 'cell')}.**`;
  return [`### ${verdict(report)}`, harmText(report), baseModelText(report), counts, limitsText(report)]
    .filter((line) => line !== '')
    .join('\n\n');
}

function verdict(report: Report): string {
  const changed = report.changes.map(({ library, to }) => `${inline(library)} ${inline(to)}`).join(' and ');
  const bad = worse(report);
  if (bad.length === 0) return `${nothingBroke(report, changed)}`;
  const models = bad.filter(({ cell, cause }) => cause !== undefined || isControl(parseCellId(cell)));
  const own = bad.filter((one) => !models.includes(one));
  const places = cellsText(
    report,
    models.map(({ cell }) => cellId(controlOf(parseCellId(cell)))),
  );
  const parts = [
    ...(models.length > 0 ? [`${verbOf(models)} ${inline(places)}`] : []),
    ...(own.length > 0
      ? [
          `${verbOf(own)} ${inline(
            cellsText(
              report,
              own.map(({ cell }) => cell),
            ),
          )}`,
        ]
      : []),
  ];
  return `❌ ${changed} ${parts.join(', and ')}`;
}

function verbOf(cells: readonly ReportComparison[]): string {
  return cells.some(({ comparison }) => comparison === 'regressed') ? 'breaks' : 'degrades';
}

function nothingBroke(report: Report, changed: string): string {
  const open = report.totals.cells['not-compared'];
  if (open > 0) return `⚠️ ${changed}: nothing broke that was measured, ${plural(open, 'cell')} not measured`;
  const still = report.totals.cells['still-broken'];
  if (still > 0) return `✅ ${changed} breaks nothing that worked; ${plural(still, 'cell')} still broken as before`;
  return report.findings.some(({ kind }) => kind === 'cells-unsure')
    ? `✅ ${changed} breaks nothing that was measured; not all of your code could be read for sure`
    : `✅ ${changed} works with your fine-tuning`;
}

/** What the limits left undone. */
function limitsText({ run, leftUndone }: Report): string {
  if (leftUndone.length === 0) return '';
  return `⚠️ ${limitText(run.stoppedBy)}. ${leftUndone.map((text) => inline(text)).join(' ')}`;
}

export function action(report: Report): string {
  if (worse(report).length === 0) return '';
  const pin = recommended(report);
  if (pin === undefined) return '**No pin that was measured mends this.** See the ways out below before merging.';
  const measured = `Measured: ${pinText(report, pin)} not worse than before.`;
  return pin.keepsBump
    ? `**Do this:** merge together with ${code(pin.specifier)}. ${measured}`
    : `**Do this:** hold the bump with ${code(pin.specifier)}. ${measured}`;
}
