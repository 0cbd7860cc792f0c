/** Tells GitHub what was measured: one comment, suggestions, one check. What cannot be told is said, and ends nothing. */
import { isNews, isWorse } from '../domain/comparison.ts';
import type { Markdown } from '../domain/safe.ts';
import { Refused, WeatherError } from '../errors.ts';
import type { CheckState, GitHub } from '../ports/github.ts';
import { MARKER, renderComments } from '../report/comment.ts';
import { code, md, plain, prose } from '../report/escape.ts';
import type { Report } from '../report/model.ts';
import { isGuardFinding } from '../report/verdict.ts';
import { type Conclusion, checkStates, conclusionOf, type Judged } from './check.ts';
import { stickyStep } from './sticky.ts';
import { ownOf, suggestionSteps } from './suggestions.ts';

export interface ToPublish extends Judged {
  readonly pull: {
    readonly number: number;
    readonly head: string;
    readonly diffLines: Readonly<Record<string, readonly number[]>>;
  };
  readonly comment: 'changes' | 'always' | 'never';
  /** Address of the run. */
  readonly link: string;
  /** The check that was opened when the run began; absent where none was. */
  readonly check?: number;
}

export const CHECK = 'peft-sweep';

export interface Published {
  readonly conclusion: Conclusion;
  /** What was done and what could not be, in words. */
  readonly log: readonly string[];
  /** The comment as it would be, and its number where it was written. */
  readonly comment?: { readonly id?: number; readonly body: Markdown };
}

export async function publish(what: ToPublish, github: GitHub): Promise<Published> {
  const log: string[] = [];
  const attempt = async <Value>(name: string, act: () => Promise<{ said: string; value?: Value }>) => {
    try {
      const { said, value } = await act();
      log.push(`${name}: ${said}`);
      return value;
    } catch (error) {
      if (!(error instanceof Refused || error instanceof WeatherError)) throw error;
      log.push(`${name}: not written. ${reasonOf(error)}`);
      return undefined;
    }
  };
  const around = { link: what.link, commit: what.pull.head, notes: notesOf(what) };
  // The check belongs to the commit that was measured, whatever came after it.
  await attempt('check', () => writeCheck(what, what.pull.head, renderComments(what.reports, around), github));
  const unlessMoved = async <Value>(act: () => Promise<{ said: string; value?: Value }>) =>
    (await headNow(what, github)) === what.pull.head ? act() : { said: 'not written, the pull request moved on' };
  const buttons = await attempt('suggestions', () => unlessMoved(() => writeSuggestions(what, github)));
  const body = renderComments(what.reports, { ...around, ...(buttons && { buttons }) });
  const id = await attempt('comment', () => unlessMoved(() => writeComment(what, body, github)));
  return { conclusion: conclusionOf(what), log, comment: { ...(id !== undefined && { id }), body } };
}

/** For a commit of a merge queue: there is only a check. */
export async function publishCheck(
  what: Judged & Pick<ToPublish, 'link' | 'check'>,
  head: string,
  github: GitHub,
): Promise<Published> {
  const body = renderComments(what.reports, { link: what.link, commit: head, notes: notesOf(what) });
  const log: string[] = [];
  try {
    log.push(`check: ${(await writeCheck(what, head, body, github)).said}`);
  } catch (error) {
    if (!(error instanceof Refused || error instanceof WeatherError)) throw error;
    log.push(`check: not written. ${reasonOf(error)}`);
  }
  return { conclusion: conclusionOf(what), log, comment: { body } };
}

/** Concludes a check without results: the run was cancelled, or could not be planned. */
export async function concludeWithout(
  how: 'cancelled' | 'failure',
  where: { readonly head: string; readonly check?: number },
  github: GitHub,
): Promise<void> {
  const texts = {
    cancelled: {
      title: plain('cancelled'),
      summary: md`The run was cancelled before it was done. A newer run, or a repeat of this one, measures.`,
    },
    failure: {
      title: plain('not planned'),
      summary: md`The sweep could not be planned: the log of the plan job says why and what to do.`,
    },
  };
  const state: CheckState = { ...texts[how], conclusion: how, annotations: [] };
  if (where.check !== undefined) await github.updateCheck(where.check, state);
  else await github.createCheck(where.head, CHECK, state);
}

function reasonOf(error: Error): string {
  return error instanceof Refused && error.status === 403
    ? 'The token may only read: a pull request of a fork or of Dependabot gets such a token. The report is in the summary and the artifacts; `peft-sweep init --forks` writes the workflow that comments there.'
    : error.message;
}

