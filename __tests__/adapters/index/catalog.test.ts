import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { IndexCatalog, toReleases } from '../../../src/adapters/index/catalog.ts';
import { readPage } from '../../../src/adapters/index/project-page.ts';
import { scratch } from '../../factories/scratch.ts';

const TARGET = { python: '3.11.7', platform: 'linux' as const, machine: 'x64' };
const file = (filename: string, more = {}) => ({ filename, yanked: false, ...more });
let server: Server | undefined;

afterEach(() => {
  server?.close();
});

async function serve(
  answer: (
    url: string,
    headers: NodeJS.Dict<string | string[]>,
    call: number,
  ) => { status: number; type?: string; body?: string; etag?: string },
) {
  let calls = 0;
  server = createServer((request, response) => {
    const {
      status,
      type = 'application/vnd.pypi.simple.v1+json',
      body = '',
      etag,
    } = answer(request.url ?? '', request.headers, ++calls);
    response.writeHead(status, { 'content-type': type, ...(etag && { etag }) });
    response.end(body);
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const folder = scratch('catalog');
  const open = (offline = false) =>
    new IndexCatalog({
      indexUrls: async () => [`http://127.0.0.1:${port}/simple/`],
      findLinks: [],
      certificate: undefined,
      folder,
      offline,
      target: TARGET,
    });
  return { open, calls: () => calls };
}

const PAGE = JSON.stringify({
  files: [
    {
      filename: 'peft-0.17.1-py3-none-any.whl',
      'upload-time': '2025-08-21T09:00:00Z',
      yanked: false,
      'requires-python': '>=3.9',
      size: 500,
    },
  ],
});

describe('what a release asks for', () => {
  const metadata = [
    'Metadata-Version: 2.1',
    'Name: peft',
    'Requires-Dist: numpy>=1.17',
    'Requires-Dist: Hugging_Face-Hub (>=0.25)',
    'Requires-Dist: accelerate>=0.21.0; python_version >= "3.8"',
    'Requires-Dist: black; extra == "quality"',
    'Requires-Dist: ; not a requirement',
    'Requires-Dist: numpy',
    '',
    'Requires-Dist: only-text',
  ];
  const page = (more: object) =>
    JSON.stringify({
      files: [{ filename: 'peft-0.17.1-py3-none-any.whl', url: '../../files/peft-0.17.1-py3-none-any.whl', ...more }],
    });

  it('is what its metadata names without extras, read once', async () => {
    const { open, calls } = await serve((url) =>
      url.endsWith('.metadata')
        ? { status: url === '/files/peft-0.17.1-py3-none-any.whl.metadata' ? 200 : 404, body: metadata.join('\n') }
        : { status: 200, body: page({ 'core-metadata': { sha256: 'x' } }) },
    );
    const expected = ['numpy', 'hugging-face-hub', 'accelerate'];
    expect(await open().requires('peft', '0.17.1')).toEqual(expected);
    expect(await open().requires('peft', '0.17.1')).toEqual(expected);
    expect(calls()).toBe(2);
  });

  it.each<[string, object]>([
    ['the index has no metadata', {}],
    ['its address is none', { 'core-metadata': true, url: 'http://[' }],
    ['its address is no web address', { 'core-metadata': true, url: 'file:///etc/passwd' }],
    ['the index does not answer', { 'core-metadata': true, url: '/gone' }],
  ])('is nothing where %s', async (_name, more) => {
    const { open } = await serve((url) => ({ status: url.includes('gone') ? 404 : 200, body: page(more) }));
    expect(await open().requires('peft', '0.17.1')).toEqual([]);
    expect(await open().requires('peft', '0.18.0')).toEqual([]);
  });
});

describe('the catalog', () => {
  it('reads versions, dates, sizes, yanks and Python ranges of the JSON form', async () => {
    const { open } = await serve(() => ({ status: 200, body: PAGE }));
    expect(await open().releases('peft')).toEqual([
      {
        version: '0.17.1',
        yanked: false,
        hasWheel: true,
        uploaded: '2025-08-21T09:00:00Z',
        requiresPython: '>=3.9',
        bytes: 500,
      },
    ]);
  });

  it('reads the HTML form, which has no dates', () => {
    const body =
      '<a href="x" data-requires-python="&gt;=3.9">peft-0.17.1-py3-none-any.whl</a><a href="y" data-yanked="bad">peft-0.17.2-py3-none-any.whl</a>';
    const page = readPage({ type: 'text/html', body }, 'peft');
    expect('files' in page && toReleases('peft', page.files, TARGET)).toEqual([
      { version: '0.17.1', yanked: false, hasWheel: true, requiresPython: '>=3.9' },
      { version: '0.17.2', yanked: true, hasWheel: true },
    ]);
  });

  it('answers from its disk cache within ten minutes, and offline', async () => {
    const { open, calls } = await serve(() => ({ status: 200, body: PAGE }));
    await open().releases('peft');
    await open().releases('peft');
    await open(true).releases('peft');
    expect(calls()).toBe(1);
  });

  it('tries a server error again', async () => {
    const { open, calls } = await serve((_url, _headers, call) =>
      call < 3 ? { status: 503 } : { status: 200, body: PAGE },
    );
    expect(await open().releases('peft')).toHaveLength(1);
    expect(calls()).toBe(3);
  });

  it('calls an index that keeps answering 5xx weather, with the next step', async () => {
    const { open } = await serve(() => ({ status: 502 }));
    await expect(open().releases('peft')).rejects.toMatchObject({
      name: 'WeatherError',
      message: expect.stringContaining('Try again later'),
    });
  });

  it('calls a project that is not there a mistake, with what was probably meant', async () => {
    const { open } = await serve(() => ({ status: 404 }));
    await expect(open().releases('pefft')).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringContaining('Did you mean `peft`?'),
    });
  });

  it('does not go on the network when offline', async () => {
    const { open, calls } = await serve(() => ({ status: 200, body: PAGE }));
    await expect(open(true).releases('peft')).rejects.toMatchObject({ name: 'WeatherError' });
    expect(calls()).toBe(0);
  });
});

