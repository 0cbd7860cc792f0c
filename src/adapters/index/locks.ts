import { createHash } from 'node:crypto';
import type { Lock } from '../../domain/environment.ts';
import { normalizeName } from '../../domain/package.ts';

/** name -> version of the `name==version` lines that uv writes. */
export function parseLock(text: string): Lock {
  const pairs = [...text.matchAll(/^([A-Za-z0-9._-]+)==([^\s\\;]+)/gm)].map(
    ([, name = '', version = '']) => [normalizeName(name), version] as const,
  );
  return Object.fromEntries(pairs);
}

export interface LockOrigin {
  readonly python: string;
  readonly platform: string;
  readonly accelerator: string;
}

/** The first 12 hex digits of the SHA-256 of a lock: sorted names, versions and hashes, and where it is installed. */
export function lockId(text: string, origin: LockOrigin): string {
  const entries = text
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^[A-Za-z0-9]/.test(line))
    .map((line) => {
      const [pin = '', ...hashes] = line.split(/\s+/);
      return [pin, ...hashes.map((hash) => hash.replace('--hash=', '')).toSorted()].join(' ');
    })
    .toSorted();
  return createHash('sha256')
    .update([...entries, origin.python, origin.platform, origin.accelerator].join('\n'))
    .digest('hex')
    .slice(0, 12);
}
