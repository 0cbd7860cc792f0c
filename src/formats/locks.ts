/** Which lock speaks for which file. */
import { folderOf } from '../domain/path.ts';
import { has } from './format.ts';
import { formatByPath, formatNamed } from './table.ts';

/** Files of locks, each with its format. */
export type LockFiles = ReadonlyMap<string, string>;

/**
 * The lock that speaks for a file: itself where it is one, or else the nearest: members of a workspace share the one
 * above them, what a project tool does not manage has only the one beside it. Of several in one folder the one that the
 * file's own tool makes, as its entry names them.
 */
export function lockOver(file: string, format: string | undefined, locks: LockFiles): string | undefined {
  if (locks.has(file)) return file;
  const { workspace, lock } = formatNamed(format ?? '') ?? {};
  const own = has(lock)?.formats ?? [];
  const folder = folderOf(file);
  const isAbove = (there: string) => there === '' || folder.startsWith(`${there}/`);
  const [nearest] = [...locks]
    .map(([path, of]) => ({ path, there: folderOf(path), rank: own.includes(of) ? own.indexOf(of) : own.length }))
    .filter(({ there }) => there === folder || (has(workspace) !== undefined && isAbove(there)))
    .toSorted((left, right) => right.there.length - left.there.length || left.rank - right.rank);
  return nearest?.path;
}

/** The command that brings a lock to what its manifests say by now, from the top of the repository. */
export function refreshCommand(lockFile: string, library: string): string | undefined {
  const folder = folderOf(lockFile);
  const command = has(formatByPath(lockFile)?.refresh)?.command(lockFile, library);
  return command === undefined || folder === '' ? command : `(cd ${folder} && ${command})`;
}
