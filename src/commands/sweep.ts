import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withoutCredentials } from '../adapters/index-settings.ts';
import type { TorchBuild } from '../adapters/torch.ts';
import { openWorld, sweepWorld, type World } from '../adapters/world.ts';
import { plan, problemOf, sweep } from '../main.ts';
import type { Plan } from '../plan/plan.ts';
import { renderCheck } from '../report/check.ts';
import type { Report } from '../report/model.ts';
import { type PlanFacts, renderPlan } from '../report/plan.ts';
import { renderTerminal } from '../report/terminal.ts';
import { checkStatus, exitStatus } from '../report/verdict.ts';
import { groups } from '../search/requests.ts';
import type { Context } from './context.ts';
import { writeReport } from './files.ts';

/** Measures what a version change does, and shows and writes the report. */
export async function runSweep(context: Context): Promise<number> {
  const report = await measured(context, renderTerminal);
  return exitStatus(report, context.line.options.failOn);
}

/** Measures one environment, without a comparison. */
export async function runCheck(context: Context): Promise<number> {
  return checkStatus(await measured(context, renderCheck));
}

/** Shows and writes what a sweep would do; builds nothing. */
export async function runPlan(context: Context): Promise<number> {
  const { world, planned, torch } = await prepared(context);
  const facts = await factsOf(world, planned, torch);
  mkdirSync(context.line.options.out, { recursive: true });
  writeFileSync(
    join(context.line.options.out, 'plan.json'),
    `${JSON.stringify({ ...facts, plan: planned }, null, 1)}\n`,
  );
  context.print(context.line.options.json ? `${JSON.stringify({ ...facts, plan: planned })}\n` : renderPlan(facts));
  return 0;
}

export async function measured(context: Context, render: (report: Report) => string): Promise<Report> {
  const { options } = context.line;
  const { world, planned, torch } = await prepared(context);
  context.say(renderPlan(await factsOf(world, planned, torch)));
  const { ports, machine } = await sweepWorld(world, planned, torch, {
    ...options,
    jobs: options.jobs,
    signal: context.signal,
    say: context.say,
  });
  const report = await sweep(planned, ports, machine);
  writeReport(options.out, report);
  await world.discardUnlessProtected();
  context.print(options.json ? `${JSON.stringify(report)}\n` : render(report));
  return report;
}

async function prepared(context: Context): Promise<{ world: World; planned: Plan; torch: TorchBuild }> {
  const { environment, folder, say, line } = context;
  const world = await openWorld({
    environment,
    folder,
    python: line.options.python,
    offline: line.options.offline,
    say,
  });
  const planned = await plan(line.request, world.catalog, world.python.version);
  const torch = await world.torch(
    line.request.held.torch ?? planned.changes.find(({ library }) => library === 'torch')?.from,
  );
  return { world, planned, torch };
}

async function factsOf(world: World, planned: Plan, torch: TorchBuild): Promise<PlanFacts> {
  const problem = problemOf(planned);
  const { name, missing } = await world.containment();
  return {
    changes: planned.changes,
    held: planned.held,
    cells: planned.cells.length,
    controls: problem.controls.length,
    packageSets: groups(problem, [...problem.controls, ...planned.cells]).length,
    environments: planned.environments,
    minutes: planned.minutes,
    torch: {
      version: torch.closure.torch ?? 'unknown',
      source: torch.source,
      bytes: torch.bytes,
      stored: isStored(world.cache, torch),
    },
    python: world.python.version,
    containment: { name, missing },
    indexes: (await world.indexUrls()).map(withoutCredentials),
  };
}

/** Whether this build was unpacked before: every environment with it leaves this mark. */
function isStored(cache: string, torch: TorchBuild): boolean {
  return existsSync(join(cache, 'stored', `torch-${torch.closure.torch}`));
}
