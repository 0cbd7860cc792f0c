/** A package index on the loopback: PEP 691 pages with wheels that nobody downloads. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export function indexPage(name: string, versions: readonly string[]) {
  const files = versions.map((version, index) => ({
    filename: `${name}-${version}-py3-none-any.whl`,
    url: `${name}-${version}-py3-none-any.whl`,
    hashes: {},
    'upload-time': `2025-0${index + 1}-01T00:00:00Z`,
    size: 1000,
  }));
  return { meta: { 'api-version': '1.1' }, name, files };
}

export async function startIndex(pages: Readonly<Record<string, unknown>>) {
  const server = createServer((request, response) => {
    const page = pages[(request.url ?? '').split('/').at(-2) ?? ''];
    response.writeHead(page ? 200 : 404, { 'content-type': 'application/vnd.pypi.simple.v1+json' });
    response.end(JSON.stringify(page ?? {}));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/simple`, close: () => server.close() };
}
