import { type OwnCheckpoints, openCheckpoints } from '../adapters/machine/checkpoints/open.ts';
import { openerOf } from '../adapters/machine/checkpoints/opener.ts';
import { openWorld, type World } from '../adapters/machine/world.ts';
import type { Beforehand } from '../domain/manifest.ts';
import { STATUS, type Status } from '../domain/status.ts';
import { type CheckoutRequest, nothingToMeasure, requestsOf } from '../intake/requests.ts';
import { plan } from '../main.ts';
import { withOpened } from '../plan/checkpoints.ts';
import { onDevice, type Plan } from '../plan/plan.ts';
import { renderFindings } from '../report/diff.ts';
import { plain } from '../report/escape.ts';
import type { Context } from './context.ts';
import { readEnds } from './diff.ts';

/** One request, as far as it leads to a plan. */
export interface Asked {
  /** undefined where a checkout asks for nothing. */
  readonly planned: Plan | undefined;
  readonly known: Beforehand;
  readonly files: readonly string[];
  readonly standing: CheckoutRequest['standing'];
}

/** What every measuring command begins with. */
export interface Prepared {
  readonly world: World;
  readonly asked: readonly Asked[];
  readonly own: OwnCheckpoints;
}

/** Opens the machine and plans what the command line or the checkout asks for. Throws UserError where uv is missing or a request is wrong. */
export async function prepared(context: Context): Promise<Prepared> {
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
    const here = withOpened(onDevice(request, world.host.device.name), checkpoints);
    asked.push({ ...rest, planned: isNothing ? undefined : await plan(here, world.index.catalog, world.index.python) });
  }
  return { world, asked, own };
}

/** Says why a checkout asks for nothing. */
export function nothingToDo(context: Context, { known: { findings }, standing }: Asked): Status {
  const reasons = plain(nothingToMeasure(standing), 4000);
  context.print(`${reasons}\n${findings.length > 0 ? `\n${renderFindings(findings)}` : ''}`);
  return STATUS.fine;
}
