/** The pull request comment: verdict and action first, then the table, the causes, the ways out. */

import { isNews } from '../domain/comparison.ts';
import { causesText } from './comment/causes.ts';
import { damage, details, footer } from './comment/details.ts';
import { action, headline } from './comment/headline.ts';
import { waysOut } from './comment/ways-out.ts';
import { code, inline } from './escape.ts';
import type { Report } from './model.ts';
import { blocks } from './summary.ts';
import { beforeAfter } from './words.ts';

export const MARKER = '<!-- peft-sweep:v1:default -->';
/** GitHub refuses more characters than this (field limit of an issue comment). */
export const LONGEST_COMMENT = 65_536;
const SHOWN_UNCHANGED = 6;

type Section = (report: Report) => string;

/** Sections from the most to the least needed; a comment that is too long loses the last ones first. */
const SECTIONS: readonly Section[] = [headline, action, tables, causesText, waysOut, damage, details, footer];

/** What stands around the reports: sentences of the run as a whole, and where the full report is. */
export interface Around {
  readonly notes?: readonly string[];
  readonly link?: string;
}

export function renderComment(report: Report): string {
  return renderComments([report]);
}

/** One comment for all requests of a pull request, each with its own headline; shortened until it fits. */
export function renderComments(reports: readonly Report[], { notes = [], link }: Around = {}): string {
  const where = link ? `[the run](${link})` : 'the run’s artifacts';
  for (let count = SECTIONS.length; count > 0; count--) {
    const parts = reports.map((report) =>
      SECTIONS.slice(0, count)
        .map((section) => section(report))
        .filter((section) => section !== '')
        .join('\n\n'),
    );
    const left = count < SECTIONS.length ? [`This comment is shortened; the full report is in ${where}.`] : [];
    const text = `${MARKER}\n${[...notes, ...parts, ...left].join('\n\n')}\n`;
    if (text.length <= LONGEST_COMMENT) return text;
  }
  const headlines = reports.map((report) => headline(report)).join('\n\n');
  return `${MARKER}\n${headlines.slice(0, LONGEST_COMMENT - 1000)}\n\nThe full report is in ${where}.\n`;
}

function tables(report: Report): string {
  return blocks(report.comparisons)
    .map((block) => {
      const moved = block.rows.filter((row) => row.cells.some((cell) => cell && isNews(cell.comparison)));
      const same = block.rows.filter((row) => !moved.includes(row));
      const shown = [...moved, ...same.slice(0, SHOWN_UNCHANGED)];
      const rest = same.length - Math.min(same.length, SHOWN_UNCHANGED);
      const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
      return [
        row([code(block.title), ...block.quantizations.map((name) => (name === 'none' ? 'unquantized' : code(name)))]),
        row(['---', ...block.quantizations.map(() => '---')]),
        ...shown.map((one) =>
          row([inline(one.method), ...one.cells.map((cell) => (cell ? tableCell(beforeAfter(cell, '→')) : ''))]),
        ),
        ...(rest > 0 ? [row([`${rest} more unchanged`, ...block.quantizations.map(() => '')])] : []),
      ].join('\n');
    })
    .join('\n\n');
}

function tableCell(text: string): string {
  return text.replace(/((?:FAIL|WRONG)(?: at [a-z]+)?|UNSUPPORTED|DEGRADED)/, '**$1**');
}
