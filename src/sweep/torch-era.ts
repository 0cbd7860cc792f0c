/** A sweep whose cells were made for another torch is measured again with the torch of their time, where it can be borne. */
import { dayOf, HOLD_A_TORCH, NEEDS_ANOTHER_TORCH, torchOfDay } from '../domain/torch-era.ts';
import { sameVersion } from '../domain/version.ts';
import { WeatherError } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { TorchBuilds } from '../ports/torch.ts';
import type { Report } from '../report/model.ts';
import { gigabytes } from '../report/plan.ts';

/** Whether another torch is measured with, and why not. */
type Era = { readonly kind: 'bearable'; readonly version: string } | { readonly kind: 'none'; readonly why: string };

/** Minutes that a second sweep must have left to be begun. */
const LEAST_MINUTES = 0.5;

export interface Measuring {
  readonly planned: Plan;
  readonly torch: TorchBuilds;
  readonly catalog: Pick<Catalog, 'releases'>;
  /** Version of the interpreter that a torch has to fit. */
  readonly python: string;
  /** The most that is fetched for a torch of another time, in GB. */
  readonly torchGb: number;
  readonly say: (line: string) => void;
  measure(planned: Plan, torch: string): Promise<Report>;
}

/** A report, and why cells of it were not measured with the torch of their time, where that was looked for. */
export interface InItsTime {
  readonly report: Report;
  readonly why?: string;
}

/**
 * The report of a sweep; of the one with the torch of its time where that tells more. A run that had gone over to that
 * torch begins with it again.
 */
export async function measuredInItsTime(measuring: Measuring): Promise<InItsTime> {
  const { planned, torch } = measuring;
  const begun = await begunEra(measuring);
  if (begun !== undefined) {
    measuring.say(`goes on with torch ${begun}, which is of the time of its cells`);
    const report = await measuring.measure(planned, begun);
    if (isStopped(report) || uncompared(report) === 0) return { report };
    return better(measuring, await measuring.measure(lessTime(planned, report), torch.chosen.version), report, begun);
  }
  const report = await measuring.measure(planned, torch.chosen.version);
  if (isStopped(report) || !report.results.some(isWaiting)) return { report };
  const era = await torchOfItsTime(measuring);
  if (era.kind === 'none') return withoutIt(report, era.why);
  const left = lessTime(planned, report);
  if (left.minutes < LEAST_MINUTES)
    return withoutIt(report, `torch ${era.version} is of its time, and no time is left. ${holding(era.version)}.`);
  const { source } = await torch.of(era.version);
  measuring.say(`some cells were made for another torch: measured again with torch ${era.version} (${source})`);
  torch.goOver(era.version);
  return better(measuring, report, await measuring.measure(left, era.version), era.version);
}

/** Of two sweeps the one that tells more, which what is written down then stands for. */
function better({ torch }: Measuring, newest: Report, ofItsTime: Report, version: string): InItsTime {
  const isBetter = uncompared(ofItsTime) < uncompared(newest);
  torch.standFor(isBetter ? version : torch.chosen.version);
  if (isBetter) return { report: ofItsTime };
  if (!newest.results.some(isWaiting)) return { report: newest };
  const why = `With torch ${version}, which is of its time, no more cells can be measured. ${holding(version)}.`;
  return withoutIt(newest, why);
}

function withoutIt(report: Report, why: string): InItsTime {
  return { report: withWhy(report, why), why };
}

function isStopped({ run }: Report): boolean {
  return run.stoppedBy === 'interrupted';
}

function isWaiting({ reason }: Report['results'][number]): boolean {
  return reason === NEEDS_ANOTHER_TORCH;
}

function lessTime(planned: Plan, { run }: Report): Plan {
  return { ...planned, minutes: Math.max(0, planned.minutes - run.ms / 60_000) };
}

function uncompared({ totals, results }: Report): number {
  return totals.cells['not-compared'] + results.filter(isWaiting).length;
}

/** The torch that an earlier run of the same plan had gone over to, where it can still be borne. */
async function begunEra(measuring: Measuring): Promise<string | undefined> {
  const version = measuring.torch.goneOver();
  if (version === undefined) return undefined;
  const era = await bearable(measuring, version);
  return era.kind === 'bearable' ? version : undefined;
}

async function torchOfItsTime(measuring: Measuring): Promise<Era> {
  const { catalog, python, planned, torch } = measuring;
  const pins = { ...planned.held, ...Object.fromEntries(planned.changes.map(({ library, from }) => [library, from])) };
  const named = await Promise.all(
    Object.keys(pins).map(async (library) => [library, await catalog.releases(library)] as const),
  );
  const day = dayOf(pins, new Map(named));
  if (day === undefined) return { kind: 'none', why: `The index does not say of which time it is. ${HOLD_A_TORCH}` };
  const version = torchOfDay(await catalog.releases('torch').catch(() => []), day, python);
  const date = new Date(day).toISOString().slice(0, 10);
  if (version === undefined)
    return { kind: 'none', why: `The index has no torch for this Python that was there on ${date}.` };
  const { chosen } = torch;
  if (sameVersion(version, chosen.version))
    return { kind: 'none', why: `torch ${chosen.version} is the one of its time.` };
  return bearable(measuring, version);
}

async function bearable({ torch, torchGb }: Measuring, version: string): Promise<Era> {
  try {
    const { stored, bytes } = await torch.of(version);
    if (stored) return { kind: 'bearable', version };
    if (bytes === undefined)
      return { kind: 'none', why: `torch ${version} is of its time, and its size is not known. ${holding(version)}.` };
    if (bytes <= torchGb * 1e9) return { kind: 'bearable', version };
    const why = `torch ${version} is of its time: ${gigabytes(bytes)} to fetch, more than ${torchGb} GB. ${holding(version)}, or --torch-gb.`;
    return { kind: 'none', why };
  } catch (error) {
    if (!(error instanceof WeatherError)) throw error;
    const why = `torch ${version} is of its time, and no build of it can be had. ${holding(version)}.`;
    return { kind: 'none', why };
  }
}

function holding(version: string): string {
  return `Measure with it: --with torch==${version}`;
}

/** A report in which each cell that waits for another torch says what was found of one. */
export function withWhy(report: Report, why: string): Report {
  const waits = new Set(report.results.filter(isWaiting).map(({ cell }) => cell));
  const compared = (one: Report['comparisons'][number]) =>
    one.why !== undefined && waits.has(one.cell) ? { ...one, why: `skipped: ${NEEDS_ANOTHER_TORCH}: ${why}` } : one;
  const result = (one: Report['results'][number]) =>
    isWaiting(one) ? { ...one, message: (one.message ?? '').replace(HOLD_A_TORCH, why) } : one;
  return {
    ...report,
    comparisons: report.comparisons.map(compared),
    controls: report.controls.map(compared),
    results: report.results.map(result),
  };
}
