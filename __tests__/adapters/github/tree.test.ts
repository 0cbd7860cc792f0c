/** Files of a commit from one archive: what git packs is found by its hash, and what is no archive costs nothing else. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from '../../../src/adapters/github/client.ts';
import { scratch } from '../../factories/scratch.ts';

const LONG = `${'deep/'.repeat(40)}file.py`;
const FILES = new Map([
  ...Array.from({ length: 30 }, (_, at): [string, string] => [`src/part${at}.py`, `VALUE = ${at}\n`.repeat(at * 40)]),
  [LONG, 'LONG = 1\n'],
  ['ü.txt', 'ä\n'],
  ['left-out.txt', 'not in the archive\n'],
  ['.gitattributes', 'left-out.txt export-ignore\n'],
]);
const folder = scratch('archived');
let archive: Buffer;
let asked: string[] = [];
let server: ReturnType<typeof createServer>;

function git(...args: readonly string[]): Buffer {
  const made = spawnSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@index.example', ...args], {
    cwd: folder,
    maxBuffer: 1e8,
  });
  if (made.status !== 0) throw new Error(String(made.stderr));
  return made.stdout;
}

beforeAll(async () => {
  git('init', '--quiet');
  for (const [path, text] of FILES) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  symlinkSync('/etc/passwd', join(folder, 'link.txt'));
  git('add', '.');
  git('commit', '--quiet', '-m', 'files');
  archive = git('archive', '--format=tar.gz', '--prefix=o-r/', 'HEAD');
  server = createServer((request, response) => {
    const url = request.url ?? '';
    asked.push(url.replace(/\?.*/, '').split('/').slice(4, 6).join('/'));
    const json = (value: unknown) => response.end(JSON.stringify(value));
    if (url.includes('/tarball/'))
      return void (archive.length > 0 ? response.end(archive) : response.writeHead(404).end());
    response.setHeader('content-type', 'application/json');
    if (url.includes('/git/blobs/'))
      return void json({
        content: git('cat-file', 'blob', url.split('/').at(-1) ?? '').toString('base64'),
        encoding: 'base64',
      });
    const tree = git('ls-tree', '-r', '-z', '-l', 'HEAD')
      .toString()
      .split('\0')
      .flatMap((line) => {
        const found = /^(\d+) (\w+) (\w+) +(\S+)\t(.*)$/.exec(line);
        return found ? [{ mode: found[1], type: found[2], sha: found[3], size: Number(found[4]), path: found[5] }] : [];
      });
    return void json({ tree, truncated: false });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
});

afterAll(() => void server.close());

async function read(paths: readonly string[]) {
  const { port } = server.address() as AddressInfo;
  const github = connect({
    ...{ token: 'test', repository: 'o/r', apiUrl: `http://127.0.0.1:${port}`, say: () => undefined, retryMs: 10 },
  });
  asked = [];
  const tree = github.tree('a'.repeat(40));
  await tree.files();
  return { texts: await tree.read(paths), again: await tree.read(paths) };
}

describe('the files of a commit', () => {
  it('come from one archive, but for what the archive leaves out', async () => {
    const { texts } = await read([...FILES.keys()]);
    expect(texts).toEqual(FILES);
    expect(asked).toEqual(['git/trees', 'tarball/'.concat('a'.repeat(40)), 'git/blobs']);
  });

  it('come one by one where they are few, each once', async () => {
    const { texts, again } = await read(['src/part1.py', 'src/part2.py', 'src/part1.py', 'gone.py']);
    expect([...texts.keys()]).toEqual(['src/part1.py', 'src/part2.py', 'src/part1.py'].slice(0, 2));
    expect(again).toEqual(texts);
    expect(asked).toEqual(['git/trees', 'git/blobs', 'git/blobs']);
  });

  it.each<[string, () => Buffer]>([
    ['no archive', () => Buffer.alloc(0)],
    ['no gzip', () => Buffer.from('this is a page about an error')],
    ['half an archive', () => archive.subarray(0, Math.floor(archive.length / 2))],
  ])('come one by one, 36 at most, where there is %s', async (_name, broken) => {
    const whole = archive;
    archive = broken();
    const { texts } = await read([...FILES.keys()]);
    archive = whole;
    expect(texts).toEqual(FILES);
    expect(asked.filter((one) => one === 'git/blobs').length).toBeLessThanOrEqual(36);
  });
});
