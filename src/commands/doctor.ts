import { existsSync, lstatSync, readdirSync, readFileSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { openWorld } from '../adapters/machine/world.ts';
import { withoutCredentials } from '../domain/package.ts';
import { checkRunner, checkSetup } from '../setup/check.ts';
import type { Context } from './context.ts';

/** Says what this machine has, what a probe is kept from here, and what to change. */
export async function runDoctor(context: Context): Promise<number> {
  const { environment, folder, signal, say, line } = context;
  const { python, offline } = line.options;
  const { host, index, sandbox } = await openWorld({ environment, folder, signal, python, offline, say });
  const uv = await index.uv();
  const containment = await sandbox.containment();
  const torch = await index.torch(undefined);
  const disk = statfsSync(host.cache);
  const rows: [string, string][] = [
    ['node', process.version],
    ['python', `${host.python.version} at ${host.python.path}`],
    ['uv', `${uv.version} at ${uv.path}`],
    ['index', (await index.addresses()).map(withoutCredentials).join(', ') || 'none'],
    ['torch', `${torch.closure.torch}: ${torch.source}`],
    ['cache', `${host.cache}, ${Math.floor((disk.bavail * disk.bsize) / 1e9)} GB free`],
    ['isolation', `${containment.name}: ${containment.enforced.join(', ')}`],
    ...containment.missing.map((what): [string, string] => [
      '',
      `not enforced: ${what}. Allow user namespaces, or run as root in a container with CAP_SYS_ADMIN.`,
    ]),
  ];
  const setup = [
    ...checkSetup(githubFiles(folder)),
    ...checkRunner(environment.RUNNER_ENVIRONMENT, runnerSettings(environment)),
  ];
  for (const { file, message } of setup)
    rows.push([rows.some(([name]) => name === 'workflows') ? '' : 'workflows', `${file}: ${message}`]);
  context.print(`${rows.map(([name, text]) => `${name.padEnd(11)}${text}`).join('\n')}\n`);
  return containment.missing.length > 0 || setup.length > 0 ? 1 : 0;
}

/** Workflows and bot settings of the checkout; none where there is no checkout. */
function githubFiles(folder: string): ReadonlyMap<string, string> {
  const names = ['.github/dependabot.yml', '.github/dependabot.yaml'];
  const workflows = join(folder, '.github', 'workflows');
  if (existsSync(workflows)) names.push(...readdirSync(workflows).map((name) => `.github/workflows/${name}`));
  const present = names.filter((name) => existsSync(join(folder, name)) && lstatSync(join(folder, name)).isFile());
  return new Map(present.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** The settings of a runner of GitHub stand three folders above the workspace: `_work/NAME/NAME`. */
function runnerSettings({ GITHUB_WORKSPACE }: Context['environment']): string | undefined {
  const file = GITHUB_WORKSPACE ? join(GITHUB_WORKSPACE, '..', '..', '..', '.runner') : undefined;
  return file !== undefined && existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
