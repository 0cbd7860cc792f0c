/** Tells GitHub what was measured: one comment, suggestions, one check. What cannot be told is said, and ends nothing. */
import { isNews, isWorse } from '../domain/comparison.ts';
import { Refused, WeatherError } from '../errors.ts';
import type { GitHub } from '../ports.ts';
import { MARKER, renderComments } from '../report/comment.ts';
import type { Report } from '../report/model.ts';
import { isGuardFinding } from '../report/verdict.ts';
import { type Conclusion, checkStates, conclusionOf, type Judged } from './check.ts';
import { stickyStep } from './sticky.ts';
import { suggestionSteps } from './suggestions.ts';

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
}

export async function publish(what: ToPublish, github: GitHub): Promise<Published> {
  const log: string[] = [];
  const conclusion = conclusionOf(what);
  const text = renderComments(what.reports, { link: what.link, notes: missingNotes(what) });
  const attempt = async (name: string, act: () => Promise<string>) => {
    try {
      if ((await headNow(what, github)) !== what.pull.head) log.push(`${name}: not written, the pull request moved on`);
      else log.push(`${name}: ${await act()}`);
    } catch (error) {
      if (!(error instanceof Refused || error instanceof WeatherError)) throw error;
      log.push(`${name}: not written. ${reasonOf(error)}`);
    }
  };
  await attempt('check', () => writeCheck(what, text, github));
  await attempt('comment', () => writeComment(what, text, github));
  await attempt('suggestions', () => writeSuggestions(what, github));
  return { conclusion, log };
}

function reasonOf(error: Error): string {
  return error instanceof Refused && error.status === 403
    ? 'The token may only read: a pull request of a fork or of Dependabot gets such a token. The report is in the summary and the artifacts; docs/github.md shows the workflow_run variant.'
    : error.message;
}

/** Read again before each write: a push or a close while the sweep ran makes all of it old. */
async function headNow(what: ToPublish, github: GitHub): Promise<string> {
  const { state, head } = await github.pull(what.pull.number);
  return state === 'open' ? head.sha : '';
}

function missingNotes({ missing }: Judged): readonly string[] {
  return missing.length > 0 ? [`⚠️ Not complete: ${missing.join(' ')}`] : [];
}

async function writeCheck(what: ToPublish, text: string, github: GitHub): Promise<string> {
  const [first, ...more] = checkStates(what, text);
  if (first === undefined) return 'nothing to say';
  const id = what.check ?? (await github.createCheck(what.pull.head, CHECK, first));
  if (what.check !== undefined) await github.updateCheck(id, first);
  for (const state of more) await github.updateCheck(id, state);
  return String(first.conclusion);
}

async function writeComment(what: ToPublish, text: string, github: GitHub): Promise<string> {
  const isWorthIt =
    what.comment === 'always' ||
    what.missing.length > 0 ||
    what.reports.some(
      ({ comparisons, controls, findings }) =>
        findings.some(isGuardFinding) || [...comparisons, ...controls].some(({ comparison }) => isNews(comparison)),
    );
  if (what.comment === 'never') return 'switched off';
  const [login, comments] = await Promise.all([github.login(), github.comments(what.pull.number)]);
  const isOld = comments.some(({ author, body }) => author === login && body.startsWith(MARKER));
  const step = stickyStep(comments, login, MARKER, isWorthIt || isOld ? text : undefined);
  if (step.kind === 'create') await github.createComment(what.pull.number, step.body);
  if (step.kind === 'update') await github.updateComment(step.id, step.body);
  return step.kind === 'leave' ? `unchanged, ${step.why}` : `${step.kind}d`;
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
  const notes = ['⏳ Still measuring: the release, the pins and the other ways out are not known yet.'];
  const [login, comments] = await Promise.all([github.login(), github.comments(pull.number)]);
  const step = stickyStep(comments, login, MARKER, renderComments(reports, { link, notes }));
  if (step.kind === 'create') await github.createComment(pull.number, step.body);
  if (step.kind === 'update') await github.updateComment(step.id, step.body);
}

async function writeSuggestions(what: ToPublish, github: GitHub): Promise<string> {
  const [login, comments] = await Promise.all([github.login(), github.lineComments(what.pull.number)]);
  let [created, updated] = [0, 0];
  for (const report of what.reports)
    for (const step of suggestionSteps(report, what.pull.diffLines, comments, login)) {
      if (step.kind === 'create') {
        await github.createLineComment(what.pull.number, what.pull.head, step.path, step.line, step.body);
        created++;
      } else {
        await github.updateLineComment(step.id, step.body);
        updated++;
      }
    }
  return `${created} created, ${updated} updated`;
}
