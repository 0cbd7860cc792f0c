/** One PEP 508 requirement. https://packaging.python.org/en/latest/specifications/dependency-specifiers/ */
import { normalizeName } from '../domain/package.ts';
import { isVersion } from '../domain/version.ts';

export interface Pep508 {
  readonly name: string;
  readonly extras: readonly string[];
  readonly specifier: string;
  readonly url: string;
  readonly marker: string;
}

const NAME = /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*/;
const EXTRAS = /^\[([^[\]]*)\]\s*/;
const CLAUSE = /^\s*(===|==|~=|!=|<=|>=|<|>)\s*([^\s,;)]+)\s*$/;

/** Parses a requirement, or says why it is none. */
export function parsePep508(text: string): Pep508 | { readonly error: string } {
  const name = NAME.exec(text);
  if (!name?.[1]) return { error: 'it has no package name' };
  let rest = text.slice(name[0].length);
  const extras = EXTRAS.exec(rest);
  if (extras) rest = rest.slice(extras[0].length);
  const parsed = {
    name: normalizeName(name[1]),
    extras: (extras?.[1] ?? '')
      .split(',')
      .map((one) => one.trim())
      .filter(Boolean),
  };
  if (rest.startsWith('@')) return { ...parsed, specifier: '', ...urlAndMarker(rest.slice(1).trim()) };
  const [specifiers = '', ...markers] = rest.split(';');
  const specifier = parseSpecifier(specifiers.trim().replace(/^\((.*)\)$/, '$1'));
  if (typeof specifier !== 'string') return specifier;
  return { ...parsed, specifier, url: '', marker: markers.join(';').trim() };
}

function urlAndMarker(text: string): { readonly url: string; readonly marker: string } {
  const found = /\s;\s*/.exec(text);
  return found
    ? { url: text.slice(0, found.index), marker: text.slice(found.index + found[0].length) }
    : { url: text, marker: '' };
}

function parseSpecifier(text: string): string | { readonly error: string } {
  if (text === '') return '';
  const clauses: string[] = [];
  for (const written of text.split(',')) {
    if (written.trim() === '' && clauses.length > 0) continue;
    const clause = CLAUSE.exec(written);
    if (!clause?.[1] || !clause[2]) return { error: `\`${written.trim().slice(0, 60)}\` is not a version specifier` };
    const version = clause[2].replace(/\.\*$/, '');
    if (clause[1] !== '===' && !isVersion(version)) return { error: `\`${clause[2].slice(0, 60)}\` is not a version` };
    clauses.push(`${clause[1]}${clause[2]}`);
  }
  return clauses.join(',');
}

/** The version of a specifier that is one exact pin, without a wildcard. */
export function exactVersion(specifier: string): string | undefined {
  return /^={2,3}\s*([^,*]+)$/.exec(specifier)?.[1]?.trim();
}
