/** Commands in comments: the first line, a fixed grammar, at most 200 characters. */
import { own } from '../domain/own.ts';

export type Slash =
  | { readonly command: 'run'; readonly cells: readonly string[] }
  | { readonly command: 'explain'; readonly cell: string }
  | { readonly command: 'apply' }
  | { readonly command: 'accept'; readonly cell: string; readonly until: string; readonly reason: string }
  | { readonly command: 'unknown' };

const LONGEST = 200;
/** Characters of a cell pattern: nothing else reaches a matcher, a file or a comment. */
const CELL = /^!?[A-Za-z0-9*{][A-Za-z0-9_+*{},.-]*(\/[A-Za-z0-9*{][A-Za-z0-9_+*{},.-]*){0,3}$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** undefined for a comment that does not speak to us. */
export function parseSlash(body: string): Slash | undefined {
  const line = body.split(/\r?\n/, 1)[0] ?? '';
  if (!/^\/peft-sweep(\s|$)/.test(line)) return undefined;
  if (line.length > LONGEST) return { command: 'unknown' };
  const [, command = '', ...words] = line.trim().split(/[ \t]+/);
  return own(GRAMMAR, command)?.(words) ?? { command: 'unknown' };
}

const GRAMMAR: Readonly<Record<string, (words: readonly string[]) => Slash | undefined>> = {
  run: (cells) => (cells.every((cell) => CELL.test(cell)) ? { command: 'run', cells } : undefined),
  explain: ([cell, ...rest]) =>
    cell !== undefined && CELL.test(cell) && rest.length === 0 ? { command: 'explain', cell } : undefined,
  apply: (words) => (words.length === 0 ? { command: 'apply' } : undefined),
  accept: ([cell = '', until, day = '', ...reason]) =>
    CELL.test(cell) && until === 'until' && isDay(day) && reason.length > 0
      ? { command: 'accept', cell, until: day, reason: reason.join(' ') }
      : undefined,
};

/** A day of the calendar: 2026-02-31 is none. */
function isDay(text: string): boolean {
  const time = DAY.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

export const SLASH_HELP = [
  '/peft-sweep run [CELLS]',
  '/peft-sweep explain CELL',
  '/peft-sweep apply',
  '/peft-sweep accept CELL until YYYY-MM-DD REASON',
] as const;
