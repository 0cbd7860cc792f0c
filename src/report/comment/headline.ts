/** The verdict and what to do: what everybody reads. */
import type { Markdown } from '../../domain/safe.ts';
import { code, inline, joined, md } from '../escape.ts';
import type { Report } from '../model.ts';
import { plural, recommended, worse } from '../summary.ts';

export function headline(report: Report): Markdown {
  const changed = joined(
    report.changes.map(({ library, to }) => md`${inline(library)} ${inline(to)}`),
    ' and ',
  );
  const bad = worse(report);
  if (bad.length === 0) {
    const open = report.totals.cells['not-compared'];
    return open > 0
      ? md`### ⚠️ ${changed}: nothing broke that was measured, ${inline(plural(open, 'cell'))} not measured`
      : md`### ✅ ${changed} works with your fine-tuning`;
  }
  const verb = report.totals.cells.regressed > 0 ? md`breaks` : md`degrades`;
  const sentence = harmSentence(report);
  return joined(
    [md`### ❌ ${changed} ${verb} ${whatBreaks(report)}`, sentence].filter((line) => line !== ''),
    '\n\n',
  );
}

function whatBreaks(report: Report): Markdown {
  const parts = worse(report).map(({ cell }) => cell.split('/'));
  const methods = [...new Set(parts.map(([method = '']) => method))];
  const architectures = [...new Set(parts.map(([, , architecture = '']) => architecture))];
  const list = (names: readonly string[]) =>
    joined(
      names.map((name) => inline(name)),
      ', ',
    );
  const methodText = methods.length <= 3 ? list(methods) : md`${methods.length} methods`;
  const architectureText = architectures.length <= 3 ? list(architectures) : md`${architectures.length} architectures`;
  return md`${methodText} on ${architectureText}`;
}

/** What the failing stage means for somebody who trains. */
const HARM: Readonly<Record<string, Markdown>> = {
  import: md`PEFT cannot be imported: nothing runs.`,
  attach: md`The adapter cannot be put on the model: training does not start.`,
  forward: md`The first forward pass fails: training does not start.`,
  generate: md`Training still passes; the failure shows at ${code('generate')}, after the fine-tune.`,
  reload: md`Training still passes; the saved adapter does not come back as it was saved.`,
  carry: md`Adapters that were saved before the change do not mean the same after it.`,
  merge: md`Training still passes; merging changes the model.`,
  disable: md`Training still passes; switching the adapter off fails.`,
};

function harmSentence(report: Report): Markdown {
  const stages = [
    ...new Set(
      report.boundaries.filter((boundary) => boundary.direction !== 'fixed').map((boundary) => boundary.stage),
    ),
  ];
  const silent = worse(report).every(({ comparison }) => comparison === 'degraded');
  const [stage = ''] = stages;
  if (stages.length === 1 && HARM[stage] && !silent) return HARM[stage];
  return silent ? md`Nothing raises: without this check you would not see it.` : md``;
}

export function action(report: Report): Markdown {
  if (worse(report).length === 0) return md``;
  const pin = recommended(report);
  if (pin === undefined) return md`**No pin that was measured mends this.** See the ways out below before merging.`;
  const measured = md`Measured: ${pin.holds} of ${pin.of} not worse than before.`;
  return pin.keepsBump
    ? md`**Do this:** merge together with ${code(pin.specifier)}. ${measured}`
    : md`**Do this:** hold the bump with ${code(pin.specifier)}. ${measured}`;
}
