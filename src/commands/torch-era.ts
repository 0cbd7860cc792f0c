/** A sweep whose cells were made for another torch is measured again with the torch of their time, where it can be borne. */

import type { Index } from '../adapters/index/access.ts';
import { LOCAL_TORCH, type TorchBuild } from '../adapters/index/torch.ts';
import { isStored } from '../adapters/machine/cache.ts';
import { dayOf, HOLD_A_TORCH, NEEDS_ANOTHER_TORCH, torchOfDay } from '../domain/torch-era.ts';
import { sameVersion } from '../domain/version.ts';
import { WeatherError } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';
import type { Report } from '../report/model.ts';
import { gigabytes } from '../report/plan.ts';

/** Whether a build of another torch may be fetched, and why not. */
type Era =
  | { readonly kind: 'bearable'; readonly version: string; readonly build: TorchBuild }
  | { readonly kind: 'none'; readonly why: string };

/** Minutes that a second sweep must have left to be begun. */
const LEAST_MINUTES = 0.5;

export interface Measuring {
  readonly index: Pick<Index, 'python' | 'torch'> & { readonly catalog: Pick<Index['catalog'], 'releases'> };
  readonly cache: string;
  readonly planned: Plan;
  readonly torch: TorchBuild;
  /** The most that is fetched for a torch of another time, in GB. */
  readonly torchGb: number;
  readonly say: (line: string) => void;
  measure(planned: Plan, torch: TorchBuild): Promise<Report>;
}

/** The report of a sweep; of the one with the torch of its time where that tells more. */
export async function measuredInItsTime(measuring: Measuring): Promise<Report> {
  const { planned, torch, say, measure } = measuring;
  const report = await measure(planned, torch);
  if (!report.results.some(({ reason }) => reason === NEEDS_ANOTHER_TORCH)) return report;
  const era = await torchOfItsTime(measuring);
  if (era.kind === 'none') return withWhy(report, era.why);
  const minutes = planned.minutes - report.run.ms / 60_000;
  const held = `Measure with it: --with torch==${era.version}.`;
  if (minutes < LEAST_MINUTES)
    return withWhy(report, `torch ${era.version} is of its time, and no time is left. ${held}`);
  say(`some cells were made for another torch: measured again with torch ${era.version} (${era.build.source})`);
  const again = await measure({ ...planned, minutes }, era.build);
  if (uncompared(again) < uncompared(report)) return again;
  return withWhy(report, `With torch ${era.version}, which is of its time, no more cells can be measured. ${held}`);
}

function uncompared({ totals, results }: Report): number {
  return totals.cells['not-compared'] + results.filter(({ reason }) => reason === NEEDS_ANOTHER_TORCH).length;
}

async function torchOfItsTime({ index, cache, planned, torch, torchGb }: Measuring): Promise<Era> {
  const chosen = torch.closure.torch ?? '';
  const pins = { ...planned.held, ...Object.fromEntries(planned.changes.map(({ library, from }) => [library, from])) };
  const named = await Promise.all(
    Object.keys(pins).map(async (library) => [library, await index.catalog.releases(library)] as const),
  );
  const day = dayOf(pins, new Map(named));
  if (day === undefined) return { kind: 'none', why: `The index does not say of which time it is. ${HOLD_A_TORCH}` };
  const version = torchOfDay(await index.catalog.releases('torch').catch(() => []), day, index.python);
  const date = new Date(day).toISOString().slice(0, 10);
  if (version === undefined)
    return {
      kind: 'none',
      why: `The index has no torch for this Python that was there on ${date}.`,
    };
  if (sameVersion(version, chosen)) return { kind: 'none', why: `torch ${chosen} is the one of its time.` };
  return buildOf({ index, cache, torchGb }, version);
}

type Limits = Pick<Measuring, 'index' | 'cache' | 'torchGb'>;

async function buildOf({ index, cache, torchGb }: Limits, version: string): Promise<Era> {
  const held = `Measure with it: --with torch==${version}`;
  try {
    const build = await index.torch(version);
    const isHere = isStored(cache, build.closure.torch) || build.source === LOCAL_TORCH;
    const bytes = isHere ? 0 : build.bytes;
    if (bytes === undefined)
      return { kind: 'none', why: `torch ${version} is of its time, and its size is not known. ${held}.` };
    if (bytes <= torchGb * 1e9) return { kind: 'bearable', version, build };
    const why = `torch ${version} is of its time: ${gigabytes(bytes)} to fetch, more than ${torchGb} GB. ${held}, or --torch-gb.`;
    return { kind: 'none', why };
  } catch (error) {
    if (!(error instanceof WeatherError)) throw error;
    return { kind: 'none', why: `torch ${version} is of its time, and no build of it can be had. ${held}.` };
  }
}

/** A report in which each cell that waits for another torch says what was found of one. */
export function withWhy(report: Report, why: string): Report {
  const waits = new Set(report.results.flatMap(({ cell, reason }) => (reason === NEEDS_ANOTHER_TORCH ? [cell] : [])));
  const compared = (one: Report['comparisons'][number]) =>
    one.why !== undefined && waits.has(one.cell) ? { ...one, why: `skipped: ${NEEDS_ANOTHER_TORCH}: ${why}` } : one;
  const result = (one: Report['results'][number]) =>
    one.reason === NEEDS_ANOTHER_TORCH ? { ...one, message: (one.message ?? '').replace(HOLD_A_TORCH, why) } : one;
  return {
    ...report,
    comparisons: report.comparisons.map(compared),
    controls: report.controls.map(compared),
    results: report.results.map(result),
  };
}
