/** Arguments of the user's own, for plans and terminals: what is carried, what was made smaller, what is left out. */
import { cellId, parseCellId } from '../domain/cell.ts';
import { ownOf, withoutOwn } from '../domain/code-paths.ts';
import { carriedText, type OwnConfiguration, type OwnConfigurations, valueText } from '../domain/own-configuration.ts';
import { plain } from './escape.ts';
import type { Report } from './model.ts';
import { whyAtHead } from './summary.ts';
import { isMeasuredHere } from './words.ts';

const SHOWN = 4;
const SHOWN_PLACES = 3;
const LONGEST = 300;

/** What is said of one configuration, a sentence each; the places first. */
export interface OwnWords {
  readonly at: string;
  readonly carried: string;
  readonly scaled: readonly string[];
  readonly left: readonly string[];
}

export function ownWords(configuration: OwnConfiguration): OwnWords {
  const { at, scaled, left } = configuration;
  const more = at.length > SHOWN_PLACES ? `, and ${at.length - SHOWN_PLACES} more places` : '';
  return {
    at: `${at.slice(0, SHOWN_PLACES).join(', ')}${more}`,
    carried: carriedText(configuration),
    scaled: scaled.map(({ argument, from, to, why }) => `${argument}=${valueText(to)} for ${valueText(from)}: ${why}`),
    left: left.map(({ argument, why }) => `${argument} is not carried: ${why}`),
  };
}

/** Lines about some configurations, each under its name. */
export function ownLines(configurations: OwnConfigurations, indent: string): readonly string[] {
  const all = Object.entries(configurations);
  const lines = all.slice(0, SHOWN).flatMap(([name, configuration]) => {
    const { at, carried, scaled, left } = ownWords(configuration);
    const told = [carried, ...scaled, ...left].map((line) => `${indent}  ${plain(line, LONGEST)}`);
    return [`${indent}${name}  ${plain(at, LONGEST)}`, ...told];
  });
  const rest = all.length - SHOWN;
  return rest > 0 ? [...lines, `${indent}and ${rest} more in report.json`] : lines;
}

/** A section of a terminal; empty where no cell has arguments of its own. */
export function ownSection(report: Report): string {
  const lines = ownLines(report.configurations ?? {}, '  ');
  const apart = besideTexts(report).map((text) => `  ${plain(text, LONGEST)}`);
  if (lines.length === 0) return '';
  return ['your arguments, as far as a tiny model can have them', ...lines, ...apart].join('\n');
}

/** Cells that do otherwise with the user's arguments than with the matrix's, a sentence each. */
export function besideTexts(report: Report): readonly string[] {
  const known = new Map(report.comparisons.map((one) => [one.cell, one]));
  return report.comparisons.flatMap((one) => {
    const cell = parseCellId(one.cell);
    const plainOne = ownOf(cell) === undefined ? undefined : known.get(cellId(withoutOwn(cell)));
    const isKnown = plainOne !== undefined && isMeasuredHere(one) && isMeasuredHere(plainOne);
    if (!isKnown || plainOne.after === one.after) return [];
    const why = one.after === 'pass' ? '' : whyAtHead(report, one);
    const said = why === '' ? '' : ` ${why}`;
    return [`${one.cell}: ${one.after}, and with the matrix's arguments ${plainOne.after}.${said}`];
  });
}
