/** The files that a report is written to. */
import { renderComment } from './comment.ts';
import type { Report } from './model.ts';
import { recommended } from './summary.ts';

/** Texts by name. `check` compares nothing, so there is nothing to comment on. */
export function reportFiles(report: Report): ReadonlyMap<string, string> {
  const files = new Map([['report.json', `${JSON.stringify(report, null, 1)}\n`]]);
  if (report.changes.length === 0) return files;
  return files
    .set('comment.md', renderComment(report))
    .set('summary.md', renderComment(report))
    .set('constraints.txt', constraints(report));
}

/** The versions of the watched libraries in the environment that the recommended pin was measured in, else at head. */
function constraints(report: Report): string {
  const measured = recommended(report)?.measuredIn;
  const environment =
    report.environments.find(({ request }) => request === measured) ??
    report.environments.find(({ status }) => status === 'built');
  return Object.entries(environment?.pins ?? {})
    .filter(([name]) => name !== 'torch')
    .map(([name, version]) => `${name}==${version}\n`)
    .join('');
}
