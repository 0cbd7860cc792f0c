/** Ways out, each measured, with the lines of the user’s own files. */
import { code, inline } from '../escape.ts';
import type { Report, ReportPin } from '../model.ts';
import { pinText, plural, recommended, worse } from '../summary.ts';

export function waysOut(report: Report): string {
  if (worse(report).length === 0) return '';
  const pins = report.pins.map((pin) => {
    const how = pin.keepsBump ? '**Keep the bump.**' : '**Hold the bump.**';
    const best = pin === recommended(report) ? ' (recommended)' : '';
    return [
      `${how} ${code(pin.specifier)}${patchText(pin)}: ${pinText(report, pin)} cells are not worse than before${best}.`,
      ...patchSentences(report, pin.specifier),
      ...(pin.kind === 'hold' ? holdSentences(report) : []),
    ].join(' ');
  });
  const methods = uniqueUses(report, true).filter(({ kind }) => kind === 'method');
  const helping = [
    ...(methods.length > 0
      ? [
          `**Change the method.** With the bump ${plural(methods.length, 'other')} pass: ${methods.map(({ use }) => code(use)).join(', ')}.`,
        ]
      : []),
    ...uniqueUses(report, true)
      .filter(({ kind }) => kind === 'quantization')
      .map(
        ({ use, cost }) => `**Drop the quantization.** ${code(use)} passes with the bump${cost ? `; ${cost}` : ''}.`,
      ),
  ];
  const useless = uniqueUses(report, false).map(
    ({ use, outcome, why }) => `${code(use)} (${inline([outcome, why].filter(Boolean).join(', '))})`,
  );
  const numbered = [...pins, ...helping].map((line, index) => `${index + 1}. ${line}`);
  return [
    '#### Ways out, each measured',
    numbered.join('\n'),
    ...(useless.length > 0 ? [`Does not help: ${useless.join(', ')}.`] : []),
  ].join('\n\n');
}

function patchText({ newestPatch }: ReportPin): string {
  return newestPatch ? ` (${inline(newestPatch)} was measured too)` : '';
}

const SHOWN_PATCHES = 4;

/** Where a pin goes: the line as it will be, and what refreshes the lock beside it. */
function patchSentences(report: Report, specifier: string): readonly string[] {
  const own = report.patches.filter((patch) => patch.specifier === specifier);
  const shown = own
    .slice(0, SHOWN_PATCHES)
    .map(({ file, line, after }) => `At ${code(`${file}:${line}`)}: ${code(after.trim())}.`);
  const rest = own.length > SHOWN_PATCHES ? [`And in ${plural(own.length - SHOWN_PATCHES, 'more place')}.`] : [];
  const commands = [...new Set(own.flatMap(({ refresh }) => refresh ?? []))];
  const refreshed = commands.length > 0 ? [`Then ${commands.map((command) => code(command)).join(', ')}.`] : [];
  const not = report.notPatched
    .filter((one) => one.specifier === specifier)
    .slice(0, SHOWN_PATCHES)
    .map(({ file, line, why }) => `Not at ${code(`${file}:${line}`)}: ${inline(why)}`);
  return [...shown, ...rest, ...refreshed, ...not];
}

/** A hold in the language of the bot that proposed the bump; of both where that is not known. */
function holdSentences(report: Report): readonly string[] {
  const files: Readonly<Record<string, string>> = { renovate: 'renovate.json', dependabot: '.github/dependabot.yml' };
  const { bot } = report.run;
  return report.botHolds
    .filter(({ file }) => bot === undefined || files[bot] === file)
    .map(({ file, text, how }) => `In ${code(file)}: ${code(text)}. ${how}`);
}

function uniqueUses(report: Report, helps: boolean) {
  return [...new Map(report.workarounds.filter((one) => one.helps === helps).map((one) => [one.use, one])).values()];
}
