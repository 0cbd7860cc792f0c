/** Folders of downloaded artifacts: foreign data. Only regular files of known names, within limits, line by line. */
import { createReadStream, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** All files of a shard together, and one line of its results. */
const LARGEST_SHARD = 512 * 1024 * 1024;
const LONGEST_LINE = 256 * 1024;

export interface ShardFolder {
  readonly name: string;
  readonly path: string;
  /** Why it is not read; absent where it is. */
  readonly why?: string;
}

/**
 * Where the artifacts are, each with the reason why it is not read, if there is one. `alone` names the only artifact of
 * the run: the download puts that one into the folder itself, and folders inside it are its own, not other artifacts.
 */
export function shardFolders(folder: string, alone?: string): readonly ShardFolder[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  const places =
    alone === undefined
      ? names.toSorted().map((name) => ({ name, path: join(folder, name) }))
      : [{ name: alone, path: folder }];
  return places.map((place) => {
    const why = whatIsWrong(place.path);
    return { ...place, ...(why && { why }) };
  });
}

/** Whether files of a shard lie in the folder itself, as a download of one artifact leaves them. */
export function isFlat(folder: string): boolean {
  return ['shard.json', 'results.jsonl'].some((name) => {
    try {
      return lstatSync(join(folder, name)).isFile();
    } catch {
      return false;
    }
  });
}

function whatIsWrong(folder: string): string | undefined {
  if (!lstatSync(folder).isDirectory()) return 'it is not a folder';
  let total = 0;
  const waiting = [folder];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop())
    for (const name of readdirSync(next)) {
      const state = lstatSync(join(next, name));
      if (state.isDirectory()) waiting.push(join(next, name));
      else if (!state.isFile()) return 'it holds a link or a special file';
      total += state.size;
      if (total > LARGEST_SHARD) return 'it is larger than 512 MiB';
    }
  return undefined;
}

/** A small file of a shard as text; undefined where it is missing or not small. */
export function readSmall(file: string, largest = 64 * 1024): string | undefined {
  try {
    return lstatSync(file).isFile() && lstatSync(file).size <= largest ? readFileSync(file, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}

/** Each line of a file in order; a line that is too long is handed on empty-handed, as text that cannot be read. */
export async function eachLine(file: string, take: (line: string) => void): Promise<void> {
  const state = (() => {
    try {
      return lstatSync(file);
    } catch {
      return undefined;
    }
  })();
  if (!state?.isFile()) return;
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
  for await (const line of lines) take(line.length > LONGEST_LINE ? '(a line that is too long)' : line);
}
