/** What readers share: what a file came to, and a requirement written at a place. */
import type { Finding, Manifest, Requirement } from '../../domain/manifest.ts';
import { normalizeName, withoutCredentials } from '../../domain/package.ts';
import { parsePep508 } from '../../domain/pep508.ts';

export type Reading = Partial<Omit<Manifest, 'file' | 'format'>>;

/** Where a requirement stands: `written` is the file's own text there, which may be escaped. */
export interface WrittenAt {
  readonly line: number;
  readonly column: number;
  readonly written?: string;
}

/** A PEP 508 requirement at a place; what cannot be read is a finding with the reason. */
export function requirementAt(text: string, place: WrittenAt, group: string): Requirement | Finding {
  const { line, column, written = text } = place;
  const parsed = parsePep508(text);
  if ('error' in parsed)
    return { kind: 'unreadable', message: `\`${shown(text)}\` is not a requirement: ${parsed.error}.`, line };
  const { name, extras, specifier, marker, url } = parsed;
  return {
    ...{ name, written, specifier, extras, marker, group, line },
    source: url === '' ? 'index' : sourceOf(url),
    columns: [column, column + written.length],
  };
}

/** A requirement by its place: what is fetched from there is never built. */
export function elsewhere(
  location: string,
  source: Requirement['source'],
  { line, column, written = location }: WrittenAt,
  group: string,
): Requirement | Finding {
  const egg = /[#&]egg=([A-Za-z0-9._-]+)/.exec(location)?.[1];
  const file = /^([A-Za-z0-9._]+)-\d/.exec(location.split('/').at(-1) ?? '')?.[1];
  const name = /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?/.exec(egg ?? file ?? '')?.[0];
  if (name === undefined)
    return {
      kind: 'not-installable',
      message: `\`${shown(location)}\` is not from an index; it is not measured.`,
      line,
    };
  return {
    ...{ name: normalizeName(name), written, specifier: '', extras: [], marker: '', group },
    ...{ source, line, columns: [column, column + written.length] as const },
  };
}

function sourceOf(url: string): Requirement['source'] {
  if (/^(git|hg|svn|bzr)\+/.test(url)) return 'git';
  return /^(file:|\.{0,2}\/)/.test(url) ? 'path' : 'url';
}

/** The address of an index, comparable: without credentials and without a slash at its end. */
export function indexAddress(written: string): string {
  return withoutCredentials(written).replace(/\/+$/, '');
}

/** Foreign text for a message: short, and without credentials. */
export function shown(text: string): string {
  return withoutCredentials(text.slice(0, 4000)).slice(0, 120);
}

/** Requirements and findings of a mixed list. */
export function sorted(read: readonly (Requirement | Finding)[]): {
  readonly requirements: readonly Requirement[];
  readonly findings: readonly Finding[];
} {
  return {
    requirements: read.filter((one): one is Requirement => 'written' in one),
    findings: read.filter((one): one is Finding => !('written' in one)),
  };
}

export function unreadable(message: string, line: number): Reading {
  return { findings: [{ kind: 'unreadable', message, line }] };
}
