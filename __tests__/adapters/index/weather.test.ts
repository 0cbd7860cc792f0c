/** What an index, or something that stands in its place, may send; never a verdict, and gone with the next run. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createSecure } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { IndexCatalog } from '../../../src/adapters/index/catalog.ts';
import { indexPage } from '../../factories/package-index.ts';
import { scratch } from '../../factories/scratch.ts';

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
const PAGE = JSON.stringify(indexPage('peft', ['0.17.1', '0.18.0']));
const PORTAL = '<!doctype html><html><title>Welcome</title><a href="/login">Log in to the network</a></html>';
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    if ('closeAllConnections' in server) (server.closeAllConnections as () => void)();
    server.close();
  }
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return (server.address() as AddressInfo).port;
}

interface Settings {
  readonly offline?: boolean;
  readonly signal?: AbortSignal;
}

/** A catalog on an index that answers as told; `mend` makes it a healthy one. */
async function on(answer: RequestListener) {
  let current = answer;
  let asked = 0;
  const port = await listening(
    createServer((request, response) => {
      asked++;
      current(request, response);
    }),
  );
  const folder = scratch('weather');
  const open = ({ offline = false, signal }: Settings = {}) =>
    new IndexCatalog({
      indexUrls: async () => [`http://127.0.0.1:${port}/simple/`],
      findLinks: [],
      certificate: undefined,
      folder,
      offline,
      target: { python: '3.11.7', platform: 'linux', machine: 'x64' },
      // So much as 64 MiB takes its time on a busy machine.
      patience: { idleMs: answer === huge ? 10_000 : 250, totalMs: answer === huge ? 20_000 : 700 },
      signal,
    });
  return { open, folder, asked: () => asked, mend: () => (current = send(200, PAGE)) };
}

function send(status: number, body: string | Buffer = '', headers: Record<string, string> = {}): RequestListener {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': JSON_TYPE, ...headers });
    response.end(body);
  };
}

const drip: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-type': JSON_TYPE });
  const timer = setInterval(() => response.write(' '), 20);
  response.on('close', () => clearInterval(timer));
};

function huge(_request: unknown, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': JSON_TYPE });
  const megabyte = Buffer.alloc(1024 * 1024, 32);
  const more = () => {
    while (!response.destroyed && response.write(megabyte));
    if (!response.destroyed) response.once('drain', more);
  };
  response.on('error', () => undefined);
  more();
}

const WEATHER: readonly (readonly [string, RequestListener, RegExp])[] = [
  ['half a page', send(200, PAGE.slice(0, 60)), /sent a page that is cut off or damaged for `peft`/],
  ['a login page', send(200, PORTAL, { 'content-type': 'text/html' }), /sent a web page that is no index, as a login/],
  ['a login page that says JSON', send(200, PORTAL), /cut off or damaged/],
  ['a page without a body', send(200), /an empty page/],
  ['white space', send(200, ' \n\n'), /an empty page/],
  ['an image', send(200, 'GIF89a', { 'content-type': 'image/gif' }), /`image\/gif` in place of a project page/],
  ['JSON that says error', send(200, '{"error": "down"}'), /JSON that is no project page/],
  ['JSON that is no object', send(200, '[]'), /JSON that is no project page/],
  ['null', send(200, 'null'), /JSON that is no project page/],
  ['another project', send(200, JSON.stringify(indexPage('torch', ['2.5.1']))), /the page of another project/],
  [
    'the files of another project',
    send(200, JSON.stringify({ ...indexPage('torch', ['2.5.1']), name: 'peft' })),
    /the page of another project/,
  ],
  ['a list without names', send(200, '{"files": []}'), /the page of another project/],
  ['bytes that are no gzip', send(200, '\u001f\u008b garbage', { 'content-encoding': 'gzip' }), /damaged/],
  ['half a gzip', send(200, gzipSync(PAGE).subarray(0, 40), { 'content-encoding': 'gzip' }), /damaged/],
  ['a page without an end', huge, /larger than 64 MiB/],
  ['drops', drip, /did not answer in full within 1 s/],
  ['silence', () => undefined, /nothing came for 0.25 s|did not answer in full/],
  ['a closed door', (request) => request.socket.destroy(), /did not answer: .*\. Check the network/],
  [
    'an early end',
    (_request, response) => {
      response.writeHead(200, { 'content-type': JSON_TYPE, 'content-length': '5000' });
      response.write(PAGE.slice(0, 30));
      setTimeout(() => response.destroy(), 20);
    },
    /the connection broke off/,
  ],
  ['a circle', (_request, response) => response.writeHead(302, { location: '/simple/peft/' }).end(), /in a circle/],
  ['a way to nowhere', (_request, response) => response.writeHead(302, { location: 'file:///etc' }).end(), /to no add/],
  ['not modified, unasked', send(304), /answered 304/],
  ['401', send(401), /asks for credentials, or refuses those it got \(401\)/],
  ['403', send(403), /refuses access \(403\)/],
  ['407', send(407), /the proxy asks for credentials \(407\)/],
  ['418', send(418), /answered 418/],
  ['429', send(429, '', { 'retry-after': '3600' }), /answered 429 and asks to wait 3600 s/],
  ['500', send(500), /answered 500\. Try again later/],
  ['503', send(503, '', { 'retry-after': '120' }), /answered 503 and asks to wait 120 s/],
  ['503 with a date that is over', send(503, '', { 'retry-after': 'Mon, 01 Jan 2024 00:00:00 GMT' }), /answered 503/],
];

