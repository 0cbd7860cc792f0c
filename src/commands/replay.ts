import { join, resolve } from 'node:path';
import { take } from '../adapters/machine/capacity.ts';
import { openerOf } from '../adapters/machine/checkpoints/opener.ts';
import { cardsNow } from '../adapters/machine/devices.ts';
import { isBuilt } from '../adapters/machine/environments.ts';
import { readText } from '../adapters/machine/files.ts';
import { findHandover } from '../adapters/machine/handover.ts';
import { PythonProbes } from '../adapters/machine/probes.ts';
import { readReport } from '../adapters/machine/report-folder.ts';
import { environmentsFor } from '../adapters/machine/sweep-ports.ts';
import { openWorld, type World } from '../adapters/machine/world.ts';
import { cellId, parseCellId } from '../domain/cell.ts';
import { ownForProbe } from '../domain/code-paths.ts';
import { withLoadedAtBase } from '../domain/loaded-at-base.ts';
import { STATUS, type Status } from '../domain/status.ts';
import { UserError } from '../errors.ts';
import { packagesOf } from '../plan/matrix.ts';
import { isOfBase } from '../report/explain.ts';
import type { Report } from '../report/model.ts';
import { renderScript } from '../report/script.ts';
import { parseRecord } from '../result/probe-record.ts';
import { judge } from '../sweep/judge.ts';
import type { Context } from './context.ts';
import { ownOfCell } from './own-of-cell.ts';

/** Runs one cell once more in one environment of an earlier run, with what its base left, and shows all that it prints. */
export async function runReplay(context: Context): Promise<Status> {
  const { line, environment, folder, signal, say } = context;
  const [typed = ''] = line.operands;
  const { report, cell, id } = located(typed, line.options.out);
  const { python, offline, device } = line.options;
  const world = await openWorld({ environment, folder, signal, python, offline, device, say });
  const { host, sandbox } = world;
  if (line.options.script) {
    context.print(scriptOf(report, cell, id, sandbox.warden.program));
    return STATUS.fine;
  }
  const own = await ownOfCell(cell, line.request.checkpoints, openerOf(world));
  await rebuilt(context, world, id);
  const left = findHandover(join(resolve(line.options.out), 'handover'), cell);
  const base = report.results.find((one) => one.cell === cell && isOfBase(report, one));
  const isBase = left === undefined || left.environmentId === id;
  const probes = new PythonProbes({
    cache: host.cache,
    program: sandbox.warden.program,
    handover: left?.folder ?? join(resolve(line.options.out), 'handover'),
    containment: await sandbox.containment(),
    show: sandbox.show,
    signal: context.signal,
    start: host.start,
    cards: () => cardsNow(host),
    own,
  });
  const job = {
    cells: [
      {
        ...parseCellId(cell),
        id: cell,
        packages: packagesOf(parseCellId(cell)),
        ...ownForProbe(parseCellId(cell), report.configurations),
        leaves: false,
        thorough: true,
      },
    ],
    packages: packagesOf(parseCellId(cell)),
    device: host.device,
    width: 1,
    saveHandover: false,
  };
  const carried = isBase ? job : { ...job, carryFrom: left.environmentId };
  let outcome: string | undefined;
  const end = await probes.run(id, carried, (text) => {
    const record = parseRecord(text);
    if (record?.kind !== 'cell') return;
    const result = withLoadedAtBase(judge(record, { device: host.device }), base);
    outcome = result.outcome;
    context.print(`${cell}@${id}: ${result.outcome}\n`);
    for (const [stage, state] of Object.entries(result.stages)) context.print(`  ${stage.padEnd(9)} ${state}\n`);
    for (const failure of record.failures)
      context.print(
        `  ${failure.stage}: ${failure.type}: ${failure.message}\n${failure.frames.map((frame) => `      ${frame}\n`).join('')}`,
      );
    if (record.output) context.print(`${record.output}\n`);
  });
  if (outcome === undefined)
    say(`The probe ended without a record (${end.how} ${end.code}). ${end.output.trim().slice(-500)}`);
  if (outcome === 'pass' || outcome === 'unsupported') return STATUS.fine;
  return outcome === 'fail' || outcome === 'wrong' ? STATUS.found : STATUS['not-compared'];
}

/** The same as one Python file. `program` is the folder of the probe, where the checkpoints are. */
function scriptOf({ results, environments }: Report, cell: string, id: string, program: string): string {
  const environment = environments.find((one) => one.id === id);
  const [failure] = results.find((one) => one.cell === cell && one.environment === id)?.failures ?? [];
  const parsed = parseCellId(cell);
  const config = readText(join(program, 'checkpoints', parsed.architecture, 'config.json')) ?? '{}';
  const { pins = {}, python = '3' } = environment ?? {};
  return renderScript({ cell: parsed, pins, python, config: JSON.parse(config), failure });
}

function located(
  typed: string,
  out: string,
): {
  readonly report: Report;
  readonly cell: string;
  readonly id: string;
} {
  const [cell = '', id = ''] = typed.split('@');
  if (id === '')
    throw new UserError(
      'Name a cell and an environment, e.g. `peft-sweep replay lora/none/llama/causal-lm@1b77c0de92aa`.',
    );
  const report = readReport(out);
  const known = report.results.find((result) => result.cell === cellId(parseCellId(cell)) && result.environment === id);
  if (known === undefined) {
    const where = report.results.filter((result) => result.cell === cell).map((result) => result.environment);
    const hint =
      where.length > 0
        ? ` It was measured in: ${[...new Set(where)].join(', ')}.`
        : ' `peft-sweep explain` lists what was.';
    throw new UserError(`\`${typed}\` was not measured in \`${out}\`.${hint}`);
  }
  return { report, cell, id };
}

async function rebuilt(context: Context, world: World, id: string): Promise<void> {
  take(world.host.cache, id);
  if (isBuilt(world.host.cache, id)) return;
  const file = join(context.line.options.out, 'locks', `${id}.txt`);
  const lock = readText(file);
  if (lock === undefined) throw new UserError(`The lock \`${file}\` is gone. Run the sweep again.`);
  const { out, cacheGb } = context.line.options;
  const torch = await world.index.torch(undefined);
  const environments = await environmentsFor(world, torch, { out: resolve(out), cacheGb, say: context.say });
  const failed = await environments.build(id, lock);
  if (failed)
    throw new UserError(
      `The environment ${id} could not be built again: ${failed.status === 'built' ? '' : failed.why}`,
    );
}