describe('releases from files', () => {
  it('has a wheel only where one fits the Python and the platform', () => {
    const files = [
      file('torch-2.0.0-cp311-cp311-manylinux_2_28_x86_64.whl'),
      file('torch-2.1.0-cp310-cp310-manylinux_2_28_x86_64.whl'),
      file('torch-2.2.0-cp311-none-macosx_11_0_arm64.whl'),
      file('torch-2.3.0-cp38-abi3-manylinux2014_x86_64.whl'),
      file('torch-2.4.0.tar.gz'),
    ];
    expect(toReleases('torch', files, TARGET).map(({ version, hasWheel }) => [version, hasWheel])).toEqual([
      ['2.0.0', true],
      ['2.1.0', false],
      ['2.2.0', false],
      ['2.3.0', true],
      ['2.4.0', false],
    ]);
  });

  it('takes the first upload for the date and counts a release as yanked only when all its files are', () => {
    const files = [
      file('peft-1.0-py3-none-any.whl', { uploaded: '2025-02-02T00:00:00Z', yanked: true }),
      file('peft-1.0.tar.gz', { uploaded: '2025-01-01T00:00:00Z' }),
    ];
    expect(toReleases('peft', files, TARGET)).toEqual([
      expect.objectContaining({ uploaded: '2025-01-01T00:00:00Z', yanked: false }),
    ]);
  });

  it('passes over files of other projects and names that it cannot read', () => {
    expect(
      toReleases(
        'peft',
        [file('peft_extra-1.0-py3-none-any.whl'), file('index.html'), file('peft-abc-py3-none-any.whl')],
        TARGET,
      ),
    ).toEqual([]);
  });
});
