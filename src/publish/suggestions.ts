/** One-click pins: a suggestion on a line of the diff, only where it keeps the bump and says exactly what was measured. */
import type { Markdown } from '../domain/safe.ts';
import type { LineComment } from '../ports/github.ts';
import { code, joined, md, wholeLines } from '../report/escape.ts';
import type { Report, ReportPatch } from '../report/model.ts';
import { recommended } from '../report/summary.ts';
import { offers } from './safe-patch.ts';

export const SUGGESTION_MARKER = md`<!-- peft-sweep:v1:suggestion -->`;

export type SuggestionStep =
  | { readonly kind: 'create'; readonly path: string; readonly line: number; readonly body: Markdown }
  | { readonly kind: 'update'; readonly id: number; readonly body: Markdown };

const MOST = 10;

export function suggestionSteps(
  report: Report,
  diffLines: Readonly<Record<string, readonly number[]>>,
  comments: readonly LineComment[],
  login: string,
): readonly SuggestionStep[] {
  const own = ownOf(comments, login);
  const offered = offers(report).filter(({ file, line }) => diffLines[file]?.includes(line));
  const steps = offered.slice(0, MOST).flatMap((patch): readonly SuggestionStep[] => {
    const body = bodyOf(patch, report);
    if (body === undefined) return [];
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
    ...stale.map(({ id }) => ({ kind: 'update' as const, id, body: md`${SUGGESTION_MARKER}\n${OUTDATED}` })),
  ];
}

/** Our own suggestions, whatever they say by now. */
export function ownOf(comments: readonly LineComment[], login: string): readonly LineComment[] {
  return comments.filter(({ author, body }) => author === login && body.startsWith(SUGGESTION_MARKER));
}

const OUTDATED = md`This suggestion is out of date: the newest run does not make it.`;

/** undefined where the line cannot be shown as it is: what is clicked goes into a file. */
function bodyOf(patch: ReportPatch, report: Report): Markdown | undefined {
  const pin = recommended(report);
  const block = wholeLines([patch.after], 'suggestion');
  if (pin === undefined || block === undefined) return undefined;
  const refresh = patch.refresh ? md` The lock beside it needs ${code(patch.refresh)} afterwards.` : md``;
  return joined(
    [
      SUGGESTION_MARKER,
      md`Keeps the bump: with ${code(patch.specifier)} ${pin.holds} of ${pin.of} cells are not worse than before, measured.${refresh} Once this branch has a commit that is not its bot’s, the bot stops rebasing it.`,
      block,
    ],
    '\n',
  );
}
