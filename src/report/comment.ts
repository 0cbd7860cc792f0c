/** The pull request comment: verdict and action first, then the table, the causes, the ways out. */

import type { Markdown } from '../domain/safe.ts';
import { causesText } from './comment/causes.ts';
import { damage, details, footer } from './comment/details.ts';
import { action, headline } from './comment/headline.ts';
import { waysOut } from './comment/ways-out.ts';
import { code, cut, inline, joined, link as linkTo, md } from './escape.ts';
import type { Report } from './model.ts';
import { beforeAfter, blocks } from './summary.ts';

export const MARKER = md`<!-- peft-sweep:v1:default -->`;
/** GitHub refuses more characters than this (field limit of an issue comment). */
export const LONGEST_COMMENT = 65_536;
const SHOWN_UNCHANGED = 6;

type Section = (report: Report) => Markdown;

/** Sections from the most to the least needed; a comment that is too long loses the last ones first. */
const SECTIONS: readonly Section[] = [headline, action, tables, causesText, waysOut, damage, details, footer];

/** What stands around the reports: sentences of the run as a whole, and where the full report is. */
export interface Around {
  readonly notes?: readonly Markdown[];
  readonly link?: string;
  /** Addresses of the suggestions, by file and line. */
  readonly buttons?: ReadonlyMap<string, string>;
}

export function renderComment(report: Report): Markdown {
  return renderComments([report]);
}

/** One comment for all requests of a pull request, each with its own headline; shortened until it fits. */
export function renderComments(reports: readonly Report[], { notes = [], link }: Around = {}): Markdown {
  const where = link ? linkTo(md`the run`, link) : md`the run’s artifacts`;
  for (let count = SECTIONS.length; count > 0; count--) {
    const parts = reports.map((report) =>
      joined(
        SECTIONS.slice(0, count)
          .map((section) => section(report))
          .filter((section) => section !== ''),
        '\n\n',
      ),
    );
    const left = count < SECTIONS.length ? [md`This comment is shortened; the full report is in ${where}.`] : [];
    const text = md`${MARKER}\n${joined([...notes, ...parts, ...left], '\n\n')}\n`;
    if (text.length <= LONGEST_COMMENT) return text;
  }
  const headlines = joined(
    reports.map((report) => headline(report)),
    '\n\n',
  );
  return md`${MARKER}\n${cut(headlines, LONGEST_COMMENT - 1000)}\n\nThe full report is in ${where}.\n`;
}

function tables(report: Report): Markdown {
  return joined(
    blocks(report.comparisons).map((block) => {
      const moved = block.rows.filter((row) => row.cells.some((cell) => cell && cell.comparison !== 'same'));
      const same = block.rows.filter((row) => !moved.includes(row));
      const shown = [...moved, ...same.slice(0, SHOWN_UNCHANGED)];
      const rest = same.length - Math.min(same.length, SHOWN_UNCHANGED);
      const row = (cells: readonly Markdown[]) => md`| ${joined(cells, ' | ')} |`;
      return joined(
        [
          row([
            code(block.title),
            ...block.quantizations.map((name) => (name === 'none' ? md`unquantized` : code(name))),
          ]),
          row([md`---`, ...block.quantizations.map(() => md`---`)]),
          ...shown.map((one) =>
            row([inline(one.method), ...one.cells.map((cell) => (cell ? tableCell(beforeAfter(cell, '→')) : md``))]),
          ),
          ...(rest > 0 ? [row([md`${rest} more unchanged`, ...block.quantizations.map(() => md``)])] : []),
        ],
        '\n',
      );
    }),
    '\n\n',
  );
}

function tableCell(text: string): Markdown {
  const [before = '', harm, after = ''] = text.split(/(FAIL|WRONG|UNSUPPORTED|DEGRADED)/);
  return harm === undefined ? inline(text) : md`${inline(before)}**${inline(harm)}**${inline(after)}`;
}
