import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { removeFolders } from '../adapters/machine/scratch.ts';
import { CACHED, cacheFolder } from '../adapters/machine/world.ts';
import type { Context } from './context.ts';

/** Removes what peft-sweep keeps between runs: environments, downloaded wheels, index pages. Reports stay. */
export async function runClean(context: Context): Promise<number> {
  const cache = cacheFolder(context.environment);
  const isThere = (name: string) => existsSync(join(cache, name));
  const kept = CACHED.filter(isThere);
  await removeFolders(kept.map((name) => join(cache, name)));
  const stays = kept.filter(isThere);
  const removed = kept.filter((name) => !stays.includes(name));
  if (removed.length > 0) context.print(`removed ${removed.join(', ')} from ${cache}\n`);
  if (kept.length === 0) context.print(`nothing to remove in ${cache}\n`);
  for (const name of stays)
    context.say(`\`${join(cache, name)}\` could not be removed. Remove it as the user who owns it: \`rm -rf\`.`);
  return stays.length > 0 ? 3 : 0;
}
