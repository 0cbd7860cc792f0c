import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { WATCHED } from '../../domain/environment.ts';
import { didYouMean } from '../../domain/suggest.ts';
import { isVersion, type Release, sameVersion } from '../../domain/version.ts';
import { UserError, WeatherError } from '../../errors.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { type Answer, fetchText, type Patience, patienceOf } from './http.ts';
import { metadataAddress, requirementNames } from './metadata.ts';
import { type IndexFile, readPage } from './project-page.ts';
import { parseWheelName, sourceVersion, type Target, wheelFits } from './wheels.ts';

const Cached = z.object({ etag: z.string().optional(), type: z.string(), fetched: z.number(), body: z.string() });
type Cached = z.infer<typeof Cached>;

const ACCEPT = 'application/vnd.pypi.simple.v1+json, text/html;q=0.1';
/** For what a run can do without. */
const SHORT: Patience = { idleMs: 3000, totalMs: 5000 };
const FRESH_MS = 10 * 60_000;

export interface CatalogSettings {
  readonly indexUrls: () => Promise<readonly string[]>;
  readonly findLinks: readonly string[];
  readonly certificate: string | undefined;
  readonly folder: string;
  readonly offline: boolean;
  readonly target: Target;
  readonly patience?: Patience;
  readonly signal?: AbortSignal | undefined;
}

/** The releases on the configured index, cached on disk and revalidated by ETag. */
export class IndexCatalog implements Catalog {
  readonly #known = new Map<string, Promise<readonly Release[]>>();

  constructor(private readonly settings: CatalogSettings) {}

  releases(library: string): Promise<readonly Release[]> {
    const known = this.#known.get(library) ?? this.#read(library);
    this.#known.set(library, known);
    return known;
  }

  async requires(library: string, version: string): Promise<readonly string[]> {
    try {
      const release = (await this.releases(library)).find((one) => sameVersion(one.version, version));
      return release?.metadata ? requirementNames(await this.#metadata(release.metadata)) : [];
    } catch {
      // It decides about an order alone.
      return [];
    }
  }

  /** The metadata of one wheel never changes: what was fetched once is kept for good. */
  async #metadata(url: string): Promise<string> {
    const file = this.#fileOf(url);
    const kept = textIn(file);
    if (kept !== undefined || this.settings.offline) return kept ?? '';
    const { certificate, signal } = this.settings;
    const { status, body } = await fetchText(url, { headers: {}, certificate, patience: SHORT, signal });
    if (status !== 200) return '';
    this.#keep(file, { type: 'metadata', fetched: Date.now(), body });
    return body;
  }

  #fileOf(url: string): string {
    return join(this.settings.folder, `${createHash('sha256').update(url).digest('hex').slice(0, 24)}.json`);
  }

  async #read(library: string): Promise<readonly Release[]> {
    const local = this.settings.findLinks.flatMap((folder) => localFiles(folder, library));
    for (const url of await this.settings.indexUrls()) {
      const page = `${url.replace(/\/$/, '')}/${library}/`;
      const files = await this.#files(page, library);
      if (files) return toReleases(library, [...local, ...files], this.settings.target, page);
    }
    if (local.length > 0) return toReleases(library, local, this.settings.target);
    throw new UserError(`The package index has no project \`${library}\`.${hint(library)}`);
  }

  /** The files of a project; undefined where the index has no such project. */
  async #files(url: string, library: string): Promise<readonly IndexFile[] | undefined> {
    const { offline } = this.settings;
    const file = this.#fileOf(url);
    const cached = readCached(file, library);
    const age = cached ? Date.now() - cached.page.fetched : Number.POSITIVE_INFINITY;
    if (cached && (offline || (age >= 0 && age < FRESH_MS))) return cached.files;
    if (offline) throw new WeatherError('Offline, and the releases are not cached. Run once without --offline.');
    const answer = await this.#fetch(url, cached?.page);
    if (answer.status === 304 && cached) {
      this.#keep(file, { ...cached.page, fetched: Date.now() });
      return cached.files;
    }
    if (answer.status === 404 || answer.status === 410) return undefined;
    if (answer.status !== 200) throw new WeatherError(refusal(answer.status));
    const page = pageOf(answer);
    const read = readPage(page, library);
    if ('wrong' in read)
      throw new WeatherError(
        `The package index sent ${read.wrong} for \`${library}\`. Check the network (a login page?) and the index settings, then try again.`,
      );
    this.#keep(file, page);
    return read.files;
  }

  #fetch(url: string, cached: Cached | undefined): Promise<Answer> {
    const { certificate, patience = patienceOf({}), signal } = this.settings;
    const headers = { accept: ACCEPT, ...(cached?.etag && { 'if-none-match': cached.etag }) };
    return fetchText(url, { headers, certificate, patience, signal });
  }

  #keep(file: string, page: Cached): void {
    mkdirSync(this.settings.folder, { recursive: true });
    writeFileSync(`${file}.${process.pid}`, JSON.stringify(page));
    renameSync(`${file}.${process.pid}`, file);
  }
}

