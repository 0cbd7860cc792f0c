/** How a version constraint is written: the form around it stays, only the specifier becomes another. */
import type { Requirement } from '../domain/manifest.ts';
import { normalizeName } from '../domain/package.ts';
import { parsePep508, type Span } from '../domain/pep508.ts';
import type { Around, Asked } from './format.ts';

/** `peft>=0.17; python_version < "3.13"`, wherever it stands. */
export function pep508(requirement: Requirement, specifier: string): string | undefined {
  const { written } = requirement;
  const parsed = parsePep508(beforeMarker(written));
  if ('error' in parsed || parsed.name !== requirement.name || parsed.url !== '') return undefined;
  return replaced(written, parsed.specifierAt, spacedLike(written, parsed.specifierAt, specifier));
}

/** A value that is nothing but the constraint: `peft = ">=0.17"`. */
export function wholeValue(_requirement: Requirement, specifier: string): string {
  return specifier;
}

/** Lists of PEP 508 and tables of names in one file. */
export function pep508OrValue(requirement: Requirement, specifier: string): string | undefined {
  return isPep508(requirement) ? pep508(requirement, specifier) : specifier;
}

/** In a shell `<` and `>` redirect: a word that is not quoted yet gets quotes. */
export function shellWord(requirement: Requirement, specifier: string, around: Around): string | undefined {
  if (requirement.written.includes('$')) return undefined;
  const text = pep508(requirement, specifier);
  if (text === undefined) return undefined;
  const isQuoted = /["']$/.test(around.before) && /^["']/.test(around.after);
  return isQuoted || !/[<>*!;\s]/.test(text) ? text : `"${text}"`;
}

const REQUIREMENT = /[A-Za-z0-9][A-Za-z0-9._-]*(?:\[[^\]]*\])?\s*(?:[=!<>~]=?=?\s*[^\s,;"'#)]+(?:\s*,\s*)?)*/g;

/** The PEP 508 requirement of a library inside a line, whatever quotes and list marks stand around it. */
export function pep508InLine(line: string, library: string): Asked | undefined {
  for (const found of line.matchAll(REQUIREMENT)) {
    const text = found[0].trimEnd();
    const parsed = parsePep508(text);
    if ('name' in parsed && parsed.name === library) return { text, specifier: parsed.specifier };
  }
  return undefined;
}

/** `peft = ">=0.17"` and `peft = {version = ">=0.17", extras = ["x"]}`: what is asked is the quoted text alone. */
const ENTRY =
  /^\s*["']?([A-Za-z0-9._-]+)["']?\s*=\s*(?:\{(?:[^"'#{}]|"[^"]*"|'[^']*')*?\bversion\s*=\s*)?("[^"]*"|'[^']*')/;

/** The constraint that a line of TOML gives a library, where the line begins with its name. */
export function valueInLine(line: string, library: string): Asked | undefined {
  const [, name = '', text = ''] = ENTRY.exec(line) ?? [];
  return normalizeName(name) === library ? { text, specifier: text.slice(1, -1) } : undefined;
}

/** Tables of names and lists of PEP 508 in one file. */
export function valueOrPep508InLine(line: string, library: string): Asked | undefined {
  return valueInLine(line, library) ?? pep508InLine(line, library);
}

function isPep508(requirement: Requirement): boolean {
  const parsed = parsePep508(beforeMarker(requirement.written));
  return 'name' in parsed && parsed.name === requirement.name && parsed.specifier === requirement.specifier;
}

/** A marker may hold quotes that the file escapes; the specifier stands before it. */
function beforeMarker(written: string): string {
  return written.split(';')[0] ?? written;
}

function replaced(text: string, [from, to]: Span, by: string): string {
  return text.slice(0, from) + by + text.slice(to);
}

/** `peft >= 0.17 , < 0.19` gets its spaces back; a name without a specifier gets none. */
function spacedLike(written: string, [from, to]: Span, specifier: string): string {
  const old = written.slice(from, to);
  const afterComma = /,(\s*)/.exec(old)?.[1] ?? '';
  const afterOperator = /^[=~!<>]+(\s*)/.exec(old)?.[1] ?? '';
  return specifier
    .split(',')
    .map((clause) => clause.replace(/^([=~!<>]+)/, `$1${afterOperator}`))
    .join(`,${afterComma}`);
}
