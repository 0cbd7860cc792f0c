/** The builds of torch that a sweep into one output folder chooses between, and the note of the one it had gone over to. */
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { Version } from '../../domain/environment.ts';
import { withoutCredentials } from '../../domain/package.ts';
import type { Plan } from '../../plan/plan.ts';
import type { TorchBuilds, TorchChoice } from '../../ports/torch.ts';
import { LOCAL_TORCH, type TorchBuild } from '../index/torch.ts';
import { isStored } from './cache.ts';
import { readText, writeText } from './files.ts';
import { openJournal, torchFor } from './sweep-ports.ts';
import type { World } from './world.ts';

const NOTE_VERSION = 1;

const Note = z.strictObject({
  schemaVersion: z.literal(NOTE_VERSION),
  /** Hash of the plan that went over; a note of another plan says nothing. */
  plan: z.string().max(100),
  torch: Version,
});

interface Settings {
  readonly out: string;
  readonly fresh: boolean;
}

/** The builds for a plan, and the one that stands for a release in this run. */
export interface OpenedBuilds extends TorchBuilds {
  build(version: string): Promise<TorchBuild>;
}

/** Throws WeatherError where the plan's own torch cannot be had. */
export async function torchBuilds(world: World, planned: Plan, { out, fresh }: Settings): Promise<OpenedBuilds> {
  const own = await torchFor(world.index, planned);
  const chosen = choiceOf(world, own);
  const file = join(resolve(out), 'torch.json');
  const plan = hashOf(world, planned);
  const builds = new Map([[chosen.version, own]]);
  const build = async (version: string) => {
    const known = builds.get(version) ?? (await world.index.torch(version));
    builds.set(version, known);
    return known;
  };
  return {
    chosen,
    build,
    of: async (version) => choiceOf(world, await build(version)),
    goneOver: () => (fresh ? undefined : noted(file, plan)),
    goOver: (torch) => writeText(file, `${JSON.stringify({ schemaVersion: NOTE_VERSION, plan, torch })}\n`),
    standFor: (version) => {
      const known = builds.get(version);
      if (known) openJournal(world, planned, known, { out: resolve(out), fresh: false });
    },
  };
}

/** A build as the plan shows it. */
export function choiceOf({ host }: World, { closure, source, bytes }: TorchBuild): TorchChoice {
  const { torch } = closure;
  const toFetch = source === LOCAL_TORCH ? 0 : bytes;
  return { version: torch ?? 'unknown', source, bytes: toFetch, stored: isStored(host.cache, torch) };
}

function noted(file: string, plan: string): string | undefined {
  try {
    const note = Note.parse(JSON.parse(readText(file) ?? ''));
    return note.plan === plan ? note.torch : undefined;
  } catch {
    return undefined;
  }
}

/** What decides whether a sweep goes over: what is measured, on which interpreter, with which index. */
function hashOf({ host, index }: World, { changes, held, locked, cells, device }: Plan): string {
  const address = withoutCredentials(index.settings.indexUrl ?? '');
  const parts = [
    host.python.version,
    address,
    changes.map(({ library, from, to }) => [library, from, to]),
    held,
    locked,
  ];
  return createHash('sha256')
    .update(JSON.stringify([...parts, cells, device]))
    .digest('hex')
    .slice(0, 12);
}
