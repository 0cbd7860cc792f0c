/** Ways out, each measured, with the lines of the user’s own files. */

import type { Markdown } from '../../domain/safe.ts';
import type { Pin } from '../../domain/ways-out.ts';
import { code, codes, inline, joined, md, prose } from '../escape.ts';
import type { Report } from '../model.ts';
import { offered, pinText, plural, recommended, specifiersOf, worse } from '../summary.ts';

/** A hold without a release to keep out is one of a change that goes back. */
function howOf({ keepsBump, below }: Pin): Markdown {
  if (keepsBump) return md`**Keep the bump.**`;
  return below === undefined ? md`**Go back less far.**` : md`**Hold the bump.**`;
}

export function waysOut(report: Report): Markdown {
  if (worse(report).length === 0) return md``;
  const pins = offered(report).map((pin) => {
    const how = howOf(pin);
    const best = pin === recommended(report) ? md` (recommended)` : md``;
    return joined(
      [
        md`${how} ${codes(specifiersOf(pin))}${patchText(pin)}: ${inline(pinText(report, pin))} cells are not worse than before${best}.`,
        ...specifiersOf(pin).flatMap((specifier) => patchSentences(report, specifier)),
      ],
      ' ',
    );
  });
  const methods = uniqueUses(report, true).filter(({ kind }) => kind === 'method');
  const helping = [
    ...(methods.length > 0
      ? [
          md`**Change the method.** With the bump ${inline(plural(methods.length, 'other'))} pass: ${codes(methods.map(({ use }) => use))}.`,
        ]
      : []),
    ...uniqueUses(report, true)
      .filter(({ kind }) => kind === 'quantization')
      .map(
        ({ use, cost }) =>
          md`**Drop the quantization.** ${code(use)} passes with the bump${cost ? md`; ${inline(cost)}` : md``}.`,
      ),
  ];
  const useless = uniqueUses(report, false).map(
    ({ use, outcome, why }) => md`${code(use)} (${inline([outcome, why].filter(Boolean).join(', '))})`,
  );
  const numbered = [...pins, ...helping].map((line, index) => md`${index + 1}. ${line}`);
  return joined(
    [
      md`#### Ways out, each measured`,
      joined(numbered, '\n'),
      ...(useless.length > 0 ? [md`Does not help: ${joined(useless, ', ')}.`] : []),
    ],
    '\n\n',
  );
}

function patchText({ newestPatch }: Pin): Markdown {
  return newestPatch ? md` (${inline(newestPatch)} was measured too)` : md``;
}

const SHOWN_PATCHES = 4;

/** Where a pin goes: the line as it will be, and what refreshes the lock beside it. */
function patchSentences(report: Report, specifier: string): readonly Markdown[] {
  const own = report.patches.filter((patch) => patch.specifier === specifier);
  const shown = own
    .slice(0, SHOWN_PATCHES)
    .map(({ file, line, after }) => md`At ${code(`${file}:${line}`)}: ${code(after.trim())}.`);
  const rest =
    own.length > SHOWN_PATCHES ? [md`And in ${inline(plural(own.length - SHOWN_PATCHES, 'more place'))}.`] : [];
  const commands = [...new Set(own.flatMap(({ refresh }) => refresh ?? []))];
  const refreshed = commands.length > 0 ? [md`Then ${codes(commands)}.`] : [];
  const not = report.notPatched
    .filter((one) => one.specifier === specifier)
    .slice(0, SHOWN_PATCHES)
    .map(({ file, line, why }) => md`Not at ${code(`${file}:${line}`)}: ${prose(why)}`);
  return [...shown, ...rest, ...refreshed, ...not];
}

function uniqueUses(report: Report, helps: boolean) {
  return [...new Map(report.workarounds.filter((one) => one.helps === helps).map((one) => [one.use, one])).values()];
}