/** Read again before each write: a push or a close while the sweep ran makes all of it old. */
async function headNow(what: ToPublish, github: GitHub): Promise<string> {
  const { state, head } = await github.pull(what.pull.number);
  return state === 'open' ? head.sha : '';
}

function notesOf({ missing, measuredBy }: Judged): readonly Markdown[] {
  return [
    ...(missing.length > 0 ? [md`⚠️ Not complete: ${prose(missing.join(' '), 2000)}`] : []),
    ...(measuredBy === 'fork'
      ? [
          md`ℹ️ Measured in the fork’s own run: its author can change what comes out, so the check stays neutral where nothing broke. ${code('/peft-sweep run')} of somebody who may write measures here.`,
        ]
      : []),
  ];
}

async function writeCheck(
  what: Judged & Pick<ToPublish, 'check'>,
  head: string,
  text: Markdown,
  github: GitHub,
): Promise<{ said: string }> {
  const [first, ...more] = checkStates(what, text);
  if (first === undefined) return { said: 'nothing to say' };
  const id = what.check ?? (await github.createCheck(head, CHECK, first));
  if (what.check !== undefined) await github.updateCheck(id, first);
  for (const state of more) await github.updateCheck(id, state);
  return { said: String(first.conclusion) };
}

async function writeComment(
  what: ToPublish,
  text: Markdown,
  github: GitHub,
): Promise<{ said: string; value?: number }> {
  const isWorthIt =
    what.comment === 'always' ||
    what.missing.length > 0 ||
    what.reports.some(
      ({ comparisons, controls, findings }) =>
        findings.some(isGuardFinding) || [...comparisons, ...controls].some(({ comparison }) => isNews(comparison)),
    );
  if (what.comment === 'never') return { said: 'switched off' };
  const [login, comments] = await Promise.all([github.login(), github.comments(what.pull.number)]);
  const isOld = comments.some(({ author, body }) => author === login && body.startsWith(MARKER));
  const step = stickyStep(comments, login, MARKER, isWorthIt || isOld ? text : undefined);
  if (step.kind === 'create')
    return { said: 'created', value: await github.createComment(what.pull.number, step.body) };
  if (step.kind === 'leave')
    return { said: `unchanged, ${step.why}`, ...(step.id !== undefined && { value: step.id }) };
  await github.updateComment(step.id, step.body);
  return { said: 'updated', value: step.id };
}

/** The comment of a sweep that still runs: first when both ends are measured, then as the search goes on. */
export async function publishSoFar(
  pull: Pick<ToPublish['pull'], 'number' | 'head'>,
  reports: readonly Report[],
  link: string,
  github: GitHub,
): Promise<void> {
  if (!reports.some(({ comparisons }) => comparisons.some(({ comparison }) => isWorse(comparison)))) return;
  const { state, head } = await github.pull(pull.number);
  if (state !== 'open' || head.sha !== pull.head) return;
  const notes = [md`⏳ Still measuring: the release, the pins and the other ways out are not known yet.`];
  const [login, comments] = await Promise.all([github.login(), github.comments(pull.number)]);
  const step = stickyStep(comments, login, MARKER, renderComments(reports, { link, commit: pull.head, notes }));
  if (step.kind === 'create') await github.createComment(pull.number, step.body);
  if (step.kind === 'update') await github.updateComment(step.id, step.body);
}

/** By file and line, where each suggestion stands. */
async function writeSuggestions(
  what: ToPublish,
  github: GitHub,
): Promise<{ said: string; value: ReadonlyMap<string, string> }> {
  const [login, comments] = await Promise.all([github.login(), github.lineComments(what.pull.number)]);
  const addresses = new Map(ownOf(comments, login).map(({ path, line, url }) => [`${path}:${line}`, url]));
  let [created, updated] = [0, 0];
  for (const report of what.reports)
    for (const step of suggestionSteps(report, what.pull.diffLines, comments, login)) {
      if (step.kind === 'create') {
        const { number, head } = what.pull;
        const address = await github.createLineComment(number, head, step.path, step.line, step.body);
        addresses.set(`${step.path}:${step.line}`, address);
        created++;
      } else {
        await github.updateLineComment(step.id, step.body);
        updated++;
      }
    }
  return { said: `${created} created, ${updated} updated`, value: addresses };
}
