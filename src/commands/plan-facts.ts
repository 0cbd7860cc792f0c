import { deviceInWords } from '../adapters/machine/devices.ts';
import type { World } from '../adapters/machine/world.ts';
import { isWatched } from '../domain/environment.ts';
import { addressInWords } from '../domain/package.ts';
import type { CommandLine } from '../inputs.ts';
import { problemOf } from '../main.ts';
import { classesOf } from '../plan/classes.ts';
import { divide, factsOfDivision } from '../plan/divide.ts';
import type { Plan } from '../plan/plan.ts';
import { measurable, rulings } from '../plan/ruled-out.ts';
import type { TorchChoice } from '../ports/torch.ts';
import type { PlanFacts } from '../report/plan.ts';
import { everyCell } from '../search/problem.ts';
import { groups } from '../search/requests.ts';
import { samplesOf } from '../search/strategies.ts';
import type { Asked } from './prepared.ts';

/** What a plan says of itself before anything is built. */
export async function factsOf(
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

/** What a workflow with the classes of the configuration would measure where; nothing where it names none. */
export function runnerFacts({ cells, minutes }: Plan, { options }: CommandLine): Pick<PlanFacts, 'runners'> {
  if (Object.keys(options.runners).length === 0) return {};
  const { device, usd } = options;
  const limits = { minutes, usd };
  const classes = classesOf(options.runners, device === 'cpu' || device === 'cuda' ? device : undefined);
  return { runners: factsOfDivision(divide(cells, classes, limits), limits) };
}
