import { join } from 'node:path';
import { takeOut } from '../adapters/machine/folders.ts';
import { earlierReport, writeReport } from '../adapters/machine/report-folder.ts';
import { discardUnlessProtected } from '../adapters/machine/sandbox.ts';
import { sweepPorts } from '../adapters/machine/sweep-ports.ts';
import { torchBuilds } from '../adapters/machine/torch-builds.ts';
import { cellId } from '../domain/cell.ts';
import { holdsCell } from '../domain/code-paths.ts';
import { type Status, worstOf } from '../domain/status.ts';
import type { CommandLine } from '../inputs.ts';
import { sweep } from '../main.ts';
import { allCells } from '../plan/matrix.ts';
import { selectCells } from '../plan/patterns.ts';
import type { SweepRequest } from '../plan/plan.ts';
import { renderCheck } from '../report/check.ts';
import { withElsewhere } from '../report/devices.ts';
import type { Report } from '../report/model.ts';
import { renderPlan } from '../report/plan.ts';
import { replacedLine } from '../report/replaced.ts';
import { renderTerminal } from '../report/terminal.ts';
import { checkStatus, exitStatus } from '../report/verdict.ts';
import { measuredInItsTime } from '../sweep/torch-era.ts';
import type { Context } from './context.ts';
import { factsOf } from './plan-facts.ts';
import { nothingToDo, prepared } from './prepared.ts';

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
