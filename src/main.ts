/** The product's sentence: look up the releases, plan, search and measure until nothing is left to ask, report. */

import { ownForProbe } from './domain/code-paths.ts';
import type { EnvironmentRequest } from './domain/environment.ts';
import type { Beforehand, Finding } from './domain/manifest.ts';
import type { Measurement } from './domain/search.ts';
import type { Release } from './domain/version.ts';
import { UserError } from './errors.ts';
import { patchesFor } from './pins/patches.ts';
import { propose } from './pins/propose.ts';
import { packagesOf, QUANTIZATIONS } from './plan/matrix.ts';
import { librariesOf, makePlan, type Plan, type SweepRequest } from './plan/plan.ts';
import { measurable, ruledOut } from './plan/ruled-out.ts';
import type { Catalog } from './ports/catalog.ts';
import type { Preferences } from './ports/environments.ts';
import type { Machine } from './ports/machine.ts';
import type { Ports } from './ports/sweep.ts';
import { buildReport } from './report/build.ts';
import type { Report } from './report/model.ts';
import { conclude } from './search/conclude.ts';
import { Evidence } from './search/evidence.ts';
import { foresee } from './search/foresee.ts';
import { leftUndone } from './search/left-undone.ts';
import { next } from './search/next.ts';
import { controlsOf, everyCell, type Problem } from './search/problem.ts';
import { baseRequest, groups } from './search/requests.ts';
import { looksAhead } from './sweep/ahead.ts';
import { measureBatch } from './sweep/measure.ts';
import { oracleJudge } from './sweep/oracle-judge.ts';

export async function plan(request: SweepRequest, catalog: Catalog, python: string): Promise<Plan> {
  const problems: string[] = [];
  const releases = await lookUp(request, catalog, problems);
  const planned = makePlan(request, releases, python, problems);
  if (planned === undefined || problems.length > 0) throw new UserError(problems);
  const asks = await Promise.all(planned.changes.map(({ library, to }) => catalog.requires(library, to)));
  return { ...planned, asks: [...new Set(asks.flat())] };
}

export async function sweep(planned: Plan, known: Beforehand, ports: Ports, machine: Machine): Promise<Report> {
  const began = { at: ports.clock.now(), date: ports.clock.date() };
  const { history, stoppedBy } = await search(problemOf(planned), planned, ports, machine).finally(() =>
    ports.probes.expect([]),
  );
  const { width: _width, ...facts } = machine;
  const findings = [...known.findings, ...(await findingsOf(planned, ports, machine))];
  const run = { ...facts, started: began.date, ms: ports.clock.now() - began.at, stoppedBy, held: { ...planned.held } };
  return reportOf(planned, history, { ...known, findings }, run);
}

/** What a history of measurements comes to. Pure: a job that only gathers calls it with what others measured. */
export function reportOf(
  planned: Plan,
  history: readonly Measurement[],
  known: Beforehand,
  run: Report['run'],
): Report {
  const conclusions = conclude(new Evidence(problemOf(planned), history));
  const pins = propose(conclusions.measuredPins);
  return buildReport({
    run: { ...run, held: { ...planned.held } },
    changes: planned.changes,
    cells: planned.cells,
    sources: planned.sources,
    configurations: planned.configurations,
    conclusions,
    pins,
    patches: patchesFor(pins, { manifests: [], contents: new Map(), ...known.patchable }),
    history,
    findings: [...known.findings.map(({ stops: _stops, ...finding }) => finding), ...contestedIn(history)],
    bytesPerWeight: Object.fromEntries(
      Object.entries(QUANTIZATIONS).map(([name, { bytesPerWeight }]) => [name, bytesPerWeight]),
    ),
  });
}

function contestedIn(history: readonly Measurement[]): readonly { readonly kind: string; readonly message: string }[] {
  const said = history.flatMap(({ environment }) =>
    environment.status === 'built' ? (environment.contested ?? []) : [],
  );
  return [...new Set(said)].map((message) => ({ kind: 'contested-files', message }));
}

