/** The table of manifest formats. Adding one is one entry, one reader and one test. */
import type { Finding, Manifest } from '../domain/manifest.ts';
import { baseOf } from '../domain/path.ts';
import { readDockerfile } from './readers/dockerfile.ts';
import { readEnvironmentYml } from './readers/environment-yml.ts';
import { readLock, readPipfileLock } from './readers/locks.ts';
import { readPipfile } from './readers/pipfile.ts';
import { readPyproject } from './readers/pyproject.ts';
import type { Reading } from './readers/reading.ts';
import { readRequirements } from './readers/requirements-txt.ts';
import { hasScriptBlock, readScript } from './readers/script.ts';
import { readSetupCfg } from './readers/setup-cfg.ts';
import { readSetupPy } from './readers/setup-py.ts';

export interface Format {
  readonly name: string;
  /** Whether a file is of this format, by its path. */
  readonly supports: (file: string) => boolean;
  readonly read: (content: string) => Reading;
}

export const FORMATS: readonly Format[] = [
  { name: 'pyproject', supports: (file) => baseOf(file) === 'pyproject.toml', read: readPyproject },
  {
    name: 'lock',
    supports: (file) => /^(uv|poetry|pdm)([-_.][^/]*)?\.lock$|^pylock(\.[^.]+)?\.toml$/.test(baseOf(file)),
    read: readLock,
  },
  { name: 'pipfile-lock', supports: (file) => baseOf(file) === 'Pipfile.lock', read: readPipfileLock },
  { name: 'pipfile', supports: (file) => baseOf(file) === 'Pipfile', read: readPipfile },
  { name: 'conda', supports: (file) => /^environment[^/]*\.ya?ml$/.test(baseOf(file)), read: readEnvironmentYml },
  { name: 'setup-cfg', supports: (file) => baseOf(file) === 'setup.cfg', read: readSetupCfg },
  { name: 'setup-py', supports: (file) => baseOf(file) === 'setup.py', read: readSetupPy },
  {
    name: 'dockerfile',
    supports: (file) => /^(Dockerfile|Containerfile)([.-].*)?$|\.[Dd]ockerfile$/.test(baseOf(file)),
    read: readDockerfile,
  },
  {
    name: 'requirements',
    supports: (file) =>
      /(^|[-_.])(requirements|constraints|reqs)([-_.][^/]*)?\.(txt|in)$|^requirements[^/]*\.(txt|in|lock)$/.test(
        baseOf(file),
      ) || /(^|\/)requirements\/(.+\/)?[^/]+\.(txt|in)$/.test(file),
    read: readRequirements,
  },
];

/** A Python file is a manifest only where it carries a script block: its content has to be seen. */
const SCRIPT: Format = { name: 'script', supports: (file) => file.endsWith('.py'), read: readScript };

export function isManifest(file: string): boolean {
  return FORMATS.some((format) => format.supports(file));
}

/** What a file is read as that somebody names as a manifest, by its ending. */
const NAMED: readonly (readonly [RegExp, string])[] = [
  [/\.(txt|in)$/, 'requirements'],
  [/\.lock$/, 'lock'],
  [/\.toml$/, 'pyproject'],
  [/\.ya?ml$/, 'conda'],
];

export function formatIfNamed(file: string): string | undefined {
  return NAMED.find(([ending]) => ending.test(file))?.[1];
}

/** Locks can be large; what is larger than this is nobody's manifest. */
export const LARGEST_MANIFEST = 32 * 1024 * 1024;

/**
 * Reads a file of a repository; undefined where no format knows it. `as` names the format of a file that another one
 * includes. Never throws.
 */
export function readManifest(file: string, content: string, as?: string): Manifest | undefined {
  const format =
    FORMATS.find(({ name, supports }) => (as === undefined ? supports(file) : name === as)) ??
    (SCRIPT.supports(file) && hasScriptBlock(content) ? SCRIPT : undefined);
  if (format === undefined) return undefined;
  const broken = whatIsBroken(content) ?? conflictIn(format, content);
  const reading: Reading = broken
    ? { findings: [broken] }
    : format.read(content.startsWith('\ufeff') ? content.slice(1) : content);
  const { requirements = [], locked = [], includes = [], indexes = [], findings = [], python } = reading;
  return {
    ...{ file, format: format.name, requirements, locked, includes, indexes },
    ...(python !== undefined && { python }),
    findings: findings.map((finding) => ({ ...finding, file })),
  };
}

/** What a file is that was not opened: it is too large, or all of them together are. */
export function tooLargeManifest(file: string): Manifest {
  const message = 'It is larger than 32 MiB, or all manifests together are larger than 256 MiB; it is not read.';
  return {
    ...{ file, format: 'unread', requirements: [], locked: [], includes: [], indexes: [] },
    findings: [{ kind: 'unreadable', message, file, line: 1 }],
  };
}

function whatIsBroken(content: string): Finding | undefined {
  const unreadable = (message: string) => ({ kind: 'unreadable', message, line: 1 });
  if (content.length > LARGEST_MANIFEST) return unreadable('The file is larger than 32 MiB; it is not read.');
  if (content.includes('\u0000') || content.startsWith('\ufffd\ufffd') || content.startsWith('\ufffe'))
    return unreadable('The file is not UTF-8 text. Save it as UTF-8.');
  return undefined;
}

/** Both sides of a conflict at once are no manifest. Requirements files are read line by line and say it there. */
function conflictIn({ name }: Format, content: string): Finding | undefined {
  const at = name === 'requirements' ? -1 : content.search(/^<{7} /m);
  if (at < 0) return undefined;
  const line = content.slice(0, at).split('\n').length;
  return { kind: 'conflict-marker', message: 'A conflict marker is left in this file; it is not read.', line };
}
