/** What a plan is made of: each request on the classes that measure it, as the other jobs will see it. */
import * as core from '@actions/core';
import { DEFAULT_DEVICE } from '../../domain/device.ts';
import { UserError } from '../../errors.ts';
import type { CommandLine } from '../../inputs.ts';
import { plan } from '../../main.ts';
import type { RunnerClass } from '../../plan/classes.ts';
import { TOO_LITTLE } from '../../plan/divide.ts';
import { onDevice, type Plan, type SweepRequest } from '../../plan/plan.ts';
import { PlannedRequest } from '../../plan/plan-file.ts';
import { rulings } from '../../plan/ruled-out.ts';
import { type Priced, shardsOf, usdOfAll } from '../../plan/shards.ts';
import type { IndexAccess } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/machine.ts';
import { byClass, classesFor } from './by-class.ts';

const DAY_MS = 24 * 3600_000;

export type Shown = Omit<PlannedRequest, 'plan' | 'class' | 'why'>;

/** What is asked for, and what is handed on with it. */
interface Written extends Shown {
  readonly request: SweepRequest;
  /** Somebody who may write named these releases. */
  readonly isNamed?: true;
}

/** A request on one class of runners, as the other jobs will see it. */
export interface Part {
  readonly request: PlannedRequest;
  readonly of: RunnerClass;
  readonly isPaid: boolean;
  readonly isYoung: boolean;
}

/** Each request on the classes that measure it: the money is for all of them, the first ones first. */
export async function plannedParts(
  requests: readonly Written[],
  line: CommandLine,
  index: IndexAccess,
  clock: Clock,
  isFork = false,
): Promise<readonly Part[]> {
  const parts: Part[] = [];
  let usd = line.options.usd;
  for (const { request, isNamed, ...shown } of requests) {
    const [first] = classesFor(line, true);
    const whole = await plan(onDevice(request, first?.device ?? DEFAULT_DEVICE), index.catalog, index.python);
    const isYoung = isNamed === undefined && (await hasYoung(whole, index, clock));
    const classes = classesFor(line, !isFork && !isYoung);
    const own = (await byClass(whole, request, { classes, usd }, index)).map(
      ({ plan: planned, of, why }): Part => ({
        request: asFile({ plan: planned, ...shown, class: of.name, ...(why && { why }) }),
        of,
        isPaid: usd !== undefined,
        isYoung,
      }),
    );
    usd = usd === undefined ? undefined : Math.max(0, usd - usdOfAll(shardsOf(own.map(pricedOf))));
    parts.push(...own);
  }
  return parts;
}

export function pricedOf({ request, of, isPaid }: Part): Priced {
  return { plan: request.plan, of, isPaid };
}

/** Through JSON, as the other jobs will see it. */
function asFile(request: unknown): PlannedRequest {
  return PlannedRequest.parse(JSON.parse(JSON.stringify(request)));
}

/** Whether a release that is swept to is younger than `min-age` days, or of an unknown age. */
async function hasYoung({ changes }: Plan, { catalog }: IndexAccess, clock: Clock): Promise<boolean> {
  const typed = core.getInput('min-age') || '3';
  const days = Number(typed);
  if (!Number.isFinite(days) || days < 0)
    throw new UserError(`\`min-age\` cannot be \`${typed}\`. Write a number of days, e.g. 3.`);
  for (const { library, to } of changes) {
    const release = (await catalog.releases(library)).find(({ version }) => version === to);
    const age = release?.uploaded === undefined ? 0 : Date.parse(clock.date()) - Date.parse(release.uploaded);
    if (age < days * DAY_MS) return true;
  }
  return false;
}

/** Throws UserError where more money would do: a check that is green since nothing was paid for would be no check. */
export function whyNothing(parts: readonly Part[]): string {
  const whys = parts.flatMap(({ request: { plan: planned } }) => [
    ...Object.values(planned.unplaced ?? {}),
    ...rulings(planned.cells, planned).map(({ message }) => message),
  ]);
  const short = whys.find((why) => why.startsWith(TOO_LITTLE));
  if (short !== undefined) throw new UserError(`${short} Raise \`budget: {usd: N}\`, or name fewer cells.`);
  return `No runner measures any of the cells. ${[...new Set(whys)].slice(0, 3).join(' ')}`;
}