/** What can be said without a run. */
async function findingsOf(planned: Plan, ports: Ports, machine: Machine): Promise<readonly Finding[]> {
  const findings: Finding[] = machine.containment.missing.map((what) => ({
    kind: 'containment',
    message: `Not enforced on this machine: ${what}.`,
  }));
  for (const { library } of planned.changes) {
    const releases = await ports.catalog.releases(library);
    if (releases.every(({ uploaded }) => uploaded === undefined))
      findings.push({
        kind: 'no-dates',
        message: `The index gives no upload dates for ${library}: what nobody pins is as new as it can be.`,
      });
  }
  return findings;
}

async function lookUp(
  request: SweepRequest,
  catalog: Catalog,
  problems: string[],
): Promise<ReadonlyMap<string, readonly Release[]>> {
  const found = await Promise.all(
    librariesOf(request).map(async (library) => {
      try {
        return [library, await catalog.releases(library)] as const;
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        problems.push(...error.lines);
        return [library, []] as const;
      }
    }),
  );
  return new Map(found);
}

export function problemOf(planned: Plan): Problem {
  const { changes, held, cells, alternatives, partners, asks = [], environments, search: strategy, device } = planned;
  return {
    changes,
    held,
    cells,
    controls: controlsOf(cells),
    alternatives,
    partners,
    asks,
    packagesOf,
    ruledOut: (cell) => ruledOut(cell, planned),
    environments,
    search: strategy,
    device,
  };
}

/** Asks and measures until the search is done, the time is up, or the user stops it. */
async function search(problem: Problem, planned: Plan, ports: Ports, machine: Machine) {
  const deadline = ports.clock.now() + planned.minutes * 60_000;
  const isOver = () => ports.clock.now() >= deadline;
  const isStopped = () => ports.isInterrupted() || isOver();
  let isDone = false;
  const evidence = new Evidence(problem);
  const { history } = evidence;
  const isHead = ({ pins }: EnvironmentRequest) => planned.changes.every(({ library, to }) => pins[library] === to);
  const packageSets = groups(problem, measurable(everyCell(problem), planned)).map((group) => group.packages);
  const preferencesIn = (known: Evidence, request: EnvironmentRequest): Preferences => {
    const measured = [request.packages, ...packageSets]
      .map((packages) => known.baseLock(packages))
      .find((lock) => lock !== undefined);
    const written = isHead(request) ? planned.locked.head : planned.locked.base;
    return { versions: { ...measured, ...written }, ofAnyDate: Object.keys(written) };
  };
  const settings = {
    width: machine.width,
    packagesOf,
    ownOf: (cell: { readonly method: string }) => ownForProbe(cell, planned.configurations),
    baseOf: (request: { readonly packages: readonly string[] }) => baseRequest(problem, request.packages),
    preferencesOf: (request: EnvironmentRequest) => preferencesIn(evidence, request),
    lookAhead: looksAhead(
      ports.environments,
      ports.probes,
      (measured, running) =>
        foresee(problem, [...history, ...measured], running).map(({ question, environment, evidence: guessed }) => ({
          question,
          environment,
          preferences: preferencesIn(guessed, question.environment),
        })),
      () => isDone || isStopped(),
    ),
    isStopped,
    ...(planned.changes.length === 0 ? { nameOf: () => 'check' } : {}),
    left: () => Math.max(0, deadline - ports.clock.now()),
  };
  const judges = ports.oracle === undefined ? [] : [oracleJudge(ports.oracle, ports.progress)];
  for (;;) {
    const step = next(evidence);
    isDone = step.kind === 'done';
    if (step.kind === 'done' && !ports.isInterrupted())
      return {
        history,
        stoppedBy: leftUndone(evidence).length > 0 ? ('environments' as const) : ('finished' as const),
      };
    if (step.kind === 'done' || isStopped())
      return { history, stoppedBy: ports.isInterrupted() ? ('interrupted' as const) : ('budget' as const) };
    evidence.add(await measureBatch(step.questions, { ...ports, judges }, settings));
    if (history.some(({ question }) => question.purpose === 'head')) await ports.watch?.(history);
  }
}
