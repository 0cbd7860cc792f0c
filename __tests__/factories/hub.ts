/** A hub on this machine: one repository at one commit, by the addresses that huggingface_hub asks. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

export interface Hub {
  readonly address: string;
  /** What was asked, as `METHOD /path`, and the tokens that came along. */
  readonly asked: readonly string[];
  readonly tokens: readonly string[];
  close(): void;
}

export type HubFiles = Readonly<Record<string, Buffer>>;

/** `served` are contents that differ from what the hub says of them. */
export async function hubOf(id: string, revision: string, files: HubFiles, served: HubFiles = {}): Promise<Hub> {
  const [asked, tokens]: [string[], string[]] = [[], []];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (request.headers.authorization !== undefined) tokens.push(request.headers.authorization);
    answer(request, response, { id, revision, files, served });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { address: addressOf(server), asked, tokens, close: () => server.close() };
}

function addressOf(server: Server): string {
  const address = server.address();
  return typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '';
}

interface Repository {
  readonly id: string;
  readonly revision: string;
  readonly files: HubFiles;
  readonly served: HubFiles;
}

function answer({ url = '' }: IncomingMessage, response: ServerResponse, repository: Repository): void {
  const { id, revision, files, served } = repository;
  const path = url.split('?')[0] ?? '';
  const name = path.startsWith(`/${id}/resolve/${revision}/`) ? path.split('/').at(-1) : undefined;
  const file = name === undefined ? undefined : files[name];
  if (path === `/api/models/${id}/revision/${revision}`) return void json(response, 200, infoOf(repository));
  if (name === undefined || file === undefined) {
    const code = path.includes(id) ? 'RevisionNotFound' : 'RepoNotFound';
    response.setHeader('X-Error-Code', code);
    return void json(response, 404, { error: code });
  }
  const content = served[name] ?? file;
  response.writeHead(200, { 'X-Repo-Commit': revision, ETag: `"${blobOf(file)}"`, 'Content-Length': content.length });
  response.end(content);
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(value));
}

function infoOf({ id, revision, files }: Repository) {
  const siblings = Object.entries(files).map(([rfilename, content]) => ({
    ...{ rfilename, size: content.length, blobId: blobOf(content) },
    ...(rfilename.endsWith('.safetensors') && {
      lfs: { sha256: shaOf(content), size: content.length, pointerSize: 130 },
    }),
  }));
  return { id, modelId: id, sha: revision, private: false, tags: [], downloads: 0, likes: 0, siblings };
}

/** What git calls such a file. */
function blobOf(content: Buffer): string {
  return createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
}

function shaOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
