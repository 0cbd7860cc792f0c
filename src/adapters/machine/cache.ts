/** The cache that runs share: where it is, what it holds, and how it is emptied. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { COUNTED } from './capacity.ts';
import { removeFolders } from './scratch.ts';

/** What the cache holds besides uv itself. */
const CACHED = ['environments', 'bytecode', 'uv', 'index', 'stored', 'tmp', COUNTED] as const;

/** A cache of our own, never the runner's uv, pip or Hugging Face cache. */
export function cacheFolder(environment: Readonly<Record<string, string | undefined>>): string {
  // An empty or relative XDG path is to be ignored (XDG Base Directory Specification).
  const xdg = environment.XDG_CACHE_HOME?.startsWith('/') ? environment.XDG_CACHE_HOME : join(homedir(), '.cache');
  return resolve(environment.PEFT_SWEEP_CACHE || join(xdg, 'peft-sweep'));
}

/** Removes all that a cache holds; names what went and the paths that could not be removed. */
export async function emptyCache(cache: string): Promise<{ removed: readonly string[]; stays: readonly string[] }> {
  const isThere = (name: string) => existsSync(join(cache, name));
  const kept = CACHED.filter(isThere);
  await removeFolders(kept.map((name) => join(cache, name)));
  return {
    removed: kept.filter((name) => !isThere(name)),
    stays: kept.filter(isThere).map((name) => join(cache, name)),
  };
}

/** What a cache need not keep to be taken elsewhere: it is made from the rest, for the machine that it is on. */
export function madeAnew(cache: string): readonly string[] {
  return ['environments', 'bytecode', 'tmp'].map((name) => join(cache, name));
}

/** Whether this build of torch was unpacked before: every environment with it leaves this mark. */
export function isStored(cache: string, torch: string | undefined): boolean {
  return existsSync(join(cache, 'stored', `torch-${torch}`));
}
