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
  offer(root: string, offers: readonly Offer[], form?: 'json' | 'html'): string;
  close(): void;
}

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';

interface Root {
  readonly offers: readonly Offer[];
  readonly form: 'json' | 'html';
}

export async function startPackageIndex(): Promise<PackageIndex> {
  const roots = new Map<string, Root>();
  const server = createServer(({ url = '', headers }, response) => {
    const [, name = '', kind, what = ''] = url.split('/').map(decodeURIComponent);
    const root = roots.get(name) ?? { offers: [], form: 'json' };
    const asJson = root.form === 'json' && (headers.accept?.includes(JSON_TYPE) ?? false);
    const answer = kind === 'files' ? fileOf(root, what) : pageOf(root, what, asJson);
    response.writeHead(answer ? 200 : 404, { 'content-type': answer?.type ?? 'text/plain' });
    response.end(answer?.body ?? 'not on this index');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    offer: (root, offers, form = 'json') => {
      roots.set(root, { offers, form });
      return `http://127.0.0.1:${port}/${root}/simple`;
    },
    close: () => server.close(),
  };
}

interface Answer {
  readonly type: string;
  readonly body: string | Buffer;
}

function fileOf({ offers }: Root, filename: string): Answer | undefined {
  const wanted = filename.replace(/\.metadata$/, '');
  const found = offers.find(({ wheel }) => wheel.filename === wanted);
  if (found === undefined) return undefined;
  const body = wanted === filename ? (found.sent ?? found.wheel.bytes) : metadataOf(found);
  return { type: 'application/octet-stream', body };
}

function pageOf(root: Root, name: string, asJson: boolean): Answer | undefined {
  const offers = root.offers.filter((offer) => offer.name === name);
  if (offers.length === 0) return undefined;
  if (!asJson) return { type: 'text/html', body: htmlPage(offers) };
  const page = { meta: { 'api-version': '1.1' }, name, versions: [], files: offers.map(toFile) };
  return { type: JSON_TYPE, body: JSON.stringify(page) };
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
