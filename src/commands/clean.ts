import { cacheFolder, emptyCache } from '../adapters/machine/cache.ts';
import { STATUS, type Status } from '../domain/status.ts';
import type { Context } from './context.ts';

/** Removes what peft-sweep keeps between runs: environments, downloaded wheels, index pages. Reports stay. */
export async function runClean(context: Context): Promise<Status> {
  const cache = cacheFolder(context.environment);
  const { removed, stays } = await emptyCache(cache);
  if (removed.length > 0) context.print(`removed ${removed.join(', ')} from ${cache}\n`);
  if (removed.length + stays.length === 0) context.print(`nothing to remove in ${cache}\n`);
  for (const path of stays)
    context.say(`\`${path}\` could not be removed. Remove it as the user who owns it: \`rm -rf\`.`);
  return stays.length > 0 ? STATUS['not-compared'] : STATUS.fine;
}
