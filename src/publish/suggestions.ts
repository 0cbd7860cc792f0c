/** One-click pins: a suggestion on a line of the diff, only where it keeps the bump and says exactly what was measured. */
import { clausesOf, parsePep508 } from '../domain/pep508.ts';
import type { LineComment } from '../ports.ts';
import { code, fence } from '../report/escape.ts';
import type { Report, ReportPatch, ReportPin } from '../report/model.ts';
import { recommended } from '../report/summary.ts';

export const SUGGESTION_MARKER = '<!-- peft-sweep:v1:suggestion -->';

export type SuggestionStep =
  | { readonly kind: 'create'; readonly path: string; readonly line: number; readonly body: string }
  | { readonly kind: 'update'; readonly id: number; readonly body: string };

const MOST = 10;

export function suggestionSteps(
  report: Report,
  diffLines: Readonly<Record<string, readonly number[]>>,
  comments: readonly LineComment[],
  login: string,
): readonly SuggestionStep[] {
  const own = comments.filter(({ author, body }) => author === login && body.startsWith(SUGGESTION_MARKER));
  const offered = offers(report).filter(({ file, line }) => diffLines[file]?.includes(line));
  const steps = offered.slice(0, MOST).flatMap((patch): readonly SuggestionStep[] => {
    const body = bodyOf(patch, report);
    const known = own.find(({ path, line }) => path === patch.file && line === patch.line);
    if (known === undefined) return [{ kind: 'create', path: patch.file, line: patch.line, body }];
    return known.body.replaceAll('\r\n', '\n').trim() === body.trim() ? [] : [{ kind: 'update', id: known.id, body }];
  });
  const stale = own.filter(
    ({ path, line, body }) =>
      !body.includes(OUTDATED) && !offered.some((patch) => patch.file === path && patch.line === line),
  );
  return [
    ...steps,
    ...stale.map(({ id }) => ({ kind: 'update' as const, id, body: `${SUGGESTION_MARKER}\n${OUTDATED}` })),
  ];
}

const OUTDATED = 'This suggestion is out of date: the newest run does not make it.';

/** Patches of the recommended pin, where it keeps the bump, that are safe to offer as one click. */
export function offers(report: Report): readonly ReportPatch[] {
  const pin = recommended(report);
  if (pin === undefined || !pin.keepsBump) return [];
  return report.patches.filter((patch) => patch.specifier === pin.specifier && isSafe(patch, pin));
}

/**
 * One line; the same package before and after; nothing but its version differs; the version is the one that was
 * measured; no character that a renderer could take for something else.
 */
function isSafe({ before, after }: ReportPatch, { library, version: measured }: ReportPin): boolean {
  if (/[\r\n`]|\p{Cf}|[^\P{Cc}\t]/u.test(after) || after.length > 400) return false;
  const [from, to] = [requirementIn(before, library), requirementIn(after, library)];
  if (from === undefined || to === undefined) return false;
  const named = clausesOf(to.specifier).filter(([operator]) => operator === '>=' || operator === '==');
  return (
    named.length > 0 &&
    named.every(([, version]) => version === measured) &&
    before.replace(from.text, '') === after.replace(to.text, '')
  );
}

/** The requirement of a library inside a line, whatever quotes and list marks stand around it. */
function requirementIn(
  line: string,
  library: string,
): { readonly text: string; readonly specifier: string } | undefined {
  for (const found of line.matchAll(
    /[A-Za-z0-9][A-Za-z0-9._-]*(?:\[[^\]]*\])?\s*(?:[=!<>~]=?=?\s*[^\s,;"'#)]+(?:\s*,\s*)?)*/g,
  )) {
    const text = found[0].trimEnd();
    const parsed = parsePep508(text);
    if ('name' in parsed && parsed.name === library) return { text, specifier: parsed.specifier };
  }
  return undefined;
}

function bodyOf(patch: ReportPatch, report: Report): string {
  const pin = recommended(report);
  const block = fence([patch.after], 'suggestion');
  const refresh = patch.refresh ? ` The lock beside it needs ${code(patch.refresh)} afterwards.` : '';
  return [
    SUGGESTION_MARKER,
    `Keeps the bump: with ${code(patch.specifier)} ${pin?.holds} of ${pin?.of} cells are not worse than before, measured.${refresh} Once this branch has a commit that is not its bot’s, the bot stops rebasing it.`,
    block,
  ].join('\n');
}
