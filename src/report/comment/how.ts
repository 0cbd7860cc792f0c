/** How to do what is recommended: the click, the patch, the bot's own rule. Whatever is shown can be copied as it is. */
import type { Markdown } from '../../domain/safe.ts';
import { code, codes, fence, inline, joined, link, md, prose, wholeLines } from '../escape.ts';
import type { Report, ReportPatch } from '../model.ts';
import { notMeasured, plural, recommended, specifiersOf, worse } from '../summary.ts';
import { type Links, placeText } from './links.ts';

const MOST_FILES = 6;

/** The click where there is one, else the patch; both write what the manifest's own form asks for. */
export function how(report: Report, links: Links): Markdown {
  const pin = recommended(report);
  if (worse(report).length === 0 || pin === undefined) return md``;
  const own = report.patches.filter(({ specifier }) => specifiersOf(pin).includes(specifier));
  const clicked = own.flatMap((patch) => {
    const address = links.buttons?.get(`${patch.file}:${patch.line}`);
    return address === undefined ? [] : [clickText(patch, address)];
  });
  const rest = own.filter(({ file, line }) => !links.buttons?.has(`${file}:${line}`));
  const commands = [...new Set(own.flatMap(({ refresh }) => refresh ?? []))];
  return joined(
    [
      ...clicked,
      ...patchBlock(rest, clicked.length > 0, links),
      ...(commands.length > 0 ? [md`Afterwards, for the lock: ${codes(commands)}.`] : []),
    ],
    '\n\n',
  );
}

function clickText({ file, line, after }: ReportPatch, address: string): Markdown {
  return md`**One click:** ${link(md`commit the suggestion`, address)} at ${code(`${file}:${line}`)}: it writes ${code(after.trim())}.`;
}

/** For `git apply`, whole; where a line cannot be shown as it is, the place only. */
function patchBlock(patches: readonly ReportPatch[], hasClick: boolean, links: Links): readonly Markdown[] {
  if (patches.length === 0) return [];
  const lines = patches.slice(0, MOST_FILES).flatMap(({ diff }) => diff.trimEnd().split('\n'));
  const block = wholeLines(lines, 'diff');
  const places = joined(
    patches.slice(0, MOST_FILES).map(({ file, line }) => placeText(`${file}:${line}`, links)),
    ', ',
  );
  const what = hasClick ? md`The other places` : md`As a patch`;
  if (block === undefined) return [md`${what}: ${places}.`];
  return [
    md`<details${patches.length === 1 && !hasClick ? md` open` : md``}><summary>${what}, for git apply</summary>`,
    block,
    md`</details>`,
  ];
}

/** A hold in the language of the bot that proposed the bump, as a block; of both where that is not known. */
export function holds(report: Report): Markdown {
  if (worse(report).length === 0) return md``;
  const files: Readonly<Record<string, string>> = { renovate: 'renovate.json', dependabot: '.github/dependabot.yml' };
  const { bot } = report.run;
  const own = report.botHolds.filter(({ file }) => bot === undefined || files[bot] === file);
  if (own.length === 0) return md``;
  const blocks = own.flatMap(({ file, language, text, how: where }) => [
    md`In ${code(file)}. ${prose(where)}`,
    fence(language === 'json' ? indented(text) : [text], language),
  ]);
  return joined(
    [
      md`<details><summary>To hold the bump: the rule for ${inline(bot ?? 'your bot')}</summary>`,
      ...blocks,
      md`</details>`,
    ],
    '\n\n',
  );
}

function indented(json: string): readonly string[] {
  try {
    return JSON.stringify(JSON.parse(json), null, 2).split('\n');
  } catch {
    return [json];
  }
}

/** What to do about cells that were not measured: the first thing to know only where nothing broke. */
export function openFirst(report: Report): Markdown {
  return worse(report).length === 0 ? openText(report) : md``;
}

export function openLast(report: Report): Markdown {
  return worse(report).length === 0 ? md`` : openText(report);
}

const SHOWN_REASONS = 3;

function openText(report: Report): Markdown {
  const { run } = report;
  const cells = notMeasured(report);
  if (cells.length === 0) return md``;
  const reasons = [...new Set(cells.map(({ why }) => why ?? '').filter((why) => why !== ''))];
  const shown = reasons.slice(0, SHOWN_REASONS).map((why) => prose(why, 120));
  const why = shown.length > 0 ? md` (${joined(shown, '; ')})` : md``;
  return md`**Not measured:** ${inline(plural(cells.length, 'cell'))}${why}.${nextStep(reasons, run.stoppedBy)}`;
}

function nextStep(reasons: readonly string[], stoppedBy: Report['run']['stoppedBy']): Markdown {
  // A runner that lacks something lacks it the next time too.
  if (reasons.length > 0 && reasons.every((why) => why.startsWith('skipped'))) return md``;
  return stoppedBy === 'budget'
    ? md` Raise ${code('budget: {minutes: N}')} in ${code('.github/peft-sweep.yml')}, or name fewer cells.`
    : md` Comment ${code('/peft-sweep run')} to measure again.`;
}
