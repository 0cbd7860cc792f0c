/**
 * One PEP 508 requirement, with where its parts stand in the text.
 * https://packaging.python.org/en/latest/specifications/dependency-specifiers/
 */
import { normalizeName } from './package.ts';
import { isVersion } from './version.ts';

/** Start and end of a part of the text; the end is not included. */
export type Span = readonly [number, number];

export interface Pep508 {
  /** PEP 503 normalized. */
  readonly name: string;
  readonly extras: readonly string[];
  /** Clauses joined by commas, without spaces. */
  readonly specifier: string;
  readonly url: string;
  readonly marker: string;
  /** Where the specifier stands, or would stand where there is none. Brackets around it are not part of it. */
  readonly specifierAt: Span;
}

export interface NotPep508 {
  readonly error: string;
}

const NAME = /^\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)/;
const EXTRAS = /^\s*\[([^[\]]*)\]/;
const EXTRA = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/;
const CLAUSE = /^(===|==|~=|!=|<=|>=|<|>)\s*([^\s,;)]+)$/;

/** Parses a requirement, or says why it is none. */
export function parsePep508(text: string): Pep508 | NotPep508 {
  const name = NAME.exec(text);
  if (!name?.[1]) return { error: 'it has no package name' };
  let position = name[0].length;
  const extras = EXTRAS.exec(text.slice(position));
  const listed = extras?.[1]?.trim() ? extras[1].split(',').map((one) => one.trim()) : [];
  if (!listed.every((one) => EXTRA.test(one))) return { error: `\`[${extras?.[1]}]\` is not a list of extras` };
  position += extras?.[0].length ?? 0;
  const known = { name: normalizeName(name[1]), extras: listed };
  const rest = text.slice(position);
  const url = /^\s*@\s*(\S+)(\s+;(.*)|\s*)$/s.exec(rest);
  if (url) return withMarker({ ...known, specifier: '', url: url[1] ?? '', specifierAt: [position, position] }, url[3]);
  if (/^\s*@/.test(rest)) return { error: 'what follows `@` is not an address' };
  const end = rest.indexOf(';');
  const read = parseSpecifier(end < 0 ? rest : rest.slice(0, end));
  if ('error' in read) return read;
  const specifierAt: Span = [position + read.at[0], position + read.at[1]];
  return withMarker(
    { ...known, specifier: read.specifier, url: '', specifierAt },
    end < 0 ? undefined : rest.slice(end + 1),
  );
}

function withMarker(parsed: Omit<Pep508, 'marker'>, marker: string | undefined): Pep508 | NotPep508 {
  if (marker === undefined) return { ...parsed, marker: '' };
  return isMarker(marker)
    ? { ...parsed, marker: marker.trim() }
    : { error: `\`${marker.trim().slice(0, 60)}\` is not an environment marker` };
}

function parseSpecifier(text: string): { readonly specifier: string; readonly at: Span } | NotPep508 {
  const begin = text.length - text.trimStart().length;
  const trimmed = text.trim();
  if (trimmed === '') return { specifier: '', at: [0, 0] };
  const isBracketed = trimmed.startsWith('(') && trimmed.endsWith(')');
  const within = isBracketed ? trimmed.slice(1, -1) : trimmed;
  const inner = within.trim();
  const start = begin + Number(isBracketed) + (within.length - within.trimStart().length);
  const clauses: string[] = [];
  const parts = inner.split(',');
  for (const [index, written] of parts.entries()) {
    // A comma at the end is allowed, as pip allows it.
    if (written.trim() === '' && index === parts.length - 1) continue;
    const clause = CLAUSE.exec(written.trim());
    if (!clause?.[1] || !clause[2]) return { error: `\`${written.trim().slice(0, 60)}\` is not a version specifier` };
    if (!fitsOperator(clause[1], clause[2]))
      return { error: `\`${clause[2].slice(0, 60)}\` is not a version for \`${clause[1]}\`` };
    clauses.push(`${clause[1]}${clause[2]}`);
  }
  return { specifier: clauses.join(','), at: [start, start + inner.length] };
}

/** PEP 440: a wildcard and a local label only with `==` and `!=`, two numbers at least with `~=`. */
function fitsOperator(operator: string, version: string): boolean {
  if (operator === '===') return true;
  const isEquality = operator === '==' || operator === '!=';
  if (version.endsWith('.*')) {
    const stem = version.slice(0, -2);
    return isEquality && isVersion(stem) && !/(dev|\+)/i.test(stem);
  }
  if (!isVersion(version) || (version.includes('+') && !isEquality)) return false;
  return operator !== '~=' || /^v?(\d+!)?\d+\.\d+/i.test(version);
}

const VARIABLES = new Set([
  ...['python_version', 'python_full_version', 'os_name', 'os.name', 'sys_platform', 'sys.platform'],
  ...['platform_release', 'platform_system', 'platform_version', 'platform.version', 'platform_machine'],
  ...['platform.machine', 'platform_python_implementation', 'platform.python_implementation', 'python_implementation'],
  ...['implementation_name', 'implementation_version', 'extra', 'extras', 'dependency_groups'],
]);
const TOKEN = /\s*(\(|\)|"[^"]*"|'[^']*'|===|==|~=|!=|<=|>=|<|>|[A-Za-z_.]+)/y;

/** Whether a text is an environment marker. One pass; nesting costs no stack. */
export function isMarker(text: string): boolean {
  TOKEN.lastIndex = 0;
  const tokens: string[] = [];
  const end = text.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const token = TOKEN.exec(text)?.[1];
    if (token === undefined) return false;
    tokens.push(token);
  }
  return isExpression(tokens);
}

function isExpression(tokens: readonly string[]): boolean {
  let depth = 0;
  let wantsOperand = true;
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index] ?? '';
    if (wantsOperand && token === '(') depth++;
    else if (wantsOperand) {
      const length = comparisonLength(tokens, index);
      if (length === 0) return false;
      index += length - 1;
      wantsOperand = false;
    } else if (token === ')') {
      if (--depth < 0) return false;
    } else if (token === 'and' || token === 'or') wantsOperand = true;
    else return false;
  }
  return depth === 0 && !wantsOperand;
}

/** Tokens of `value operator value` at a place; 0 where there is none. */
function comparisonLength(tokens: readonly string[], at: number): number {
  const isNotIn = tokens[at + 1] === 'not' && tokens[at + 2] === 'in';
  const isOperator = isNotIn || /^([=~!<>]+|in)$/.test(tokens[at + 1] ?? '');
  const right = at + (isNotIn ? 3 : 2);
  return isOperator && isValue(tokens[at]) && isValue(tokens[right]) ? right - at + 1 : 0;
}

function isValue(token: string | undefined): boolean {
  return token !== undefined && (/^["']/.test(token) || VARIABLES.has(token));
}

/** The version of a specifier that is one exact pin, without a wildcard. */
export function exactVersion(specifier: string): string | undefined {
  return /^={2,3}\s*([^,*]+)$/.exec(specifier)?.[1]?.trim();
}

/** The clauses of a specifier: operator and version. */
export function clausesOf(specifier: string): readonly (readonly [string, string])[] {
  return specifier.split(',').flatMap((text) => {
    const clause = CLAUSE.exec(text.trim());
    return clause ? [[clause[1] ?? '', clause[2] ?? ''] as const] : [];
  });
}
