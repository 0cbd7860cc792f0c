/** Project pages of the simple index (PEP 503, 691, 700), checked before anything is taken from them. */
import { z } from 'zod';
import { normalizeName } from '../../domain/package.ts';
import { parseWheelName, sourceVersion } from './wheels.ts';

/** One file of a project page, of either form. */
export interface IndexFile {
  readonly filename: string;
  readonly uploaded?: string | undefined;
  readonly yanked: boolean;
  readonly requiresPython?: string | undefined;
  readonly bytes?: number | undefined;
  /** Address of the wheel, where the index serves its metadata beside it (PEP 658). */
  readonly wheel?: string | undefined;
}

export interface Page {
  readonly type: string;
  readonly body: string;
}

const JsonPage = z.object({
  name: z.string().nullish(),
  files: z.array(
    z.object({
      filename: z.string(),
      'upload-time': z.string().nullish(),
      yanked: z.union([z.boolean(), z.string()]).nullish(),
      'requires-python': z.string().nullish(),
      size: z.number().nullish(),
      url: z.string().nullish(),
      'core-metadata': z.union([z.boolean(), z.record(z.string(), z.string())]).nullish(),
    }),
  ),
});

/** An HTML page of an index says so, even where it lists nothing. */
const SAYS_INDEX = /<meta[^>]+pypi:repository-version|<(title|h1)[^>]*>\s*links for /i;

export type Checked = { readonly files: readonly IndexFile[] } | { readonly wrong: string };

/** The files of the page of one project, or what it is instead: a portal, an error, half a page, another project's. */
export function readPage(page: Page, library: string): Checked {
  if (page.body.trim() === '') return { wrong: 'an empty page' };
  if (/json/i.test(page.type)) return readJson(page.body, library);
  if (page.type === '' || /html/i.test(page.type)) return readHtml(page.body, library);
  return { wrong: `\`${page.type.slice(0, 80)}\` in place of a project page` };
}

function readJson(body: string, library: string): Checked {
  const raw = parsed(body);
  if (raw === undefined) return { wrong: 'a page that is cut off or damaged' };
  const { data } = JsonPage.safeParse(raw);
  if (data === undefined) return { wrong: 'JSON that is no project page' };
  const isNamed = typeof data.name === 'string';
  if (isNamed && normalizeName(data.name ?? '') !== library) return { wrong: 'the page of another project' };
  const files = data.files.map((file) => ({
    filename: file.filename,
    uploaded: file['upload-time'] ?? undefined,
    yanked: file.yanked === true || typeof file.yanked === 'string',
    requiresPython: file['requires-python'] ?? undefined,
    bytes: file.size ?? undefined,
    wheel: (file['core-metadata'] && file.url) || undefined,
  }));
  const isEmpty = files.length === 0 && isNamed;
  return isEmpty || hasOwn(files, library) ? { files } : { wrong: 'the page of another project' };
}

function readHtml(body: string, library: string): Checked {
  const files = [...body.matchAll(/<a\s([^>]*)>([^<]*)<\/a>/gi)].map(([, attributes = '', filename = '']) => {
    const requires = /data-requires-python="([^"]*)"/i.exec(attributes)?.[1];
    return {
      filename: filename.trim(),
      yanked: /data-yanked/i.test(attributes),
      requiresPython: requires?.replaceAll('&gt;', '>').replaceAll('&lt;', '<').replaceAll('&amp;', '&'),
    };
  });
  if (hasOwn(files, library)) return { files };
  const isIndex = SAYS_INDEX.test(body);
  if (isIndex && files.length === 0) return { files: [] };
  return { wrong: isIndex ? 'the page of another project' : 'a web page that is no index, as a login does' };
}

function hasOwn(files: readonly IndexFile[], library: string): boolean {
  return files.some(
    ({ filename }) => parseWheelName(filename)?.name === library || sourceVersion(filename, library) !== undefined,
  );
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
