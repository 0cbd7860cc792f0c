/** Every request that the program can send to GitHub, against GitHub's own description of its API. */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { connect } from '../../src/adapters/github/client.ts';
import { Refused, WeatherError } from '../../src/errors.ts';
import type { CheckState, GitHub } from '../../src/ports/github.ts';
import { md, plain } from '../../src/report/escape.ts';

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly schema: object;
  }[];
  readonly body?: object;
}
interface Sent {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

const { operations } = JSON.parse(readFileSync('__tests__/fixtures/github-openapi.json', 'utf8')) as {
  operations: readonly Operation[];
};
const ajv = new Ajv({
  strict: false,
  coerceTypes: false,
  formats: { 'date-time': true, uri: true, 'uri-template': true, email: true },
});
const SHA = 'a'.repeat(40);
const sent: Sent[] = [];
let server: Server;
let github: GitHub;
let answer: (path: string) => { readonly status: number; readonly body: unknown } = () => ({ status: 200, body: {} });

const PULL = {
  number: 1,
  state: 'open',
  title: 't',
  body: null,
  user: { login: 'o' },
  head: { sha: SHA, ref: 'x', repo: { full_name: 'o/r' } },
  base: { sha: SHA, ref: 'main' },
};
const OTHER = 'b'.repeat(40);
const MANY = Array.from({ length: 20 }, (_, index) => ({
  ...{ path: `many/${index}.txt`, type: 'blob', mode: '100644', size: 1 },
  sha: String(index).padStart(40, '0'),
}));
const SHAPES: readonly (readonly [RegExp, unknown])[] = [
  [/\/git\/trees\/b+$/, { tree: MANY, truncated: false }],
  [/\/git\/trees\//, { tree: [{ path: 'a.txt', type: 'blob', mode: '100644', sha: SHA, size: 1 }], truncated: false }],
  [
    /\/commits\/\w+\/check-runs$/,
    {
      check_runs: [
        { id: 1, status: 'completed', output: { text: 'oldest' } },
        { id: 9, status: 'in_progress', output: { text: 'running' } },
        { id: 3, status: 'completed', output: { text: 'newest' } },
      ],
    },
  ],
  [/\/git\/commits(\/\w+)?$/, { sha: SHA, tree: { sha: SHA } }],
  [/\/git\/trees$/, { sha: SHA }],
  [/\/git\/blobs\//, { content: 'YQ==', encoding: 'base64' }],
  [/\/compare\//, { merge_base_commit: { sha: SHA }, files: [{ filename: 'a.txt', patch: '@@' }] }],
  [/\/pulls\/1$/, PULL],
  [/\/pulls$/, [PULL]],
  [/\/comments$/, []],
  [/\/activity$/, [{ after: SHA, timestamp: '2026-01-01T00:00:00Z' }]],
  [/\/permission$/, { permission: 'write' }],
  [/\/user$/, { login: 'o' }],
  [
    /\/artifacts$/,
    {
      artifacts: [
        { id: 1, name: 'a', size_in_bytes: 1, expired: false },
        { id: 2, name: 'b', size_in_bytes: 1, expired: true },
      ],
    },
  ],
];

beforeAll(async () => {
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      const url = new URL(request.url ?? '', 'http://127.0.0.1');
      sent.push({
        method: request.method ?? '',
        path: decodeURIComponent(url.pathname),
        query: url.searchParams,
        body: text === '' ? undefined : JSON.parse(text),
      });
      const { status, body } = answer(url.pathname);
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  github = connect({
    token: 'test',
    repository: 'o/r',
    apiUrl: `http://127.0.0.1:${port}`,
    say: () => undefined,
    retryMs: 10,
  });
});

afterAll(() => {
  server.close();
});

function operationFor({ method, path }: Sent): Operation | undefined {
  return operations.find((one) => {
    const pattern = `^${one.path
      .replace(/\{(tree_sha|file_sha|basehead|username|commit_sha)\}/g, '[^?]+')
      .replace(/refs\/\{ref\}/, 'refs/[^?]+')
      .replace(/\{\w+\}/g, '[^/]+')}$`;
    return one.method === method && new RegExp(pattern).test(path);
  });
}

function problemsOf(one: Sent): readonly string[] {
  const operation = operationFor(one);
  if (operation === undefined) return [`${one.method} ${one.path} is no operation`];
  const known = operation.parameters.filter((parameter) => parameter.in === 'query');
  const problems = [...one.query.keys()]
    .filter((name) => !known.some((parameter) => parameter.name === name))
    .map((name) => `no parameter ${name}`);
  for (const { name, schema } of known) {
    const value = one.query.get(name);
    if (value === null) continue;
    const typed = (schema as { type?: string }).type === 'integer' ? Number(value) : value;
    if (!ajv.validate(schema, typed)) problems.push(`${name}: ${ajv.errorsText()}`);
  }
  if (operation.body && !ajv.validate(operation.body, one.body)) problems.push(ajv.errorsText());
  if (!operation.body && one.body !== undefined) problems.push('a body where there is none');
  const extra = Object.keys((one.body as object) ?? {}).filter(
    (name) => !JSON.stringify(operation.body).includes(`"${name}":`),
  );
  return [...problems, ...extra.map((name) => `no field ${name}`)].map(
    (problem) => `${one.method} ${operation.path}: ${problem}`,
  );
}

describe('requests to GitHub', () => {
  it('are all as GitHub describes them, and every operation is used', async () => {
    answer = (path) => ({ status: 200, body: SHAPES.find(([pattern]) => pattern.test(path))?.[1] ?? { id: 7 } });
    const annotation = {
      path: 'a.txt',
      start_line: 1,
      end_line: 1,
      annotation_level: 'failure',
      title: plain('t'),
      message: plain('m'),
    } as const;
    const running: CheckState = { title: plain('t'), summary: md`s`, text: md`facts`, annotations: [] };
    const tree = github.tree(SHA);
    expect(await tree.files()).toEqual([{ path: 'a.txt', bytes: 1, kind: 'file' }]);
    expect(await tree.read(['a.txt', 'gone.txt'])).toEqual(new Map([['a.txt', 'a']]));
    await github.compare(SHA, SHA);
    await github.pull(1);
    expect(await github.pullsFrom('o/r', 'x')).toHaveLength(1);
    await github.login();
    await github.comments(1);
    await github.createComment(1, md`body`);
    await github.updateComment(2, md`body`);
    await github.lineComments(1);
    await github.createLineComment(1, SHA, 'a.txt', 4, md`body`);
    await github.updateLineComment(3, md`body`);
    expect(await github.createCheck(SHA, 'peft-sweep', running)).toBe(7);
    await github.updateCheck(7, { ...running, conclusion: 'failure', annotations: [annotation] });
    await github.permission('octo');
    await github.pushes('o/fork', 'renovate/x');
    expect(await github.checkText(SHA, 'peft-sweep')).toBe('newest');
    await github.react(5, 'eyes');
    expect(await github.commit('x', SHA, 'Pin it', new Map([['a.txt', 'b']]))).toBe(SHA);
    await github.tree(SHA).files();
    const many = github.tree(OTHER);
    await many.files();
    await many.read(Array.from({ length: 20 }, (_, index) => `many/${index}.txt`));
    expect(await github.artifacts(5)).toEqual([{ id: 1, name: 'a', bytes: 1 }]);
    expect(sent.flatMap(problemsOf)).toEqual([]);
    const used = new Set(sent.map((one) => operationFor(one)?.path && `${one.method} ${operationFor(one)?.path}`));
    expect([...used].toSorted()).toEqual(operations.map(({ method, path }) => `${method} ${path}`).toSorted());
  });

  it('are tried again where the server fails for a moment, and waited for where it asks to', async () => {
    let tries = 0;
    answer = () => (++tries < 2 ? { status: 502, body: {} } : { status: 200, body: PULL });
    expect((await github.pull(1)).number).toBe(1);
    expect(tries).toBe(2);
  });

  it('that are refused say so; those without an answer are weather', async () => {
    answer = () => ({ status: 403, body: { message: 'Resource not accessible by integration' } });
    await expect(github.createComment(1, md`x`)).rejects.toThrow(Refused);
    answer = () => ({ status: 404, body: { message: 'Not Found' } });
    await expect(github.pull(1)).rejects.toThrow(Refused);
    server.closeAllConnections();
    const { port } = server.address() as AddressInfo;
    const gone = connect({
      token: 'test',
      repository: 'o/r',
      apiUrl: `http://127.0.0.1:${port === 1 ? 2 : 1}`,
      say: () => undefined,
      retryMs: 10,
    });
    await expect(gone.pull(1)).rejects.toThrow(WeatherError);
  });
});
