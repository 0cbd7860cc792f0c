/** The files of a commit through the API, without a checkout. */
import { WeatherError } from '../errors.ts';
import type { Tree, TreeFile } from '../ports.ts';
import type { Client } from './github.ts';

interface Here {
  readonly owner: string;
  readonly repo: string;
}

/** Requests at once: GitHub allows 100 in all. */
const WIDTH = 16;
/** Files fetched at most for one commit: a job's token has 1,000 requests an hour for the whole repository. */
const MOST_FILES = 200;

/** Texts by blob: base and head share nearly all of them. */
export type Blobs = Map<string, string>;

export function githubTree(
  client: Client,
  here: Here,
  sha: string,
  blobs: Blobs,
  asked: <Value>(ask: () => Promise<Value>) => Promise<Value>,
): Tree {
  const objects = new Map<string, string>();
  let fetched = 0;
  return {
    files: () =>
      asked(async () => {
        const { data } = await client.rest.git.getTree({ ...here, tree_sha: sha, recursive: '1' });
        if (data.truncated)
          throw new WeatherError('The repository has more files than GitHub lists at once. Check it out first.');
        return data.tree.flatMap((entry): TreeFile[] => {
          if (entry.type !== 'blob' || !entry.path || !entry.sha) return [];
          objects.set(entry.path, entry.sha);
          return [{ path: entry.path, bytes: entry.size ?? 0, kind: entry.mode === '120000' ? 'link' : 'file' }];
        });
      }),
    async read(paths) {
      const present = paths.filter((path) => objects.has(path));
      const missing = present.filter((path) => !blobs.has(objects.get(path) ?? '')).slice(0, MOST_FILES - fetched);
      fetched += missing.length;
      const waiting = [...missing];
      const work = async () => {
        for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
          const file_sha = objects.get(path) ?? '';
          const { data } = await asked(() => client.rest.git.getBlob({ ...here, file_sha }));
          blobs.set(file_sha, Buffer.from(data.content, data.encoding === 'base64' ? 'base64' : 'utf8').toString());
        }
      };
      await Promise.all(Array.from({ length: WIDTH }, work));
      return new Map(
        present.flatMap((path): [string, string][] => {
          const text = blobs.get(objects.get(path) ?? '');
          return text === undefined ? [] : [[path, text]];
        }),
      );
    },
  };
}
