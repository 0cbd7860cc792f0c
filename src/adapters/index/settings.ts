/** Where packages come from: uv's settings, else pip's, translated to explicit uv options. No address is known here. */
import { readFileSync } from 'node:fs';
import type { Finished } from '../machine/process.ts';

export interface IndexSettings {
  /** Options for every uv command that resolves or fetches. */
  readonly uvOptions: readonly string[];
  /** Environment for every such command. */
  readonly uvEnvironment: Readonly<Record<string, string>>;
  /** Folders with wheels, as the settings name them. */
  readonly findLinks: readonly string[];
  /** The default index where a setting names it; else it is asked of uv. */
  readonly indexUrl?: string;
  readonly extraIndexUrls: readonly string[];
  readonly certificate?: string;
}

const PASSED_ON =
  /^(UV_(DEFAULT_INDEX|INDEX|INDEX_URL|EXTRA_INDEX_URL|FIND_LINKS|NO_INDEX|INDEX_.+_(USERNAME|PASSWORD)|NATIVE_TLS|SYSTEM_CERTS|INSECURE_HOST|HTTP_TIMEOUT|HTTP_RETRIES|TORCH_BACKEND|OFFLINE|KEYRING_PROVIDER)|SSL_CERT_(FILE|DIR)|(HTTPS?|ALL|NO)_PROXY|(https?|all|no)_proxy|PATH|HOME|LANG|TMPDIR|NETRC)$/;

/** Reads settings from environment variables and the output of `pip config list`. UV_* wins over pip's. */
export function indexSettings(
  environment: Readonly<Record<string, string | undefined>>,
  pipConfigList: string,
): IndexSettings {
  const pip = pipSettings(environment, pipConfigList);
  const uvEnvironment = Object.fromEntries(
    Object.entries(environment).filter(([name, value]) => PASSED_ON.test(name) && value),
  ) as Record<string, string>;
  const indexUrl = environment.UV_DEFAULT_INDEX ?? environment.UV_INDEX_URL ?? pip('index-url');
  const extra = words(environment.UV_INDEX ?? environment.UV_EXTRA_INDEX_URL ?? pip('extra-index-url'));
  // uv separates by commas, pip by white space.
  const findLinks = environment.UV_FIND_LINKS?.split(',').flatMap(trimmed) ?? words(pip('find-links'));
  const certificate = environment.SSL_CERT_FILE ?? pip('cert');
  const options: string[] = [];
  if (!environment.UV_DEFAULT_INDEX && !environment.UV_INDEX_URL && indexUrl) options.push('--default-index', indexUrl);
  if (!environment.UV_INDEX && !environment.UV_EXTRA_INDEX_URL) for (const url of extra) options.push('--index', url);
  if (!environment.UV_FIND_LINKS) for (const folder of findLinks) options.push('--find-links', folder);
  if (pip('no-index') && !environment.UV_NO_INDEX) options.push('--no-index');
  return {
    uvOptions: options,
    uvEnvironment: { ...uvEnvironment, ...(certificate && { SSL_CERT_FILE: certificate }) },
    findLinks,
    ...(indexUrl && { indexUrl }),
    extraIndexUrls: extra.map((entry) => entry.replace(/^[A-Za-z0-9_-]+=/, '')),
    ...(certificate && { certificate }),
  };
}

/** pip's value of an option: its environment variable, else the last of the configuration files that names it. */
function pipSettings(environment: Readonly<Record<string, string | undefined>>, pipConfigList: string) {
  const listed = new Map<string, string>();
  for (const line of pipConfigList.split('\n')) {
    const found = /^(?::env:|global|install|user|site)\.([a-z-]+)=(.*)$/.exec(line.trim());
    if (found?.[1] && found[2]) listed.set(found[1], found[2].replace(/^['"]|['"]$/g, ''));
  }
  return (option: string) => {
    const value = environment[`PIP_${option.toUpperCase().replaceAll('-', '_')}`] ?? listed.get(option);
    return value === '' ? undefined : value;
  };
}

function trimmed(text: string): readonly string[] {
  return text.trim() === '' ? [] : [text.trim()];
}

function words(text: string | undefined): readonly string[] {
  return (text ?? '').split(/[\s]+|\\n/).filter((word) => word !== '');
}

/** The addresses that uv prints for `--emit-index-url`, the default index first. */
export function emittedIndexes(output: Finished): readonly string[] {
  return output.stdout
    .split('\n')
    .map((line) => /^--(?:extra-)?index-url\s+(\S+)/.exec(line)?.[1])
    .filter((url) => url !== undefined);
}

export function readCertificate(settings: IndexSettings): string | undefined {
  if (settings.certificate === undefined) return undefined;
  try {
    return readFileSync(settings.certificate, 'utf8');
  } catch {
    return undefined;
  }
}
