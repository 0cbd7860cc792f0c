/** The files of a commit through the API, without a checkout and with few requests. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Refused, WeatherError } from '../../errors.ts';
import type { Tree, TreeFile } from '../../ports/tree.ts';
import { asked, type Client } from './octokit.ts';
import { tarFiles } from './tar.ts';

interface Here {
  readonly owner: string;
  readonly repo: string;
}

/** Requests at once: GitHub allows 100 in all. */
const WIDTH = 16;
/** Files fetched one by one at most: a job's token has 1,000 requests an hour for the whole repository. */
const MOST_FILES = 36;
/** From so many missing files on, one archive is asked for instead. */
const WORTH_AN_ARCHIVE = 12;

/** What is known of the repository, by the hash of the content: commits share nearly all of it. */
export class Blobs {
  readonly texts = new Map<string, string>();
  readonly underWay = new Map<string, Promise<void>>();
  fetched = 0;
  hasArchives = true;
}

export function githubTree(client: Client, here: Here, sha: string, blobs: Blobs): Tree {
  const objects = new Map<string, string>();
  let listed: Promise<readonly TreeFile[]> | undefined;
  return {
    files: () => {
      listed ??= asked(async () => {
        const { data } = await client.rest.git.getTree({ ...here, tree_sha: sha, recursive: '1' });
        if (data.truncated)
          throw new WeatherError('The repository has more files than GitHub lists at once. Check it out first.');
        return data.tree.flatMap((entry): TreeFile[] => {
          if (entry.type !== 'blob' || !entry.path || !entry.sha) return [];
          objects.set(entry.path, entry.sha);
          return [{ path: entry.path, bytes: entry.size ?? 0, kind: entry.mode === '120000' ? 'link' : 'file' }];
        });
      });
      return listed;
    },
    async read(paths) {
      const present = paths.filter((path) => objects.has(path));
      const missing = () =>
        [...new Set(present.map((path) => objects.get(path) ?? ''))].filter((id) => !blobs.texts.has(id));
      if (missing().length > WORTH_AN_ARCHIVE && blobs.hasArchives)
        await fromArchive(client, here, sha, new Set(missing()), blobs);
      await oneByOne(client, here, missing(), blobs);
      return new Map(
        present.flatMap((path): [string, string][] => {
          const text = blobs.texts.get(objects.get(path) ?? '');
          return text === undefined ? [] : [[path, text]];
        }),
      );
    },
  };
}

async function oneByOne(client: Client, here: Here, ids: readonly string[], blobs: Blobs): Promise<void> {
  const waiting = [...ids];
  const work = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      if (!blobs.underWay.has(id) && blobs.fetched++ < MOST_FILES)
        blobs.underWay.set(id, fetchBlob(client, here, id, blobs));
      await blobs.underWay.get(id);
    }
  };
  await Promise.all(Array.from({ length: WIDTH }, work));
}

async function fetchBlob(client: Client, here: Here, file_sha: string, blobs: Blobs): Promise<void> {
  const { data } = await asked(() => client.rest.git.getBlob({ ...here, file_sha }));
  blobs.texts.set(file_sha, Buffer.from(data.content, data.encoding === 'base64' ? 'base64' : 'utf8').toString());
}

/**
 * Takes from the archive of a commit what has the hash of a wanted file: names in an archive count for nothing. What it
 * leaves out or rewrites (export-ignore, export-subst) is fetched one by one.
 */
async function fromArchive(
  client: Client,
  here: Here,
  sha: string,
  wanted: ReadonlySet<string>,
  blobs: Blobs,
): Promise<void> {
  try {
    const { data } = await asked(() =>
      client.request('GET /repos/{owner}/{repo}/tarball/{ref}', {
        ...here,
        ref: sha,
        request: { parseSuccessResponseBody: false },
      }),
    );
    const packed = Readable.fromWeb(data as Parameters<typeof Readable.fromWeb>[0]);
    const unpacked = packed.pipe(createGunzip());
    packed.once('error', (error) => unpacked.destroy(error));
    for await (const content of tarFiles(unpacked)) {
      const id = blobId(content, sha.length);
      if (wanted.has(id)) blobs.texts.set(id, content.toString());
    }
    unpacked.destroy();
    packed.destroy();
  } catch (error) {
    // An archive only saves requests: without one the files are asked for.
    if (!(error instanceof Refused) && !isBroken(error)) throw error;
    blobs.hasArchives = false;
  }
}

function isBroken(error: unknown): boolean {
  return ['Z_DATA_ERROR', 'Z_BUF_ERROR', 'ERR_INVALID_ARG_TYPE'].includes((error as NodeJS.ErrnoException).code ?? '');
}

function blobId(content: Buffer, length: number): string {
  return createHash(length === 64 ? 'sha256' : 'sha1')
    .update(`blob ${content.length}\0`)
    .update(content)
    .digest('hex');
}
