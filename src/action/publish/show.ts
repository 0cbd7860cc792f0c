/** What the job itself shows: reports as files, annotations, outputs and a summary. */
import { join } from 'node:path';
import * as core from '@actions/core';
import { writeReport } from '../../adapters/machine/report-folder.ts';
import { STATUS, type Status } from '../../domain/status.ts';
import type { Surroundings } from '../../ports/machine.ts';
import type { Published } from '../../publish/publish.ts';
import { annotations, verdictLine } from '../../report/annotations.ts';
import { renderComments } from '../../report/comment.ts';
import type { Report } from '../../report/model.ts';
import { recommended, specifiersOf, worse } from '../../report/summary.ts';

/** The summary of a step is cut off above this; a comment is far below. */
const LONGEST_SUMMARY = 1000 * 1024;

/** Returns the exit status of the job: what was not compared is said, and fails nothing. */
export async function show(
  reports: readonly Report[],
  published: Published,
  out: string,
  { environment, signal }: Surroundings,
): Promise<Status> {
  for (const [index, report] of reports.entries())
    writeReport(reports.length > 1 ? join(out, String(index + 1)) : out, report);
  for (const report of reports)
    for (const { level, title, message } of annotations(report)) {
      const isFailure = level === 'error' && published.conclusion === 'failure';
      if (isFailure) core.error(message, { title });
      else core.warning(message, { title });
    }
  const status = signal.aborted ? STATUS.interrupted : statusOf(reports, published);
  core.setOutput('status', status);
  core.setOutput('verdict', reports.map(verdictLine).join('; '));
  core.setOutput('report', join(out, 'report.json'));
  core.setOutput('pin', pinOutput(reports));
  core.setOutput('regressed', JSON.stringify(reports.flatMap((report) => worse(report).map(({ cell }) => cell))));
  core.setOutput('comment-id', published.comment?.id ?? '');
  core.setOutput('comment-content', published.comment?.body ?? renderComments(reports));
  if (environment.GITHUB_STEP_SUMMARY)
    await core.summary.addRaw((published.comment?.body ?? renderComments(reports)).slice(0, LONGEST_SUMMARY)).write();
  if (status !== STATUS['not-compared']) return status;
  core.warning('Nothing got worse, but not every cell was compared.');
  return STATUS.fine;
}

/** The recommended specifier, or all that only help together. */
function pinOutput(reports: readonly Report[]): string {
  const pin = reports.map(recommended).find((one) => one !== undefined);
  return pin === undefined ? '' : specifiersOf(pin).join(' ');
}

function statusOf(reports: readonly Report[], { conclusion }: Published): Status {
  if (conclusion === 'failure') return STATUS.found;
  return reports.some(({ totals }) => totals.cells['not-compared'] > 0) ? STATUS['not-compared'] : STATUS.fine;
}
