/** The sweep job: measures one shard of the plan. Holds no token; what it leaves is foreign data for the next job. */
import { join } from 'node:path';
import * as core from '@actions/core';
import { openCheckpoints } from '../../adapters/machine/checkpoints/open.ts';
import { openerOf } from '../../adapters/machine/checkpoints/opener.ts';
import { writeText } from '../../adapters/machine/files.ts';
import { takeOut } from '../../adapters/machine/folders.ts';
import { writeReport } from '../../adapters/machine/report-folder.ts';
import { discardUnlessProtected } from '../../adapters/machine/sandbox.ts';
import { sweepPorts } from '../../adapters/machine/sweep-ports.ts';
import { torchBuilds } from '../../adapters/machine/torch-builds.ts';
import { openWorld } from '../../adapters/machine/world.ts';
import type { Measurement } from '../../domain/search.ts';
import { UserError } from '../../errors.ts';
import type { CommandLine } from '../../inputs.ts';
import { sweep } from '../../main.ts';
import { unfitOnes } from '../../plan/checkpoints.ts';
import type { Plan } from '../../plan/plan.ts';
import type { PlanFile } from '../../plan/plan-file.ts';
import { planOfShard, type Shard } from '../../plan/shards.ts';
import type { Machine, Surroundings } from '../../ports/machine.ts';
import type { Report } from '../../report/model.ts';
import { type InItsTime, measuredInItsTime } from '../../sweep/torch-era.ts';

export function shardInput(file: PlanFile): Shard {
  const id = core.getInput('shard', { required: true });
  const shard = file.shards.find((one) => one.id === id);
  if (shard === undefined)
    throw new UserError(`The plan has no shard \`${id}\`. It has: ${file.shards.map((one) => one.id).join(', ')}.`);
  return shard;
}

export interface Tell {
  /** Before the first cell is measured. */
  readonly begun?: (machine: Machine) => void;
  readonly watch?: (history: readonly Measurement[], planned: Plan) => Promise<void>;
}

export async function sweepShard(
  file: PlanFile,
  shard: Shard,
  out: string,
  around: Surroundings,
  options: CommandLine['options'],
  tell: Tell,
): Promise<InItsTime> {
  const whole = file.requests[shard.request]?.plan;
  if (whole === undefined) throw new UserError('The plan has no request for this shard.');
  const planned = planOfShard(whole, shard);
  const giveBack = takeOut(out);
  try {
    return await measuredShard(planned, out, around, options, tell);
  } finally {
    giveBack();
  }
}

async function measuredShard(
  whole: Plan,
  out: string,
  around: Surroundings,
  options: CommandLine['options'],
  { begun, watch }: Tell,
): Promise<InItsTime> {
  const { python, offline, oraclePath, torchGb } = options;
  const world = await openWorld({ ...around, python, offline, oraclePath, device: whole.device });
  const { checkpoints, own } = await openCheckpoints(whole.checkpoints, openerOf(world));
  const planned = whole.checkpoints === undefined ? whole : { ...whole, checkpoints };
  const unfit = unfitOnes(checkpoints).map((message) => ({ kind: UNFIT, message }));
  const torch = await torchBuilds(world, planned, { out, fresh: options.fresh });
  const settings = { ...options, out, jobs: options.jobs, signal: around.signal, say: around.say, own };
  const measured = await measuredInItsTime({
    ...{ planned, torch, torchGb, say: around.say, catalog: world.index.catalog, python: world.index.python },
    measure: async (plan, version) => {
      const { ports, machine } = await sweepPorts(world, plan, await torch.build(version), settings);
      begun?.(machine);
      const watched = watch ? { ...ports, watch: (history: readonly Measurement[]) => watch(history, plan) } : ports;
      return sweep(plan, { findings: unfit }, watched, machine);
    },
  });
  writeReport(out, measured.report);
  await discardUnlessProtected(world.host, world.sandbox);
  return measured;
}

type MachineFacts = Pick<Report['run'], 'python' | 'torch' | 'device' | 'containment' | 'ms' | 'stoppedBy' | 'probe'>;

/** A checkpoint of the user's own that this machine could not measure. */
const UNFIT = 'checkpoint';

interface Said {
  readonly why?: string | undefined;
  readonly findings?: Report['findings'];
}

/**
 * Names the shard and the plan that it belongs to, and the facts of the machine. Written before the first measurement
 * too: a job that is killed leaves what it had measured. `why`: why cells were not measured with the torch of their time.
 */
export function writeShard(
  out: string,
  shard: Shard,
  sha256: string,
  run: MachineFacts,
  { why, findings = [] }: Said = {},
): void {
  const { python, torch, device, containment, ms, stoppedBy, probe } = run;
  const facts = { python, torch, device, containment, ms, stoppedBy, probe };
  const unfit = findings.filter(({ kind }) => kind === UNFIT).map(({ message }) => message.slice(0, 1000));
  const text = {
    ...{ shard: shard.id, plan: sha256, run: facts },
    ...(why !== undefined && { torchOfItsTime: why }),
    ...(unfit.length > 0 && { unfit }),
  };
  writeText(join(out, 'shard.json'), `${JSON.stringify(text)}\n`);
}

/** What is true of a shard until it is done. */
export function begunRun(machine: Machine): MachineFacts {
  return { ...machine, ms: 0, stoppedBy: 'interrupted' };
}
