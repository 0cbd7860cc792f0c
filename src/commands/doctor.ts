import { deviceInWords, deviceProblems } from '../adapters/machine/devices.ts';
import { freeBytes } from '../adapters/machine/disk.ts';
import { githubFiles, runnerSettings } from '../adapters/machine/github-folder.ts';
import { openWorld } from '../adapters/machine/world.ts';
import type { Found } from '../adapters/oracle/open.ts';
import { withoutCredentials } from '../domain/package.ts';
import { STATUS, type Status } from '../domain/status.ts';
import { checkRunner, checkSetup } from '../setup/check.ts';
import type { Context } from './context.ts';

function oracleInWords(found: Found): string {
  if (found.kind === 'asked') return 'off, as was asked';
  return found.kind === 'on' ? 'on: numbers are checked against reference graphs' : `off: ${found.why}`;
}

/** Says what this machine has, what a probe is kept from here, and what to change. */
export async function runDoctor(context: Context): Promise<Status> {
  const { environment, folder, signal, say, line } = context;
  const { python, offline, device, oraclePath } = line.options;
  const { host, index, sandbox, foundOracle } = await openWorld({
    ...{ environment, folder, signal, python, offline, say, device, oraclePath },
    isPlanning: true,
  });
  const uv = await index.uv();
  const containment = await sandbox.containment();
  const torch = await index.torch(undefined);
  const ofDevice = deviceProblems(host);
  const rows: [string, string][] = [
    ['node', host.node],
    ['python', `${host.python.version} at ${host.python.path}`],
    ['uv', `${uv.version} at ${uv.path}`],
    ['index', (await index.addresses()).map(withoutCredentials).join(', ') || 'find-links folders only'],
    ['torch', `${torch.closure.torch}: ${torch.source}`],
    ['device', deviceInWords(host)],
    ...ofDevice.map((what): [string, string] => ['', what]),
    ['oracle', oracleInWords(await foundOracle())],
    ['cache', `${host.cache}, ${Math.floor(freeBytes(host.cache) / 1e9)} GB free`],
    [
      'isolation',
      `${containment.name}: ${containment.enforced.filter((claim) => !containment.name.includes(claim)).join(', ')}`,
    ],
    ...containment.missing.map((what): [string, string] => [
      '',
      `not enforced: ${what}. Allow user namespaces, or run as root in a container with CAP_SYS_ADMIN.`,
    ]),
  ];
  const setup = [
    ...checkSetup(githubFiles(folder)),
    ...checkRunner(environment.RUNNER_ENVIRONMENT, runnerSettings(environment)),
  ];
  const ofWorkflows = setup.map(({ file, message }) => `${file}: ${message}`);
  if (setup.length === 0) ofWorkflows.push('one calls peft-sweep, and lacks nothing');
  rows.push(...ofWorkflows.map((text, index): [string, string] => [index === 0 ? 'workflows' : '', text]));
  context.print(`${rows.map(([name, text]) => `${name.padEnd(11)}${text}`).join('\n')}\n`);
  const isLacking = ofDevice.length > 0 || containment.missing.length > 0 || setup.some(({ isNote }) => !isNote);
  return isLacking ? STATUS.found : STATUS.fine;
}
