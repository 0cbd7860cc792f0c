/** Answers to commands in comments: a sign and some sentences, also where they are not followed. */

import { cellId } from '../domain/cell.ts';
import { holdsCell } from '../domain/code-paths.ts';
import type { Markdown } from '../domain/safe.ts';
import { SLASH_HELP } from '../event/slash.ts';
import { allCells } from '../plan/matrix.ts';
import { selectCells } from '../plan/patterns.ts';
import type { Command, PlanFile } from '../plan/plan-file.ts';
import type { GitHub, Sign } from '../ports/github.ts';
import { code, codes, fence, inline, joined, link, md, prose } from '../report/escape.ts';
import { plural } from '../report/summary.ts';
import { factsIn } from './facts.ts';

export interface Answer {
  readonly sign: Sign;
  readonly text: Markdown;
}

const MOST_CELLS = 4;

/** What to answer to a command that measures nothing; `known` is the text of the newest check of the commit. */
export function answerTo({ slash, refused }: Command, known: string | undefined): Answer {
  if (refused !== undefined)
    return {
      sign: 'confused',
      text: md`Not done. ${joined(
        refused.map((line) => prose(line, 600)),
        '\n\n',
      )}`,
    };
  switch (slash.command) {
    case 'run':
      return { sign: 'rocket', text: md`There is nothing to measure: no watched library changes here.` };
    case 'accept':
      return { sign: 'rocket', text: accepted(slash) };
    case 'explain':
      return explained(slash.cell, known);
    case 'apply':
      return {
        sign: 'confused',
        text: md`Commits are not set up here. ${code('peft-sweep init --apply')} adds a job that may write, for this command alone.`,
      };
    case 'unknown':
      return { sign: 'confused', text: md`This command is not known. There are: ${codes(SLASH_HELP)}.` };
  }
}

function accepted({ cell, until, reason }: Extract<Command['slash'], { command: 'accept' }>): Markdown {
  const entry = `  - {cell: ${quoted(cell)}, reason: ${quoted(reason)}, expires: ${quoted(until)}}`;
  return joined(
    [
      md`To accept ${code(cell)} until ${inline(until)}, put this into ${code('.github/peft-sweep.yml')} on the default branch. The cell is still measured and shown; it fails no check before that day is over.`,
      fence(['known:', entry], 'yaml'),
    ],
    '\n\n',
  );
}

/** A YAML string in double quotes: JSON is a subset. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

function explained(pattern: string, known: string | undefined): Answer {
  const again = md`To measure it: ${code(`/peft-sweep run ${pattern}`)}.`;
  const wanted = new Set(selectCells([pattern], allCells(), []).map(cellId));
  const facts = [...factsIn(known ?? '')].filter(([cell]) => holdsCell(wanted, cell));
  if (facts.length === 0)
    return { sign: 'confused', text: md`Nothing is known of ${code(pattern)} at the head of this branch. ${again}` };
  const shown = facts.slice(0, MOST_CELLS).map(([cell, lines]) => md`#### ${code(cell)}\n\n${fence(lines)}`);
  const rest = facts.length - shown.length;
  const more = rest > 0 ? [md`And ${inline(plural(rest, 'more cell'))}, in the check of this commit.`] : [];
  return { sign: 'rocket', text: joined([...shown, ...more, again], '\n\n') };
}

/** That a run was begun, with where it can be watched. */
export function begunText({ requests }: PlanFile, address: string): Markdown {
  const cells = requests.reduce((sum, { plan }) => sum + plan.cells.length, 0);
  return md`Measuring ${inline(plural(cells, 'cell'))} in ${link(md`this run`, address)}. What it finds is written into the comment of peft-sweep and into the check.`;
}

/** A sign for whoever asked, and the sentences. What GitHub refuses is in the log. */
export async function answer(
  number: number,
  comment: number | undefined,
  { sign, text }: Answer,
  github: GitHub,
  say: (line: string) => void,
): Promise<void> {
  const attempt = async (what: string, act: () => Promise<unknown>) => {
    try {
      await act();
    } catch (error) {
      say(`${what}: not written. ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  if (comment !== undefined) await attempt('reaction', () => github.react(comment, sign));
  await attempt('answer', () => github.createComment(number, text));
}
