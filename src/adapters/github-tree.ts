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
/** Files read at most: a repository of more manifests and training code is read from a checkout. */
const MOST_FILES = 600;

export function githubTree(
  client: Client,
  here: Here,
  sha: string,
  asked: <Value>(ask: () => Promise<Value>) => Promise<Value>,
): Tree {
  const objects = new Map<string, string>();
  let read = 0;
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
      const wanted = paths.filter((path) => objects.has(path)).slice(0, Math.max(0, MOST_FILES - read));
      read += wanted.length;
      const texts = new Map<string, string>();
      const waiting = [...wanted];
      const work = async () => {
        for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
          const file_sha = objects.get(path) ?? '';
          const { data } = await asked(() => client.rest.git.getBlob({ ...here, file_sha }));
          texts.set(path, Buffer.from(data.content, data.encoding === 'base64' ? 'base64' : 'utf8').toString());
        }
      };
      await Promise.all(Array.from({ length: WIDTH }, work));
      // In the order in which they were asked for.
      return new Map(wanted.flatMap((path) => (texts.has(path) ? [[path, texts.get(path) ?? '']] : [])));
    },
  };
}
