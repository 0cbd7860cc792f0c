/** The verdict and what to do: what everybody reads. */
import { code, inline } from '../escape.ts';
import type { Report } from '../model.ts';
import { plural, recommended, totalsText, worse } from '../summary.ts';

export function headline(report: Report): string {
  const changed = report.changes.map(({ library, to }) => `${inline(library)} ${inline(to)}`).join(' and ');
  const total = report.comparisons.length;
  const counts = `**${totalsText(report, ', ')}, of ${plural(total, 'cell')}.**`;
  const bad = worse(report);
  if (bad.length === 0) {
    const open = report.totals.cells['not-compared'];
    return open > 0
      ? `### ⚠️ ${changed}: nothing broke that was measured, ${plural(open, 'cell')} not measured\n\n${counts}`
      : `### ✅ ${changed} works with your fine-tuning\n\n${counts}`;
  }
  const verb = report.totals.cells.regressed > 0 ? 'breaks' : 'degrades';
  const sentence = harmSentence(report);
  return [`### ❌ ${changed} ${verb} ${whatBreaks(report)}`, sentence, counts]
    .filter((line) => line !== '')
    .join('\n\n');
}

function whatBreaks(report: Report): string {
  const parts = worse(report).map(({ cell }) => cell.split('/'));
  const methods = [...new Set(parts.map(([method = '']) => method))];
  const architectures = [...new Set(parts.map(([, , architecture = '']) => architecture))];
  const list = (names: readonly string[]) => names.map((name) => inline(name)).join(', ');
  const methodText = methods.length <= 3 ? list(methods) : `${methods.length} methods`;
  const architectureText = architectures.length <= 3 ? list(architectures) : `${architectures.length} architectures`;
  return `${methodText} on ${architectureText}`;
}

/** What the failing stage means for somebody who trains. */
const HARM: Readonly<Record<string, string>> = {
  import: 'PEFT cannot be imported: nothing runs.',
  attach: 'The adapter cannot be put on the model: training does not start.',
  forward: 'The first forward pass fails: training does not start.',
  generate: 'Training still passes; the failure shows at `generate`, after the fine-tune.',
  reload: 'Training still passes; the saved adapter does not come back as it was saved.',
  carry: 'Adapters that were saved before the change do not mean the same after it.',
  merge: 'Training still passes; merging changes the model.',
  disable: 'Training still passes; switching the adapter off fails.',
};

function harmSentence(report: Report): string {
  const stages = [
    ...new Set(
      report.boundaries.filter((boundary) => boundary.direction !== 'fixed').map((boundary) => boundary.stage),
    ),
  ];
  const silent = worse(report).every(({ comparison }) => comparison === 'degraded');
  const [stage = ''] = stages;
  if (stages.length === 1 && HARM[stage] && !silent) return HARM[stage];
  return silent ? 'Nothing raises: without this check you would not see it.' : '';
}

export function action(report: Report): string {
  if (worse(report).length === 0) return '';
  const pin = recommended(report);
  if (pin === undefined) return '**No pin that was measured mends this.** See the ways out below before merging.';
  const measured = `Measured: ${pin.holds} of ${pin.of} not worse than before.`;
  return pin.keepsBump
    ? `**Do this:** merge together with ${code(pin.specifier)}. ${measured}`
    : `**Do this:** hold the bump with ${code(pin.specifier)}. ${measured}`;
}
