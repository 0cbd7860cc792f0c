/** The pull request comment: verdict and action first, then the table, the causes, the ways out. */

import type { Markdown } from '../domain/safe.ts';
import { causesText } from './comment/causes.ts';
import { damage, details, footer, yourCode } from './comment/details.ts';
import { action, headline } from './comment/headline.ts';
import { holds, how, openFirst, openLast } from './comment/how.ts';
import type { Links } from './comment/links.ts';
import { farOff } from './comment/losses.ts';
import { yourArguments } from './comment/own.ts';
import { moved, unmoved } from './comment/tables.ts';
import { waysOut } from './comment/ways-out.ts';
import { cut, joined, link as linkTo, md } from './escape.ts';
import type { Report } from './model.ts';

export const MARKER = md`<!-- peft-sweep:v1:default -->`;
/** GitHub refuses more characters than this (field limit of an issue comment). */
export const LONGEST_COMMENT = 65_536;
type Section = (report: Report, links: Links) => Markdown;

/** Sections from the most to the least needed; a comment that is too long loses the last ones first. */
const SECTIONS: readonly Section[] = [
  headline,
  action,
  how,
  openFirst,
  causesText,
  yourCode,
  farOff,
  moved,
  openLast,
  waysOut,
  damage,
  holds,
  unmoved,
  yourArguments,
  details,
  footer,
];

/** What stands around the reports: sentences of the run as a whole, and addresses. */
export interface Around {
  readonly notes?: readonly Markdown[];
  /** Address of the run. */
  readonly link?: string;
  /** The commit that was measured. */
  readonly commit?: string;
  /** Addresses of the suggestions, by file and line. */
  readonly buttons?: ReadonlyMap<string, string>;
}

export function renderComment(report: Report): Markdown {
  return renderComments([report]);
}

/** One comment for all requests of a pull request, each with its own headline; shortened until it fits. */
export function renderComments(
  reports: readonly Report[],
  { notes = [], link, commit, buttons }: Around = {},
): Markdown {
  const links = { ...(link && { run: link }), ...(commit && { commit }), ...(buttons && { buttons }) };
  const where = link ? linkTo(md`the run`, link) : md`the run’s artifacts`;
  for (let count = SECTIONS.length; count > 0; count--) {
    const parts = reports.map((report) =>
      joined(
        SECTIONS.slice(0, count)
          .map((section) => section(report, links))
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
