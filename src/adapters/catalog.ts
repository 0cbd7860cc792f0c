import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { WATCHED } from '../domain/environment.ts';
import { didYouMean } from '../domain/suggest.ts';
import { isVersion, type Release } from '../domain/version.ts';
import { UserError, WeatherError } from '../errors.ts';
import type { Catalog } from '../ports.ts';
import { fetchText } from './http.ts';
import { parseWheelName, sourceVersion, type Target, wheelFits } from './wheels.ts';

/** One file of a project page, of either form of the simple index (PEP 503, 691, 700). */
interface IndexFile {
  readonly filename: string;
  readonly uploaded?: string | undefined;
  readonly yanked: boolean;
  readonly requiresPython?: string | undefined;
  readonly bytes?: number | undefined;
}

const JsonPage = z.object({
  files: z.array(
    z.object({
      filename: z.string(),
      'upload-time': z.string().nullish(),
      yanked: z.union([z.boolean(), z.string()]).nullish(),
      'requires-python': z.string().nullish(),
      size: z.number().nullish(),
    }),
  ),
});

const Cached = z.object({ etag: z.string().optional(), type: z.string(), fetched: z.number(), body: z.string() });
type Cached = z.infer<typeof Cached>;

const ACCEPT = 'application/vnd.pypi.simple.v1+json, text/html;q=0.1';
const FRESH_MS = 10 * 60_000;

export interface CatalogSettings {
  readonly indexUrls: () => Promise<readonly string[]>;
  readonly findLinks: readonly string[];
  readonly certificate: string | undefined;
  readonly folder: string;
  readonly offline: boolean;
  readonly target: Target;
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

  async #read(library: string): Promise<readonly Release[]> {
    const local = this.settings.findLinks.flatMap((folder) => localFiles(folder, library));
    for (const url of await this.settings.indexUrls()) {
      const page = await this.#page(`${url.replace(/\/$/, '')}/${library}/`);
      if (page) return toReleases(library, [...local, ...parsePage(page)], this.settings.target);
    }
    if (local.length > 0) return toReleases(library, local, this.settings.target);
    throw new UserError(`The package index has no project \`${library}\`.${didYouMean(library, WATCHED)}`);
  }

  async #page(url: string): Promise<Cached | undefined> {
    const file = join(this.settings.folder, `${createHash('sha256').update(url).digest('hex').slice(0, 24)}.json`);
    const cached = readCached(file);
    if (cached && (this.settings.offline || Date.now() - cached.fetched < FRESH_MS)) return cached;
    if (this.settings.offline)
      throw new WeatherError('Offline, and the releases are not cached. Run once without --offline.');
    const answer = await fetchText(
      url,
      { accept: ACCEPT, ...(cached?.etag && { 'if-none-match': cached.etag }) },
      this.settings.certificate,
    );
    if (answer.status === 404) return undefined;
    if (answer.status !== 200 && !(answer.status === 304 && cached))
      throw new WeatherError(
        `The package index answered ${answer.status}. Check the index settings of uv and pip, and its credentials.`,
      );
    const etag = answer.headers.etag;
    const page: Cached =
      answer.status === 304 && cached
        ? { ...cached, fetched: Date.now() }
        : {
            ...(typeof etag === 'string' && { etag }),
            type: String(answer.headers['content-type'] ?? ''),
            fetched: Date.now(),
            body: answer.body,
          };
    mkdirSync(this.settings.folder, { recursive: true });
    writeFileSync(`${file}.${process.pid}`, JSON.stringify(page));
    renameSync(`${file}.${process.pid}`, file);
    return page;
  }
}

function readCached(file: string): Cached | undefined {
  try {
    return Cached.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data;
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

/** The files of a project page; the HTML form has no dates. */
export function parsePage(page: { readonly type: string; readonly body: string }): readonly IndexFile[] {
  if (!page.type.includes('json')) return parseHtml(page.body);
  const parsed = JsonPage.safeParse(JSON.parse(page.body));
  if (!parsed.success) throw new WeatherError('The package index sent a page that is not in the form of PEP 691.');
  return parsed.data.files.map((file) => ({
    filename: file.filename,
    uploaded: file['upload-time'] ?? undefined,
    yanked: file.yanked === true || typeof file.yanked === 'string',
    requiresPython: file['requires-python'] ?? undefined,
    bytes: file.size ?? undefined,
  }));
}

function parseHtml(body: string): readonly IndexFile[] {
  return [...body.matchAll(/<a\s([^>]*)>([^<]*)<\/a>/gi)].map(([, attributes = '', filename = '']) => {
    const requires = /data-requires-python="([^"]*)"/i.exec(attributes)?.[1];
    return {
      filename: filename.trim(),
      yanked: /data-yanked/i.test(attributes),
      requiresPython: requires?.replaceAll('&gt;', '>').replaceAll('&lt;', '<').replaceAll('&amp;', '&'),
    };
  });
}

/** Files of one project, gathered to releases. A release is uploaded when its first file is, yanked when all are. */
export function toReleases(library: string, files: readonly IndexFile[], target: Target): readonly Release[] {
  const byVersion = new Map<string, IndexFile[]>();
  for (const file of files) {
    const wheel = parseWheelName(file.filename);
    const version = wheel?.name === library ? wheel.version : sourceVersion(file.filename, library);
    if (version !== undefined && isVersion(version)) byVersion.set(version, [...(byVersion.get(version) ?? []), file]);
  }
  return [...byVersion].map(([version, group]) => {
    const fitting = group.find((file) => fits(file.filename, target));
    const uploaded = group.flatMap((file) => file.uploaded ?? []).toSorted()[0];
    const requiresPython = group.find((file) => file.requiresPython)?.requiresPython;
    return {
      version,
      yanked: group.every((file) => file.yanked),
      hasWheel: fitting !== undefined,
      ...(uploaded && { uploaded }),
      ...(requiresPython && { requiresPython }),
      ...(fitting?.bytes && { bytes: fitting.bytes }),
    };
  });
}

function fits(filename: string, target: Target): boolean {
  const wheel = parseWheelName(filename);
  return wheel !== undefined && wheelFits(wheel, target);
}
