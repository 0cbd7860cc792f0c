import { join } from 'node:path';
import { type OwnCheckpoints, openCheckpoints } from '../adapters/machine/checkpoints/open.ts';
import { openerOf } from '../adapters/machine/checkpoints/opener.ts';
import { deviceInWords } from '../adapters/machine/devices.ts';
import { writeText } from '../adapters/machine/files.ts';
import { openOut, takeOut } from '../adapters/machine/folders.ts';
import { earlierReport, keepOutOfGit, writeReport } from '../adapters/machine/report-folder.ts';
import { discardUnlessProtected } from '../adapters/machine/sandbox.ts';
import { sweepPorts, torchFor } from '../adapters/machine/sweep-ports.ts';
import { choiceOf, torchBuilds } from '../adapters/machine/torch-builds.ts';
import { openWorld, type World } from '../adapters/machine/world.ts';
import { cellId } from '../domain/cell.ts';
import { holdsCell } from '../domain/code-paths.ts';
import { DEFAULT_DEVICE } from '../domain/device.ts';
import { isWatched } from '../domain/environment.ts';
import type { Beforehand } from '../domain/manifest.ts';
import { addressInWords } from '../domain/package.ts';
import { STATUS, type Status, worstOf } from '../domain/status.ts';
import type { CommandLine } from '../inputs.ts';
import { type CheckoutRequest, nothingToMeasure, requestsOf } from '../intake/requests.ts';
import { plan, problemOf, sweep } from '../main.ts';
import { withOpened } from '../plan/checkpoints.ts';
import { classesOf } from '../plan/classes.ts';
import { divide, factsOfDivision } from '../plan/divide.ts';
import { allCells } from '../plan/matrix.ts';
import { selectCells } from '../plan/patterns.ts';
import type { Plan, SweepRequest } from '../plan/plan.ts';
import { measurable, rulings } from '../plan/ruled-out.ts';
import type { TorchChoice } from '../ports/torch.ts';
import { renderCheck } from '../report/check.ts';
import { withElsewhere } from '../report/devices.ts';
import { renderFindings } from '../report/diff.ts';
import { plain } from '../report/escape.ts';
import type { Report } from '../report/model.ts';
import { type PlanFacts, renderPlan } from '../report/plan.ts';
import { replacedLine } from '../report/replaced.ts';
import { renderTerminal } from '../report/terminal.ts';
import { checkStatus, exitStatus } from '../report/verdict.ts';
import { everyCell } from '../search/problem.ts';
import { groups } from '../search/requests.ts';
import { samplesOf } from '../search/strategies.ts';
import { measuredInItsTime } from '../sweep/torch-era.ts';
import type { Context } from './context.ts';
import { readEnds } from './diff.ts';
import { download } from './download.ts';

/** Measures what a version change does, and shows and writes the report. */
export async function runSweep(context: Context): Promise<Status> {
  const reports = await measured(context, renderTerminal);
  const { failOn, known } = context.line.options;
  const isKnown = knownCells(known, context.clock.date(), context.line.request.checkpoints);
  return worstOf(reports.map((report) => exitStatus(report, failOn, isKnown)));
}

/** Cells that the configuration says are broken, until the day that each entry names is over. */
function knownCells(
  known: CommandLine['options']['known'],
  today: string,
  checkpoints: SweepRequest['checkpoints'],
): (cell: string) => boolean {
  const current = known.filter(({ expires }) => expires >= today.slice(0, 10));
  const cells = current.flatMap(({ cell }) => selectCells([cell], allCells(checkpoints), []));
  const ids = new Set(cells.map(cellId));
  return (cell) => holdsCell(ids, cell);
}

/** Measures one environment, without a comparison. */
export async function runCheck(context: Context): Promise<Status> {
  return worstOf((await measured(context, renderCheck)).map(checkStatus));
}

