import { statfsSync } from 'node:fs';
import { openWorld } from '../adapters/world.ts';
import { withoutCredentials } from '../domain/package.ts';
import type { Context } from './context.ts';

/** Says what this machine has, what a probe is kept from here, and what to change. */
export async function runDoctor(context: Context): Promise<number> {
  const { environment, folder, say, line } = context;
  const world = await openWorld({
    environment,
    folder,
    python: line.options.python,
    offline: line.options.offline,
    say,
  });
  const uv = await world.uv();
  const containment = await world.containment();
  const torch = await world.torch(undefined);
  const disk = statfsSync(world.cache);
  const rows: [string, string][] = [
    ['node', process.version],
    ['python', `${world.python.version} at ${world.python.path}`],
    ['uv', `${uv.version} at ${uv.path}`],
    ['index', (await world.indexUrls()).map(withoutCredentials).join(', ') || 'none'],
    ['torch', `${torch.closure.torch}: ${torch.source}`],
    ['cache', `${world.cache}, ${Math.floor((disk.bavail * disk.bsize) / 1e9)} GB free`],
    ['isolation', `${containment.name}: ${containment.enforced.join(', ')}`],
    ...containment.missing.map((what): [string, string] => [
      '',
      `not enforced: ${what}. Allow user namespaces, or run as root in a container with CAP_SYS_ADMIN.`,
    ]),
  ];
  context.print(`${rows.map(([name, text]) => `${name.padEnd(11)}${text}`).join('\n')}\n`);
  return containment.missing.length > 0 ? 1 : 0;
}
