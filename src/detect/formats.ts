/** The table of manifest formats. Adding one is one entry, one reader and one test. */
import type { Manifest } from '../domain/manifest.ts';
import { readEnvironmentYml } from './environment-yml.ts';
import { readLock } from './locks.ts';
import { readPyproject } from './pyproject.ts';
import { readRequirements } from './requirements-txt.ts';
import { readSetupCfg } from './setup-cfg.ts';

export type Reading = Omit<Manifest, 'file' | 'format'>;

export interface Format {
  readonly name: string;
  /** Whether a file is of this format, by its path. */
  readonly supports: (file: string) => boolean;
  readonly read: (content: string) => Reading;
}

const base = (file: string) => file.split('/').at(-1) ?? file;

export const FORMATS: readonly Format[] = [
  { name: 'pyproject', supports: (file) => base(file) === 'pyproject.toml', read: readPyproject },
  {
    name: 'lock',
    supports: (file) => /^(uv|poetry|pdm)\.lock$|^pylock(\..+)?\.toml$/.test(base(file)),
    read: readLock,
  },
  { name: 'conda', supports: (file) => /^environment[^/]*\.ya?ml$/.test(base(file)), read: readEnvironmentYml },
  { name: 'setup-cfg', supports: (file) => base(file) === 'setup.cfg', read: readSetupCfg },
  {
    name: 'requirements',
    supports: (file) =>
      /(^|[-_.])(requirements|constraints|reqs)([-_.][^/]*)?\.(txt|in)$|^requirements[^/]*\.(txt|in)$/.test(
        base(file),
      ) || /(^|\/)requirements\/[^/]+\.(txt|in)$/.test(file),
    read: readRequirements,
  },
];

/** Locks can be large; what is larger than this is nobody's manifest. */
const LARGEST = 32 * 1024 * 1024;

/** Reads a file of a repository; undefined where no format knows it. Never throws. */
export function readManifest(file: string, content: string): Manifest | undefined {
  const format = FORMATS.find((one) => one.supports(file));
  if (format === undefined) return undefined;
  const broken = whatIsBroken(content);
  const reading: Reading = broken
    ? { requirements: [], locked: [], findings: [{ kind: 'unreadable', message: broken, line: 1 }] }
    : format.read(content.replace(/^\ufeff/, ''));
  return { file, format: format.name, ...reading, findings: reading.findings.map((finding) => ({ ...finding, file })) };
}

function whatIsBroken(content: string): string | undefined {
  if (content.length > LARGEST) return 'The file is larger than 32 MiB.';
  if (content.includes('\u0000') || content.includes('\ufffd\ufffd')) return 'The file is not UTF-8 text.';
  return undefined;
}