/** Shows and writes what a sweep would do; builds nothing. */
export async function runPlan(context: Context): Promise<Status> {
  openOut(context.line.options.out);
  keepOutOfGit(context.line.options.out);
  const { world, asked } = await prepared(context);
  const written = [];
  let isWhole = true;
  for (const one of asked) {
    const { planned, known, files } = one;
    if (planned === undefined) return nothingToDo(context, one);
    const torch = await torchFor(world.index, planned);
    const ofMachine = await factsOf(world, planned, choiceOf(world, torch), { files, known });
    const facts = { ...ofMachine, ...runnerFacts(planned, context.line) };
    written.push({ ...facts, plan: planned, findings: known.findings });
    const number = asked.length > 1 ? `request ${written.length} of ${asked.length}\n` : '';
    if (!context.line.options.json) context.print(`${number}${renderPlan(facts)}`);
    if (context.line.options.download !== undefined)
      isWhole = (await download(context, world, planned, torch)) && isWhole;
  }
  const text = written.length === 1 ? written[0] : written;
  writeText(join(context.line.options.out, 'plan.json'), `${JSON.stringify(text, null, 1)}\n`);
  if (context.line.options.json) context.print(`${JSON.stringify(text)}\n`);
  return isWhole ? STATUS.fine : STATUS['not-compared'];
}

/** The reports of a run, written and shown: one for each distinct request, none where no watched library changed. */
export async function measured(context: Context, render: (report: Report) => string): Promise<readonly Report[]> {
  const { out, device } = context.line.options;
  const giveBack = takeOut(out);
  const show = ({ report }: Written) => context.print(shownAs(report, context, render));
  try {
    const written = device === 'both' ? await measuredOnBoth(context) : await measuredInto(context, show);
    if (device === 'both') for (const one of written) show(one);
    return written.map(({ report }) => report);
  } finally {
    giveBack();
  }
}

function shownAs(report: Report, { line }: Context, render: (report: Report) => string): string {
  return line.options.json ? `${JSON.stringify(report)}\n` : render(report);
}

/** The card first: where there is none nothing is measured at all. Each has half of the time, and what the first left. */
async function measuredOnBoth(context: Context): Promise<readonly Written[]> {
  const { line, clock } = context;
  const ends = clock.now() + line.request.minutes * 60_000;
  const written: Written[] = [];
  for (const device of ['cuda', 'cpu'] as const) {
    const minutes = device === 'cuda' ? line.request.minutes / 2 : Math.max(0.1, (ends - clock.now()) / 60_000);
    const options = { ...line.options, device, out: join(line.options.out, device) };
    const own = { ...context, line: { ...line, options, request: { ...line.request, minutes } } };
    if (!context.signal.aborted) written.push(...(await measuredInto(own, () => undefined)));
  }
  const reports = withElsewhere(written.map(({ report }) => report));
  const both = written.flatMap(({ out }, index) => {
    const report = reports[index];
    return report === undefined ? [] : [{ out, report }];
  });
  for (const { out, report } of both) writeReport(out, report);
  return both;
}

/** A report, and the folder that it is in. */
interface Written {
  readonly report: Report;
  readonly out: string;
}

async function measuredInto(context: Context, show: (written: Written) => void): Promise<readonly Written[]> {
  const { options } = context.line;
  const { world, asked, own } = await prepared(context);
  const reports: Written[] = [];
  for (const [index, one] of asked.entries()) {
    const { planned, known, files } = one;
    if (planned === undefined) {
      nothingToDo(context, one);
      return [];
    }
    if (context.signal.aborted) break;
    if (asked.length > 1) context.say(`request ${index + 1} of ${asked.length}`);
    const out = asked.length > 1 ? join(options.out, String(index + 1)) : options.out;
    const torch = await torchBuilds(world, planned, { out, fresh: options.fresh });
    context.say(renderPlan(await factsOf(world, planned, torch.chosen, { files, known })));
    const earlier = earlierReport(out);
    const replaced = earlier && replacedLine(earlier, planned, out);
    if (replaced !== undefined) context.say(replaced);
    let { fresh } = options;
    const { report } = await measuredInItsTime({
      ...{ planned, torch, torchGb: options.torchGb, say: context.say },
      ...{ catalog: world.index.catalog, python: world.index.python },
      measure: async (plan, version) => {
        const settings = { ...options, out, fresh, signal: context.signal, say: context.say, own };
        const { ports, machine } = await sweepPorts(world, plan, await torch.build(version), settings);
        // What the first of two sweeps measured is no longer of an earlier run.
        fresh = false;
        return sweep(plan, known, ports, machine);
      },
    });
    writeReport(out, report);
    show({ report, out });
    reports.push({ report, out });
  }
  await discardUnlessProtected(world.host, world.sandbox);
  return reports;
}

function nothingToDo(context: Context, { known: { findings }, standing }: Asked): Status {
  const reasons = plain(nothingToMeasure(standing), 4000);
  context.print(`${reasons}\n${findings.length > 0 ? `\n${renderFindings(findings)}` : ''}`);
  return STATUS.fine;
}