describe('an index in bad weather', () => {
  it.each(WEATHER)('%s is weather, said in one line, and the next run is healthy', async (_name, answer, message) => {
    const { open, mend } = await on(answer);
    const failed = await open()
      .releases('peft')
      .catch((error: Error) => error);
    expect(failed).toMatchObject({ name: 'WeatherError', message: expect.stringMatching(message) });
    expect((failed as Error).message).not.toMatch(/\n|has no (project|release)/);
    mend();
    expect((await open().releases('peft')).map(({ version }) => version)).toEqual(['0.17.1', '0.18.0']);
  });

  it.each<[string, number, number]>([
    ['what will not change', 403, 1],
    ['what may pass', 500, 2],
  ])('asks once for %s, again for the rest (%d)', async (_name, status, most) => {
    const { open, asked } = await on(send(status));
    await expect(open().releases('peft')).rejects.toThrow(String(status));
    expect(asked()).toBe(most);
  });

  it('waits as long as the index asks, where there is time', async () => {
    const { open, asked } = await on((request, response) => {
      const isFirst = asked() === 1;
      send(isFirst ? 503 : 200, isFirst ? '' : PAGE, { 'retry-after': '0' })(request, response);
    });
    expect(await open().releases('peft')).toHaveLength(2);
  });

  it('reads a page that a proxy packed', async () => {
    const { open } = await on(send(200, gzipSync(PAGE), { 'content-encoding': 'gzip' }));
    expect(await open().releases('peft')).toHaveLength(2);
  });

  it('takes a project without files for what it is', async () => {
    const { open } = await on(send(200, JSON.stringify(indexPage('peft', []))));
    expect(await open().releases('peft')).toEqual([]);
  });

  it('stops at once when it is interrupted', async () => {
    const { open } = await on(() => undefined);
    const stop = new AbortController();
    const asked = open({ signal: stop.signal }).releases('peft');
    setTimeout(() => stop.abort(), 30);
    const began = Date.now();
    await expect(asked).rejects.toMatchObject({ name: 'WeatherError' });
    expect(Date.now() - began).toBeLessThan(600);
  });

  it('says how a certificate that nobody knows is made known', async () => {
    const folder = scratch('certificate');
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    spawnSync('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=localhost', '-days', '1'],
      ...['-keyout', key, '-out', cert],
    ]);
    const options = { key: readFileSync(key), cert: readFileSync(cert) };
    const port = await listening(createSecure(options, send(200, PAGE)));
    const catalog = new IndexCatalog({
      indexUrls: async () => [`https://127.0.0.1:${port}/simple/`],
      findLinks: [],
      certificate: undefined,
      folder,
      offline: false,
      target: { python: '3.11.7', platform: 'linux', machine: 'x64' },
    });
    await expect(catalog.releases('peft')).rejects.toMatchObject({
      name: 'WeatherError',
      message: expect.stringMatching(/certificate is not trusted .*Set SSL_CERT_FILE/),
    });
  });

  it.each(['nonsense', 'file:///wheels', 'ftp://127.0.0.1/simple'])(
    'calls the setting %s a mistake, since no try will mend it',
    async (url) => {
      const catalog = new IndexCatalog({
        indexUrls: async () => [url],
        findLinks: [],
        certificate: undefined,
        folder: scratch('setting'),
        offline: false,
        target: { python: '3.11.7', platform: 'linux', machine: 'x64' },
      });
      await expect(catalog.releases('peft')).rejects.toMatchObject({
        name: 'UserError',
        message: expect.stringContaining('Check the index settings'),
      });
    },
  );
});

describe('pages that were kept', () => {
  const kept = (change: (page: { body: string; fetched: number; type: string }) => unknown) => (text: string) =>
    JSON.stringify(change(JSON.parse(text)));
  const DAMAGE: readonly (readonly [string, (text: string) => string])[] = [
    ['half a file', (text) => text.slice(0, 50)],
    ['an empty file', () => ''],
    ['half a body', kept((page) => ({ ...page, body: page.body.slice(0, 40) }))],
    ['an empty body', kept((page) => ({ ...page, body: '' }))],
    ['a login page', kept((page) => ({ ...page, body: PORTAL, type: 'text/html' }))],
    ['an error', kept((page) => ({ ...page, body: '{"error": "down"}' }))],
    ['another project', kept((page) => ({ ...page, body: JSON.stringify(indexPage('torch', ['2.5.1'])) }))],
    ['a page of the future', kept((page) => ({ ...page, fetched: page.fetched + 1e9 }))],
    ['no object', () => 'null'],
  ];

  it.each(DAMAGE)('%s is thrown away and fetched again', async (name, damage) => {
    const { open, folder, asked } = await on(send(200, PAGE, { etag: '"one"' }));
    await open().releases('peft');
    const [file = ''] = readdirSync(folder);
    writeFileSync(join(folder, file), damage(readFileSync(join(folder, file), 'utf8')));
    if (name !== 'a page of the future')
      await expect(open({ offline: true }).releases('peft')).rejects.toMatchObject({ name: 'WeatherError' });
    expect((await open().releases('peft')).map(({ version }) => version)).toEqual(['0.17.1', '0.18.0']);
    expect(asked()).toBe(2);
    expect(await open({ offline: true }).releases('peft')).toHaveLength(2);
  });
});
