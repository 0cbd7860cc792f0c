/** A GitHub server written by others, on this machine's loopback, with one repository and one pull request of a bot. */
import { createServer } from 'node:net';
import { createEmulator } from 'emulate';

export const REPOSITORY = 'octo/app';

export interface Server {
  readonly url: string;
  call(
    method: string,
    path: string,
    body?: unknown,
    token?: string,
  ): Promise<{ readonly status: number; readonly data: never }>;
  commit(branch: string, file: string, text: string): Promise<string>;
  readonly close: () => Promise<void>;
}

export async function startGitHub(): Promise<Server> {
  const port = await freePort();
  const emulator = await createEmulator({
    service: 'github',
    port,
    seed: {
      tokens: { test: { login: 'octo', scopes: ['repo'] }, stranger: { login: 'stranger', scopes: ['repo'] } },
      github: {
        users: [
          { login: 'octo', name: 'Octo', email: 'octo@index.example' },
          { login: 'stranger', name: 'Stranger', email: 'stranger@index.example' },
        ],
        repos: [{ owner: 'octo', name: 'app', auto_init: true }],
      },
    },
  });
  const call = async (method: string, path: string, body?: unknown, token = 'test') => {
    const headers = { authorization: `token ${token}`, 'content-type': 'application/json' };
    const answer = await fetch(`${emulator.url}${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, data: (text === '' ? undefined : JSON.parse(text)) as never };
  };
  const commit = async (branch: string, file: string, text: string) => {
    const known = await call('GET', `/repos/${REPOSITORY}/contents/${file}?ref=${encodeURIComponent(branch)}`);
    const content = Buffer.from(text).toString('base64');
    const sha = known.status === 200 ? { sha: (known.data as { sha: string }).sha } : {};
    const made = await call('PUT', `/repos/${REPOSITORY}/contents/${file}`, {
      message: `change ${file}`,
      content,
      branch,
      ...sha,
    });
    return (made.data as { commit: { sha: string } }).commit.sha;
  };
  return { url: emulator.url, call, commit, close: () => emulator.close() };
}

/** All files at once, as one commit on main. */
export async function putFiles(server: Server, files: Readonly<Record<string, string>>): Promise<void> {
  const path = `/repos/${REPOSITORY}/git`;
  const main = await server.call('GET', `${path}/ref/heads/main`);
  const parent = (main.data as { object: { sha: string } }).object.sha;
  const tree = Object.entries(files).map(([name, content]) => ({ path: name, mode: '100644', type: 'blob', content }));
  const made = (await server.call('POST', `${path}/trees`, { tree })).data as { sha: string };
  const commit = await server.call('POST', `${path}/commits`, { message: 'files', tree: made.sha, parents: [parent] });
  await server.call('PATCH', `${path}/refs/heads/main`, { sha: (commit.data as { sha: string }).sha });
}

/** Files on main, then some of them changed on a branch, then a pull request from it. */
export async function openPull(
  server: Server,
  branch: string,
  base: Readonly<Record<string, string>>,
  head: Readonly<Record<string, string>>,
): Promise<{ readonly number: number; readonly head: string }> {
  for (const [file, text] of Object.entries(base)) await server.commit('main', file, text);
  const main = await server.call('GET', `/repos/${REPOSITORY}/git/ref/heads/main`);
  await server.call('POST', `/repos/${REPOSITORY}/git/refs`, {
    ref: `refs/heads/${branch}`,
    sha: (main.data as { object: { sha: string } }).object.sha,
  });
  for (const [file, text] of Object.entries(head)) await server.commit(branch, file, text);
  const title = 'Update dependency transformers to v4.57.6';
  const { data } = await server.call('POST', `/repos/${REPOSITORY}/pulls`, {
    title,
    head: branch,
    base: 'main',
    body: '',
  });
  const pull = data as { number: number; head: { sha: string } };
  return { number: pull.number, head: pull.head.sha };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as { port: number };
  await new Promise((closed) => server.close(closed));
  return port;
}