interface Asked {
  /** undefined where a checkout asks for nothing. */
  readonly planned: Plan | undefined;
  readonly known: Beforehand;
  readonly files: readonly string[];
  readonly standing: CheckoutRequest['standing'];
}

interface Prepared {
  readonly world: World;
  readonly asked: readonly Asked[];
  readonly own: OwnCheckpoints;
}

async function prepared(context: Context): Promise<Prepared> {
  const { folder, signal, say, line } = context;
  const { python, offline, device, oraclePath, download: collected } = line.options;
  const PEFT_SWEEP_CACHE = collected ?? context.environment.PEFT_SWEEP_CACHE;
  const environment = { ...context.environment, PEFT_SWEEP_CACHE };
  const isPlanning = line.command === 'plan';
  const world = await openWorld({ environment, folder, python, offline, device, oraclePath, isPlanning, signal, say });
  if (world.host.noCard !== undefined) say(`Planned for a machine with a card. ${world.host.noCard}`);
  // Without uv nothing can be built: that is said first.
  await world.index.uv();
  const isBare = line.command !== 'check' && line.request.changes.length === 0;
  const requests: readonly CheckoutRequest[] = isBare
    ? await requestsOf(line.request, await readEnds(context), world.index)
    : [{ request: line.request, known: { findings: [] }, files: [], standing: [] }];
  const { checkpoints, own } = await openCheckpoints(line.request.checkpoints, openerOf(world));
  const asked: Asked[] = [];
  for (const { request, ...rest } of requests) {
    const isNothing = isBare && request.changes.length === 0;
    const planned = isNothing
      ? undefined
      : await plan(withOpened(onDevice(request, world), checkpoints), world.index.catalog, world.index.python);
    asked.push({ ...rest, planned });
  }
  return { world, asked, own };
}

/** The default device stays unsaid, so that a plan is what it was before there was another. */
function onDevice(request: SweepRequest, { host }: World): SweepRequest {
  return host.device.name === DEFAULT_DEVICE ? request : { ...request, device: host.device.name };
}

/** What a workflow with the classes of the configuration would measure where; nothing where it names none. */
function runnerFacts({ cells, minutes }: Plan, { options }: CommandLine): Pick<PlanFacts, 'runners'> {
  if (Object.keys(options.runners).length === 0) return {};
  const { device, usd } = options;
  const limits = { minutes, usd };
  const classes = classesOf(options.runners, device === 'cpu' || device === 'cuda' ? device : undefined);
  return { runners: factsOfDivision(divide(cells, classes, limits), limits) };
}

async function factsOf(
  world: World,
  planned: Plan,
  torch: TorchChoice,
  { files, known }: Pick<Asked, 'files' | 'known'>,
): Promise<PlanFacts> {
  const problem = problemOf(planned);
  const { name, missing } = await world.sandbox.containment();
  return {
    changes: planned.changes.map((change) => ({ ...change, samples: samplesOf(planned.search, change).length })),
    held: planned.held,
    cells: planned.cells.length,
    chosenBy: planned.chosenBy,
    sources: [...new Set(Object.values(planned.sources))],
    guessed: planned.guessed ?? [],
    configurations: planned.configurations,
    beside: planned.beside?.length ?? 0,
    unsure: known.findings.flatMap(({ kind, file, line }) => (kind === 'cells-unsure' ? [`${file}:${line}`] : [])),
    files,
    locked: Object.keys(planned.locked.head).length,
    lockedAt: lockedWatched(planned),
    controls: problem.controls.length,
    ruledOut: rulings(planned.cells, planned),
    packageSets: groups(problem, measurable(everyCell(problem), planned)).length,
    environments: planned.environments,
    minutes: planned.minutes,
    torch,
    device: deviceInWords(world.host),
    python: world.host.python.version,
    containment: { name, missing },
    indexes: (await world.index.addresses()).map(addressInWords),
  };
}

/** Watched libraries that the user's lock decides about, at head: what changes and what is held is named anyway. */
function lockedWatched({ locked, held, changes }: Plan): Readonly<Record<string, string>> {
  const named = [...Object.keys(held), ...changes.map(({ library }) => library)];
  const entries = Object.entries(locked.head);
  return Object.fromEntries(entries.filter(([name]) => isWatched(name) && !named.includes(name)));
}
