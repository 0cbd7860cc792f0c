/** Which build of torch is measured with: the first rule of docs/decisions.md that applies. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Device } from '../../domain/device.ts';
import type { Lock } from '../../domain/environment.ts';
import { compareVersions, localLabel } from '../../domain/version.ts';
import { WeatherError } from '../../errors.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { run } from '../machine/process.ts';
import type { Python } from '../machine/python.ts';
import { parseLock } from './locks.ts';
import type { IndexSettings } from './settings.ts';
import { bytesOf } from './sizes.ts';
import { compileOf, hasNoSolution, shortReason, type Uv } from './uv.ts';
import { parseWheelName, type Target, wheelFits } from './wheels.ts';

/** What the plan says of a build that need not be fetched. */
export const LOCAL_TORCH = 'your find-links folder';

const TorchBuild = z.object({
  /** Where the build comes from, in words for the plan. */
  source: z.string(),
  /** Options for uv that lead to this build. */
  options: z.array(z.string()),
  /** torch and all that it needs, as resolved alone and without a date. */
  closure: z.record(z.string(), z.string()),
  /** Size of the wheels to download, where the index tells; absent otherwise. */
  bytes: z.number().optional(),
});
export type TorchBuild = z.infer<typeof TorchBuild>;

interface Candidate {
  readonly source: string;
  readonly requirement: string;
  readonly options: readonly string[];
}

export interface TorchContext {
  readonly uv: Uv;
  readonly python: Python;
  readonly device: Device;
  /** Version of the driver that a build has to fit, where cells run on a card. */
  readonly driver: string | undefined;
  readonly target: Target;
  readonly settings: IndexSettings;
  readonly catalog: Catalog;
  readonly folder: string;
  /** The user's own pin, if any. */
  readonly pinned: string | undefined;
  readonly signal: AbortSignal | undefined;
}

const KEPT_MS = 24 * 3600_000;

export async function chooseTorch(context: TorchContext): Promise<TorchBuild> {
  const key = createHash('sha256')
    .update(
      JSON.stringify([
        context.python.version,
        context.device.torchBackend,
        context.driver,
        context.settings.uvOptions,
        context.settings.uvEnvironment,
        context.pinned,
      ]),
    )
    .digest('hex');
  const file = join(context.folder, `torch-${key.slice(0, 16)}.json`);
  const kept = readKept(file);
  if (kept) return kept;
  for (const candidate of candidates(context)) {
    const resolved = await resolveAlone(context, candidate);
    if (resolved === undefined) continue;
    const bytes = await bytesOf(resolved, context.catalog);
    const build = {
      source: candidate.source,
      options: [...candidate.options],
      closure: resolved,
      ...(bytes && { bytes }),
    };
    mkdirSync(context.folder, { recursive: true });
    writeFileSync(file, JSON.stringify({ at: Date.now(), build }));
    return build;
  }
  throw new WeatherError(
    `No build of torch could be resolved. Set UV_TORCH_BACKEND=${context.device.torchBackend}, or UV_FIND_LINKS to a folder that holds a torch wheel.`,
  );
}

function readKept(file: string): TorchBuild | undefined {
  try {
    const kept = z.object({ at: z.number(), build: TorchBuild }).parse(JSON.parse(readFileSync(file, 'utf8')));
    return Date.now() - kept.at < KEPT_MS ? kept.build : undefined;
  } catch {
    return undefined;
  }
}

/** The rules in order: the user's backend, a folder with a wheel, the label of the user's pin, the device's build, the index's own. */
function candidates(context: TorchContext): readonly Candidate[] {
  const requirement = context.pinned === undefined ? 'torch' : `torch==${context.pinned}`;
  const backend = context.settings.uvEnvironment.UV_TORCH_BACKEND;
  if (backend) return [{ source: `torch backend ${backend}, as UV_TORCH_BACKEND says`, requirement, options: [] }];
  const local = newestLocalTorch(context);
  const label = context.pinned && localLabel(context.pinned);
  const { title, torchBackend } = context.device;
  const source = `the build on your index; no ${title} build can be reached`;
  const own: Candidate = { source, requirement, options: [] };
  // uv chooses by the driver that it finds: without one it would take a build for processors.
  const isForDriver = context.device.hasCards && context.driver === undefined;
  const ofDevice = { source: `torch backend ${torchBackend}`, requirement, options: ['--torch-backend', torchBackend] };
  return [
    ...(local ? [{ source: LOCAL_TORCH, requirement: `torch==${local}`, options: [] }] : []),
    ...(label
      ? [{ source: `torch backend ${label}, as your pin says`, requirement, options: ['--torch-backend', label] }]
      : []),
    ...(isForDriver ? [] : [ofDevice]),
    isForDriver ? { ...own, source: `the build on your index; UV_TORCH_BACKEND names another` } : own,
  ];
}

function newestLocalTorch(context: TorchContext): string | undefined {
  const wheels = context.settings.findLinks.flatMap((folder) => {
    try {
      return readdirSync(folder.replace(/^file:\/\//, '')).flatMap((file) => parseWheelName(file) ?? []);
    } catch {
      return [];
    }
  });
  return wheels
    .filter((wheel) => wheel.name === 'torch' && wheelFits(wheel, context.target))
    .map((wheel) => wheel.version.replace('%2B', '+'))
    .filter(
      (version) =>
        context.pinned === undefined || version === context.pinned || version.split('+')[0] === context.pinned,
    )
    .toSorted(compareVersions)
    .at(-1);
}

async function resolveAlone(context: TorchContext, candidate: Candidate): Promise<Lock | undefined> {
  const { uv, settings } = context;
  const probing = candidate.options.length > 0;
  const args = [
    ...['--no-config', '--cache-dir', join(context.folder, 'uv')],
    ...compileOf(context.python.path, [...settings.uvOptions, ...candidate.options]),
  ];
  // A backend's own index may be out of reach: one try tells, the default of several costs 10 s.
  const environment = { ...settings.uvEnvironment, ...(probing && { UV_HTTP_RETRIES: '0', UV_HTTP_TIMEOUT: '10' }) };
  const finished = await run(uv.path, args, {
    env: environment,
    input: `${candidate.requirement}\n`,
    signal: context.signal,
  });
  if (finished.status === 0) return parseLock(finished.stdout);
  if (!probing && !hasNoSolution(finished))
    throw new WeatherError(
      `torch could not be resolved: ${shortReason(finished)}. Check the network and the index settings.`,
    );
  return undefined;
}
