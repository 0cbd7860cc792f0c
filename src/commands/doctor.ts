import { deviceInWords, deviceProblems } from '../adapters/machine/devices.ts';
import { freeBytes } from '../adapters/machine/disk.ts';
import { githubFiles, runnerSettings } from '../adapters/machine/github-folder.ts';
import { openWorld } from '../adapters/machine/world.ts';
import type { Found } from '../adapters/oracle/open.ts';
import { STATUS, type Status } from '../domain/status.ts';
import { type DoctorFacts, renderDoctor } from '../report/doctor.ts';
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
  const { closure, source } = await index.torch(undefined);
  const ofDevice = deviceProblems(host);
  const setup = [
    ...checkSetup(githubFiles(folder)),
    ...checkRunner(environment.RUNNER_ENVIRONMENT, runnerSettings(environment)),
  ];
  const facts: DoctorFacts = {
    node: host.node,
    python: host.python,
    uv,
    indexes: await index.addresses(),
    torch: `${closure.torch}: ${source}`,
    device: deviceInWords(host),
    deviceProblems: ofDevice,
    oracle: oracleInWords(await foundOracle()),
    cache: { folder: host.cache, freeBytes: freeBytes(host.cache) },
    containment,
    setup: setup.map(({ file, message }) => `${file}: ${message}`),
  };
  context.print(renderDoctor(facts));
  const isLacking = ofDevice.length > 0 || containment.missing.length > 0 || setup.some(({ isNote }) => !isNote);
  return isLacking ? STATUS.found : STATUS.fine;
}
