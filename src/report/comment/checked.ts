/** The words of a check: one environment, compared with nothing. */
import type { Markdown } from '../../domain/safe.ts';
import { codes, fence, inline, joined, md } from '../escape.ts';
import type { Report } from '../model.ts';
import { checkedLibraries, plural } from '../summary.ts';
import { isBrokenHere } from '../words.ts';

/** `❌ transformers 4.57.6, peft 0.17.1: 1 of 4 cells broken`. */
export function checkVerdict(report: Report): Markdown {
  const { cells, broken, works, unsupported, open } = counted(report);
  const rest = [
    ...(unsupported > 0 ? [`${unsupported} not supported`] : []),
    ...(open > 0 ? [`${open} not measured`] : []),
  ];
  const [mark, first] =
    broken > 0
      ? [md`❌`, `${broken} of ${cells} cells broken`]
      : [open > 0 ? md`⚠️` : md`✅`, `${works} of ${cells} cells work`];
  return md`${mark} ${inline(versionsText(report))}: ${inline([first, ...rest].join(', '))}`;
}

/** Failures told in a comment; `explain` and the report have all. */
const MOST_TOLD = 6;

/** What each broken cell says, cells that say the same together. */
export function checkFailures(report: Report): Markdown {
  const broken = new Set(report.comparisons.filter(isBrokenHere).map(({ cell }) => cell));
  const cells = new Map<string, string[]>();
  for (const { cell, stage, message } of report.results) {
    if (!broken.delete(cell)) continue;
    const said = `${stage ?? 'build'}: ${message ?? 'no message'}`;
    cells.set(said, [...(cells.get(said) ?? []), cell]);
  }
  const told = [...cells].slice(0, MOST_TOLD).map(([said, those]) => joined([codes(those), fence([said])], '\n\n'));
  const rest = cells.size - told.length;
  return joined([...told, ...(rest > 0 ? [md`And ${inline(plural(rest, 'other failure'))}.`] : [])], '\n\n');
}

export function checkTally(report: Report): string {
  const { broken, works, unsupported, open } = counted(report);
  return [
    `${broken} broken`,
    `${works} working`,
    ...(unsupported > 0 ? [`${unsupported} not supported`] : []),
    `${open} not measured`,
  ].join(', ');
}

function counted({ comparisons }: Report) {
  const works = comparisons.filter(({ after }) => after === 'pass').length;
  const broken = comparisons.filter(isBrokenHere).length;
  const unsupported = comparisons.filter(({ after }) => after === 'unsupported').length;
  return {
    cells: comparisons.length,
    works,
    broken,
    unsupported,
    open: comparisons.length - works - broken - unsupported,
  };
}

/** `transformers 4.57.6, peft 0.17.1`. */
export function versionsText(report: Report): string {
  const { run, environments } = report;
  const versions = checkedLibraries(report).flatMap((name) => {
    const version = run.held[name] ?? environments.find(({ pins }) => pins[name] !== undefined)?.pins[name];
    return version === undefined ? [] : [`${name} ${version}`];
  });
  return versions.length > 0 ? versions.join(', ') : 'as it is installed';
}
