/** The folder of a path from the top of a repository; empty for the top itself. */
export function folderOf(file: string): string {
  return file.slice(0, Math.max(0, file.lastIndexOf('/')));
}

/** The last part of a path. */
export function baseOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}

/** The folder that a run leaves its report in, unless it is told another. */
export const DEFAULT_OUT = 'peft-sweep-out';

/** Where the configuration of a repository stands; on a pull request that of base counts. */
export const CONFIGURATION = '.github/peft-sweep.yml';

/** A path that is written in a file of `folder`, from the top of the repository: without `.` and `..`. */
export function joined(folder: string, path: string): string {
  const parts = folder === '' ? [] : folder.split('/');
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
