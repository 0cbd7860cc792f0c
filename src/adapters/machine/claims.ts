import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const LARGEST_RECORD = 64 * 1024 * 1024;

/**
 * Modules and libraries that more than one package says to have installed, and not as the same (RECORD of PEP 376:
 * `path,sha256,size`), one sentence each. Which of them is measured is chance.
 */
export function contested(packages: string): readonly string[] {
  const claims = new Map<string, Map<string, string>>();
  for (const folder of readdirSync(packages).filter((name) => name.endsWith('.dist-info')))
    for (const [path, hash] of recordOf(join(packages, folder, 'RECORD'))) {
      const owners = claims.get(path) ?? claims.set(path, new Map()).get(path);
      owners?.set(folder.replace(/\.dist-info$/, ''), hash);
    }
  return [...claims]
    .filter(([, owners]) => new Set(owners.values()).size > 1)
    .map(([path, owners]) => `${[...owners.keys()].toSorted().join(' and ')} both install \`${path}\`.`);
}

function recordOf(file: string): readonly (readonly [string, string])[] {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? Number.POSITIVE_INFINITY) > LARGEST_RECORD) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => /^"?([^",]+)"?,(sha256=[^,]*),/.exec(line))
    .flatMap((match) => (match?.[1] && match[2] && isShared(match[1]) ? [[match[1], match[2]] as const] : []));
}

function isShared(path: string): boolean {
  return /\.(py|so|pyd|pth)$|\.so\./.test(path);
}