function pageOf({ headers, body }: Answer): Cached {
  const etag = headers.etag;
  return {
    ...(typeof etag === 'string' && { etag }),
    type: String(headers['content-type'] ?? ''),
    fetched: Date.now(),
    body,
  };
}

function refusal(status: number): string {
  const words: Readonly<Record<number, string>> = {
    401: 'asks for credentials, or refuses those it got (401). Put them into the index settings of uv or pip.',
    403: 'refuses access (403). Check the credentials in the index settings of uv and pip.',
    407: 'cannot be reached: the proxy asks for credentials (407). Check the proxy settings.',
  };
  return `The package index ${words[status] ?? `answered ${status}. Check the index settings of uv and pip.`}`;
}

function hint(library: string): string {
  const others = WATCHED.filter((name) => name !== library);
  if (others.length === WATCHED.length) return didYouMean(library, WATCHED);
  return ' Check the index settings of uv and pip, or leave out the cells that need it with --cells.';
}

/** A page that was kept earlier, if it is still what was kept. */
function readCached(
  file: string,
  library: string,
): { readonly page: Cached; readonly files: readonly IndexFile[] } | undefined {
  try {
    const page = Cached.parse(JSON.parse(readFileSync(file, 'utf8')));
    const read = readPage(page, library);
    return 'files' in read ? { page, files: read.files } : undefined;
  } catch {
    return undefined;
  }
}

function textIn(file: string): string | undefined {
  try {
    return Cached.parse(JSON.parse(readFileSync(file, 'utf8'))).body;
  } catch {
    return undefined;
  }
}

function localFiles(folder: string, library: string): readonly IndexFile[] {
  try {
    return readdirSync(folder.replace(/^file:\/\//, ''))
      .filter((filename) => parseWheelName(filename)?.name === library)
      .map((filename) => ({ filename, yanked: false }));
  } catch {
    return [];
  }
}

/** Files of one project, gathered to releases. A release is uploaded when its first file is, yanked when all are. */
export function toReleases(
  library: string,
  files: readonly IndexFile[],
  target: Target,
  page?: string,
): readonly Release[] {
  const byVersion = new Map<string, IndexFile[]>();
  for (const file of files) {
    const wheel = parseWheelName(file.filename);
    const version = wheel?.name === library ? wheel.version : sourceVersion(file.filename, library);
    if (version !== undefined && isVersion(version)) byVersion.set(version, [...(byVersion.get(version) ?? []), file]);
  }
  return [...byVersion].map(([version, group]) => {
    const fitting = group.find((file) => fits(file.filename, target));
    const uploaded = group.flatMap((file) => file.uploaded ?? []).toSorted()[0];
    const metadata = page && fitting?.wheel ? metadataAddress(fitting.wheel, page) : undefined;
    const requiresPython = group.find((file) => file.requiresPython)?.requiresPython;
    return {
      version,
      yanked: group.every((file) => file.yanked),
      hasWheel: fitting !== undefined,
      ...(uploaded && { uploaded }),
      ...(requiresPython && { requiresPython }),
      ...(fitting?.bytes && { bytes: fitting.bytes }),
      ...(metadata && { metadata }),
    };
  });
}

function fits(filename: string, target: Target): boolean {
  const wheel = parseWheelName(filename);
  return wheel !== undefined && wheelFits(wheel, target);
}
