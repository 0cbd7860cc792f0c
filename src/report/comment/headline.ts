/** The verdict and what to do: what everybody reads. */
import { cellId, controlOf, isControl, parseCellId } from '../../domain/cell.ts';
import { ownOf } from '../../domain/code-paths.ts';
import type { Markdown } from '../../domain/safe.ts';
import { deviceName, devicesText, unaskedText } from '../devices.ts';
import { code, inline, joined, md, prose } from '../escape.ts';
import { harmText } from '../harm.ts';
import { limitText } from '../left-undone.ts';
import type { Report, ReportComparison } from '../model.ts';
import { isCheck, pinText, plural, recommended, specifiersOf, worse } from '../summary.ts';
import { cellsText } from '../words.ts';
import { baseModelText } from './base-model.ts';
import { checkVerdict } from './checked.ts';

export function headline(report: Report): Markdown {
  const lines = [
    md`### ${verdict(report)}${where(report)}`,
    ...devicesText(report).map((sentence) => md`**${prose(sentence, 1000)}**`),
    prose(harmText(report), 1000),
    prose(unaskedText(report), 1000),
    baseModelText(report),
    limitsText(report),
  ];
  return joined(
    lines.filter((line) => line !== ''),
    '\n\n',
  );
}

/** The device: a verdict of a CPU is none of a card. */
function where(report: Report): Markdown {
  const device = deviceName(report);
  return device === '' ? md`` : md` · ${inline(device)}`;
}

function verdict(report: Report): Markdown {
  if (isCheck(report)) return checkVerdict(report);
  const changed = joined(
    report.changes.map(({ library, to }) => md`${inline(library)} ${inline(to)}`),
    ' and ',
  );
  const bad = worse(report);
  if (bad.length === 0) return nothingBroke(report, changed);
  const models = bad.filter(({ cell, cause }) => cause !== undefined || isControl(parseCellId(cell)));
  const own = bad.filter((one) => !models.includes(one));
  const places = cellsText(
    report,
    models.map(({ cell }) => cellId(controlOf(parseCellId(cell)))),
  );
  const parts = [
    ...(models.length > 0 ? [md`${verbOf(report, models)} ${inline(places)}`] : []),
    ...(own.length > 0
      ? [
          md`${verbOf(report, own)} ${inline(
            cellsText(
              report,
              own.map(({ cell }) => cell),
            ),
          )}`,
        ]
      : []),
  ];
  return md`❌ ${changed} ${joined(parts, ', and ')}`;
}

/** One change breaks, several break. */
function verbOf({ changes }: Report, cells: readonly ReportComparison[]): Markdown {
  const ending = changes.length === 1 ? md`s` : md``;
  return cells.some(({ comparison }) => comparison === 'regressed') ? md`break${ending}` : md`degrade${ending}`;
}

function nothingBroke(report: Report, changed: Markdown): Markdown {
  const open = report.totals.cells['not-compared'];
  if (open > 0) return md`⚠️ ${changed}: nothing broke that was measured, ${inline(plural(open, 'cell'))} not measured`;
  const flaky = report.totals.cells.flaky;
  if (flaky > 0) return md`⚠️ ${changed}: nothing broke for sure, ${inline(plural(flaky, 'cell'))} flaky`;
  const still = report.totals.cells['still-broken'];
  if (still > 0)
    return md`✅ ${changed} breaks nothing that worked; ${inline(plural(still, 'cell'))} still broken as before`;
  const refused = report.comparisons.filter(
    ({ cell, after }) => after === 'unsupported' && ownOf(parseCellId(cell)) !== undefined,
  ).length;
  if (refused > 0)
    return md`✅ ${changed} breaks nothing that worked; ${inline(plural(refused, 'cell'))} with your arguments refused as before`;
  return report.findings.some(({ kind }) => kind === 'cells-unsure')
    ? md`✅ ${changed} breaks nothing that was measured; not all of your code could be read for sure`
    : md`✅ ${changed} works with your fine-tuning`;
}

/** What the limits left undone. */
function limitsText({ run, leftUndone }: Report): Markdown {
  if (leftUndone.length === 0) return md``;
  const sentences = leftUndone.map((text) => prose(text));
  return md`⚠️ ${inline(limitText(run.stoppedBy))}. ${joined(sentences, ' ')}`;
}

export function action(report: Report): Markdown {
  if (worse(report).length === 0) return md``;
  const pin = recommended(report);
  if (pin === undefined) return md`**No pin that was measured mends this.** See the ways out below before merging.`;
  const specifiers = joined(
    specifiersOf(pin).map((specifier) => code(specifier)),
    ' and ',
  );
  const measured = md`Measured: ${inline(pinText(report, pin))} not worse than before.`;
  if (pin.keepsBump) return md`**Do this:** merge together with ${specifiers}. ${measured}`;
  return pin.below === undefined
    ? md`**Do this:** go back no further than ${specifiers}. ${measured}`
    : md`**Do this:** hold the bump with ${specifiers}. ${measured}`;
}
