/** What a pull request is told: while a sweep runs in the same job, and at its end. */
import * as core from '@actions/core';
import { holdsCell } from '../../domain/code-paths.ts';
import type { Measurement } from '../../domain/search.ts';
import { Refused, WeatherError } from '../../errors.ts';
import { readEvent } from '../../event/event.ts';
import { reportOf } from '../../main.ts';
import type { Plan } from '../../plan/plan.ts';
import type { PlanFile } from '../../plan/plan-file.ts';
import type { GitHub } from '../../ports/github.ts';
import type { Clock } from '../../ports/machine.ts';
import { conclusionOf, type Judged } from '../../publish/check.ts';
import { cellsThatCount } from '../../publish/counts.ts';
import { type Published, publish, publishCheck, publishSoFar } from '../../publish/publish.ts';
import { linkTo, type Runner } from '../inputs.ts';
import { type Gathered, runOf } from './gather.ts';

const BETWEEN_MS = 30_000;

/** Keeps the comment up to date while a sweep runs in the same job; what GitHub refuses is left for the end. */
export function progressOn(
  file: PlanFile,
  runner: Runner,
  github: GitHub | undefined,
  { clock, tool }: { readonly clock: Clock; readonly tool: string },
) {
  let last = Number.NEGATIVE_INFINITY;
  return async (history: readonly Measurement[], planned: Plan): Promise<void> => {
    if (file.pull === undefined || github === undefined || clock.now() - last < BETWEEN_MS) return;
    last = clock.now();
    const report = reportOf(planned, history, { findings: [] }, runOf([], { tool, started: clock.date() }, file.bot));
    try {
      await publishSoFar(file.pull, [report], linkTo(runner), github);
    } catch (error) {
      if (!(error instanceof Refused || error instanceof WeatherError)) throw error;
      core.info(`The comment was not updated: ${error.message}`);
    }
  };
}

/** Writes to the pull request what the reports say; without one, or without a token, only the summary says it. */
export async function publishReports(
  file: PlanFile,
  { reports, missing }: Gathered,
  runner: Runner,
  github: GitHub | undefined,
  clock: Clock,
  check?: number,
): Promise<Published> {
  const today = clock.date().slice(0, 10);
  const known = new Set(file.known.flatMap(({ cell, expires }) => (expires >= today ? [cell] : [])));
  const isKnown = (cell: string) => holdsCell(known, cell);
  const counts = cellsThatCount(file.requests.map(({ plan }) => plan));
  const failOn = core.getInput('warn-only') === 'true' ? [] : file.failOn;
  const measuredBy = readEvent(runner.eventName, runner.payload).kind === 'run' ? ('fork' as const) : ('us' as const);
  const judged = { reports, missing, failOn, isKnown, counts, measuredBy };
  const more = { link: linkTo(runner), ...(check !== undefined && { check }) };
  const published = await write(file, judged, more, github);
  for (const line of published.log) core.info(line);
  return published;
}

async function write(
  { pull, queued, comment }: PlanFile,
  judged: Judged,
  more: { readonly link: string; readonly check?: number },
  github: GitHub | undefined,
): Promise<Published> {
  if (github && pull) return publish({ ...judged, ...more, pull, comment }, github);
  if (github && queued) return publishCheck({ ...judged, ...more }, queued, github);
  return { conclusion: conclusionOf(judged), log: ['no pull request to write to'] };
}
