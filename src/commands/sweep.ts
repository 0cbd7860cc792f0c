import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TorchBuild } from '../adapters/torch.ts';
import { openWorld, sweepWorld, type World } from '../adapters/world.ts';
import type { Finding } from '../domain/manifest.ts';
import { withoutCredentials } from '../domain/package.ts';
import { plan, problemOf, sweep } from '../main.ts';
import type { Plan } from '../plan/plan.ts';
import { renderCheck } from '../report/check.ts';
import { renderDiff } from '../report/diff.ts';
import type { Report } from '../report/model.ts';
import { type PlanFacts, renderPlan } from '../report/plan.ts';
import { renderTerminal } from '../report/terminal.ts';
import { checkStatus, exitStatus } from '../report/verdict.ts';
import { groups } from '../search/requests.ts';
import { requestFromCheckout } from './checkout.ts';
import type { Context } from './context.ts';
import { writeReport } from './files.ts';

/** Measures what a version change does, and shows and writes the report. */
export async function runSweep(context: Context): Promise<number> {
  const report = await measured(context, renderTerminal);
  return report === undefined ? 0 : exitStatus(report, context.line.options.failOn);
}

/** Measures one environment, without a comparison. */
export async function runCheck(context: Context): Promise<number> {
  const report = await measured(context, renderCheck);
  return report === undefined ? 0 : checkStatus(report);
}

/** Shows and writes what a sweep would do; builds nothing. */
export async function runPlan(context: Context): Promise<number> {
  const { world, planned, torch, findings } = await prepared(context);
  if (planned === undefined) return nothingToDo(context, findings);
  const facts = await factsOf(world, planned, torch);
  const written = { ...facts, plan: planned, findings };
  mkdirSync(context.line.options.out, { recursive: true });
  writeFileSync(join(context.line.options.out, 'plan.json'), `${JSON.stringify(written, null, 1)}\n`);
  context.print(context.line.options.json ? `${JSON.stringify(written)}\n` : renderPlan(facts));
  return 0;
}

/** The report of a run, written and shown; undefined where no watched library changed. */
export async function measured(context: Context, render: (report: Report) => string): Promise<Report | undefined> {
  const { options } = context.line;
  const { world, planned, torch, findings } = await prepared(context);
  if (planned === undefined) {
    nothingToDo(context, findings);
    return undefined;
  }
  context.say(renderPlan(await factsOf(world, planned, torch)));
  const settings = { ...options, jobs: options.jobs, signal: context.signal, say: context.say };
  const { ports, machine } = await sweepWorld(world, planned, torch, settings);
  const report = await sweep(planned, findings, ports, machine);
  writeReport(options.out, report);
  await world.discardUnlessProtected();
  context.print(options.json ? `${JSON.stringify(report)}\n` : render(report));
  return report;
}

function nothingToDo(context: Context, findings: readonly Finding[]): number {
  context.print(
    `No watched library changed: nothing to measure.\n${findings.length > 0 ? `\n${renderDiff([], findings)}` : ''}`,
  );
  return 0;
}

interface Prepared {
  readonly world: World;
  /** undefined where a checkout asks for nothing. */
  readonly planned: Plan | undefined;
  readonly torch: TorchBuild;
  readonly findings: readonly Finding[];
}

async function prepared(context: Context): Promise<Prepared> {
  const { environment, folder, say, line } = context;
  const { python, offline } = line.options;
  const world = await openWorld({ environment, folder, python, offline, say });
  const isBare = line.command !== 'check' && line.request.changes.length === 0;
  const { request, findings } = isBare
    ? await requestFromCheckout(context, world)
    : { request: line.request, findings: [] };
  const isNothing = isBare && request.changes.length === 0;
  const planned = isNothing ? undefined : await plan(request, world.catalog, world.python.version);
  const sweptTorch = planned?.changes.find(({ library }) => library === 'torch')?.from;
  const torch = await world.torch(request.held.torch ?? sweptTorch);
  return { world, planned, torch, findings };
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
