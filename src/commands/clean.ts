import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CACHED, cacheFolder } from '../adapters/world.ts';
import type { Context } from './context.ts';

/** Removes what peft-sweep keeps between runs: environments, downloaded wheels, index pages. Reports stay. */
export async function runClean(context: Context): Promise<number> {
  const cache = cacheFolder(context.environment);
  const kept = CACHED.filter((name) => existsSync(join(cache, name)));
  for (const name of kept) rmSync(join(cache, name), { recursive: true, force: true });
  context.print(kept.length > 0 ? `removed ${kept.join(', ')} from ${cache}\n` : `nothing to remove in ${cache}\n`);
  return 0;
}
