/** Collects what a run without a network needs: a cache of its own that can be taken to another machine. */
import type { TorchBuild } from '../adapters/index/torch.ts';
import { madeAnew } from '../adapters/machine/cache.ts';
import { takenBy } from '../adapters/machine/disk.ts';
import { removeFolders } from '../adapters/machine/scratch.ts';
import { environmentsFor } from '../adapters/machine/sweep-ports.ts';
import type { World } from '../adapters/machine/world.ts';
import type { Environment, EnvironmentRequest, Lock } from '../domain/environment.ts';
import { problemOf } from '../main.ts';
import type { Plan } from '../plan/plan.ts';
import { reachOf } from '../search/reach.ts';
import { baseRequest, groups } from '../search/requests.ts';
import type { Context } from './context.ts';

/** What was collected; `missing` names what could not be fetched now. */
interface Collected {
  readonly environments: number;
  readonly unresolved: number;
  readonly missing: readonly string[];
}

type Make = (request: EnvironmentRequest, near: Lock) => Promise<Environment>;

/**
 * Makes each environment between the ends of a plan in the cache of `world`, and leaves there the pages, wheels and uv
 * that they were made from. Returns whether all could be fetched.
 */
export async function download(context: Context, world: World, planned: Plan, torch: TorchBuild): Promise<boolean> {
  const { host } = world;
  const { out, cacheGb } = context.line.options;
  const environments = await environmentsFor(world, torch, { out, cacheGb, say: context.say });
  const make: Make = async (request, near) => {
    const isHead = planned.changes.every(({ library, to }) => request.pins[library] === to);
    const written = isHead ? planned.locked.head : planned.locked.base;
    const versions = { ...near, ...written };
    const environment = await environments.prepare(request, { versions, ofAnyDate: Object.keys(written) });
    context.say(`  ${pinsOf(planned, request)}: ${environment.status === 'built' ? 'there' : environment.why}`);
    return environment;
  };
  const collected = await collect(planned, make, () => context.signal.aborted);
  // They name the interpreter of this machine: they are made again, from what stays.
  await removeFolders(madeAnew(host.cache));
  context.say(inWords(collected, host.cache, host.python.version, await takenBy(host.cache)));
  return collected.missing.length === 0;
}

async function collect(planned: Plan, make: Make, isStopped: () => boolean): Promise<Collected> {
  const problem = problemOf(planned);
  const made: Environment[] = [];
  let near: Lock = {};
  for (const { packages } of groups(problem, [...problem.controls, ...problem.cells])) {
    if (isStopped()) break;
    const base = await make(baseRequest(problem, packages), near);
    made.push(base);
    if (base.status !== 'built') continue;
    near = base.lock;
    for (const request of reachOf(problem, packages, base.lock)) {
      if (isStopped()) break;
      made.push(await make(request, near));
    }
  }
  return {
    environments: made.filter(({ status }) => status === 'built').length,
    unresolved: made.filter(({ status }) => status === 'unresolved').length,
    missing: made.flatMap((one) => (one.status === 'inconclusive' ? [one.why] : [])),
  };
}

function pinsOf({ changes }: Plan, { pins, packages }: EnvironmentRequest): string {
  const moved = changes.map(({ library }) => `${library} ${pins[library] ?? ''}`);
  return [...moved, ...packages].join(', ');
}

function inWords(
  { environments, unresolved, missing }: Collected,
  folder: string,
  python: string,
  bytes: number,
): string {
  const counts = [`${environments} environments can be made from it`];
  if (unresolved > 0) counts.push(`${unresolved} have no solution`);
  if (missing.length > 0) counts.push(`${missing.length} could not be fetched: try again`);
  return `
${folder} takes ${(bytes / 1e9).toFixed(1)} GB: ${counts.join(', ')}.
Take it to a machine of the same kind (Linux, processor, Python ${python}), and write there:
  PEFT_SWEEP_CACHE=FOLDER peft-sweep sweep ... --offline
Releases that a search asks for beside these, as partners or to hold, are said to be out of reach there.
`;
}
