/** A package index on the loopback, with one root for each question: PEP 691 pages, PEP 503 for who asks for HTML. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sha256, type Wheel } from './wheel.ts';

/** A wheel as an index offers it, which may say other things of it than are true. */
export interface Offer {
  readonly name: string;
  readonly wheel: Wheel;
  readonly uploaded: string;
  readonly yanked?: string;
  readonly requiresPython?: string;
  /** What the index says is the METADATA of the wheel; its own where absent. */
  readonly metadata?: string;
  /** What is sent in place of the wheel. */
  readonly sent?: Buffer;
}

export interface PackageIndex {
  /** Offers wheels below a root of their own, and returns its address. */
  offer(root: string, offers: readonly Offer[], form?: Form): string;
  /** Every path that was asked for. */
  readonly asked: readonly string[];
  readonly port: number;
  close(): void;
}

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';

/** `json` where the client asks for it, `html` whatever it asks for, or one answer to every page. */
export type Form = 'json' | 'html' | Answer;

interface Root {
  readonly offers: readonly Offer[];
  readonly form: Form;
}

export async function startPackageIndex(): Promise<PackageIndex> {
  const roots = new Map<string, Root>();
  const asked: string[] = [];
  const server = createServer(({ url = '', headers }, response) => {
    asked.push(url);
    const [, name = '', kind, what = ''] = url.split('/').map(decodeURIComponent);
    const root = roots.get(name) ?? { offers: [], form: 'json' };
    const answer = kind === 'files' ? fileOf(root, what) : pageOf(root, what, headers.accept ?? '');
    response.writeHead(answer.status, { 'content-type': answer.type });
    response.end(answer.body);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    asked,
    port,
    offer: (root, offers, form = 'json') => {
      roots.set(root, { offers, form });
      return `http://127.0.0.1:${port}/${root}/simple`;
    },
    close: () => server.close(),
  };
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string | Buffer;
}

const NOT_HERE: Answer = { status: 404, type: 'text/plain', body: 'not on this index' };

function fileOf({ offers }: Root, filename: string): Answer {
  const wanted = filename.replace(/\.metadata$/, '');
  const found = offers.find(({ wheel }) => wheel.filename === wanted);
  if (found === undefined) return NOT_HERE;
  const body = wanted === filename ? (found.sent ?? found.wheel.bytes) : metadataOf(found);
  return { status: 200, type: 'application/octet-stream', body };
}

function pageOf({ offers, form }: Root, name: string, accept: string): Answer {
  const own = offers.filter((offer) => offer.name === name);
  if (typeof form !== 'string') return form;
  if (own.length === 0) return NOT_HERE;
  if (form === 'html' || !accept.includes(JSON_TYPE)) return { status: 200, type: 'text/html', body: htmlPage(own) };
  const page = { meta: { 'api-version': '1.1' }, name, versions: [], files: own.map(toFile) };
  return { status: 200, type: JSON_TYPE, body: JSON.stringify(page) };
}

function toFile(offer: Offer) {
  const { wheel, uploaded, yanked, requiresPython } = offer;
  return {
    filename: wheel.filename,
    url: `../../files/${wheel.filename}`,
    hashes: { sha256: sha256(wheel.bytes) },
    size: wheel.bytes.length,
    'upload-time': uploaded,
    yanked: yanked ?? false,
    'core-metadata': { sha256: sha256(metadataOf(offer)) },
    ...(requiresPython === undefined ? {} : { 'requires-python': requiresPython }),
  };
}

function htmlPage(offers: readonly Offer[]): string {
  const links = offers.map(({ wheel, yanked }) => {
    const mark = yanked === undefined ? '' : ` data-yanked="${yanked}"`;
    return `<a href="../../files/${wheel.filename}#sha256=${sha256(wheel.bytes)}"${mark}>${wheel.filename}</a><br>`;
  });
  return `<!DOCTYPE html><html><body>\n${links.join('\n')}\n</body></html>\n`;
}

function metadataOf({ metadata, wheel }: Offer): string {
  return metadata ?? wheel.metadata;
}
