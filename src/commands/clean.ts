import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { removeTree } from '../adapters/folders.ts';
import { CACHED, cacheFolder } from '../adapters/world.ts';
import { plain } from '../report/escape.ts';
import type { Context } from './context.ts';

/** Removes what peft-sweep keeps between runs: environments, downloaded wheels, index pages. Reports stay. */
export async function runClean(context: Context): Promise<number> {
  const cache = cacheFolder(context.environment);
  const kept = CACHED.filter((name) => existsSync(join(cache, name)));
  const stays = kept.flatMap((name) => {
    const why = removeTree(join(cache, name));
    return why === undefined ? [] : [{ name, why }];
  });
  const removed = kept.filter((name) => stays.every((one) => one.name !== name));
  if (removed.length > 0) context.print(`removed ${removed.join(', ')} from ${cache}\n`);
  if (kept.length === 0) context.print(`nothing to remove in ${cache}\n`);
  for (const { name, why } of stays)
    context.say(`\`${join(cache, name)}\` could not be removed: ${plain(why)}. Remove it as the user who owns it.`);
  return stays.length > 0 ? 3 : 0;
}
