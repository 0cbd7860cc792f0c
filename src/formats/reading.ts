/** What readers share: what a file came to, and a requirement written at a place. */

import { WATCHED } from '../domain/environment.ts';
import type { Finding, Include, Manifest, Requirement } from '../domain/manifest.ts';
import { normalizeName, withoutCredentials } from '../domain/package.ts';
import { parsePep508 } from '../domain/pep508.ts';
import { isVersion } from '../domain/version.ts';

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
  const columns = [column, column + written.length] as const;
  const read = { name, written, specifier, extras, marker, group, line, columns };
  return url === '' ? { ...read, source: 'index' } : withRelease({ ...read, source: sourceOf(url) }, url);
}

/** The release that the name of a built file says, where it says one. */
function withRelease(requirement: Requirement, location: string): Requirement {
  const version = versionIn(location);
  return version === undefined ? requirement : { ...requirement, version };
}

/** A requirement by its place: what is fetched from there is never built. */
export function elsewhere(
  location: string,
  source: Requirement['source'],
  { line, column, written = location }: WrittenAt,
  group: string,
): Requirement | Finding {
  const named = nameIn(location);
  if (named === undefined)
    return {
      kind: 'not-installable',
      message: `\`${shown(location)}\` is not from an index; it is not measured.`,
      line,
    };
  const columns = [column, column + written.length] as const;
  const read = { name: normalizeName(named), written, specifier: '', extras: [], marker: '', group, line, columns };
  return withRelease({ ...read, source }, location);
}

/** A wheel or an archive: `peft-0.17.1-py3-none-any.whl`, `peft-0.17.1.tar.gz`. */
const BUILT = /^([A-Za-z0-9][A-Za-z0-9._]*)-(\d[^-]*?)(?:-[^/]*\.whl|\.tar\.gz|\.zip)$/;
/** A repository, and the archive of one: `.../transformers.git@main`, `.../peft/archive/refs/heads/main.zip`. */
const REPOSITORY = /\/([A-Za-z0-9][A-Za-z0-9._-]*?)(?:\.git)?(?:@[^@]*)?$/;
const ARCHIVE = /\/([A-Za-z0-9][A-Za-z0-9._-]*)\/(?:archive|tarball|zipball)\//;

/** The package that an address is of: what it says itself, its file, or its repository. */
function nameIn(location: string): string | undefined {
  const [address = '', fragment = ''] = location.slice(0, 2000).split(/#(.*)/s);
  const egg = /(?:^|[&#])egg=([A-Za-z0-9._-]+)/.exec(fragment)?.[1];
  const last = fileOf(address);
  const file = /^([A-Za-z0-9._]+)-\d/.exec(last)?.[1];
  return /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?/.exec(
    egg ?? file ?? watchedRepository(address, fragment) ?? '',
  )?.[0];
}

/** A repository is not always called like its package: only the names of watched libraries are taken from an address. */
function watchedRepository(address: string, fragment: string): string | undefined {
  if (/(?:^|&)subdirectory=/.test(fragment)) return undefined;
  const isGit = /^(git|hg|svn|bzr)\+/.test(address);
  const name = ARCHIVE.exec(address)?.[1] ?? (isGit ? REPOSITORY.exec(withoutCredentials(address))?.[1] : undefined);
  return WATCHED.find((watched) => name !== undefined && watched === normalizeName(name));
}

/** The release that the name of a built file says. */
export function versionIn(location: string): string | undefined {
  const version = BUILT.exec(fileOf(location.split('#')[0] ?? ''))?.[2]?.replace(/%2B/i, '+');
  return version !== undefined && isVersion(version) ? version : undefined;
}

function fileOf(address: string): string {
  return address.split('?')[0]?.split('/').at(-1) ?? '';
}

export function includeOf(option: string, path: string, line: number): Include {
  return { path, line, ...(/^(-c|--constraint)$/.test(option) && { constrains: true as const }) };
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
