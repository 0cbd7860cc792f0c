/** The index that this machine is set to use: its settings, its releases, its resolver, its torch. */
import { join } from 'node:path';
import type { IndexAccess } from '../../ports/catalog.ts';
import type { Host } from '../machine/host.ts';
import { once } from '../machine/once.ts';
import { run } from '../machine/process.ts';
import { IndexCatalog } from './catalog.ts';
import { patienceOf } from './http.ts';
import { emittedIndexes, type IndexSettings, indexSettings, readCertificate } from './settings.ts';
import { chooseTorch, type TorchBuild } from './torch.ts';
import { compileOf, findUv, hasNoSolution, shortReason, type Uv } from './uv.ts';

/** The default index, as pip itself knows it. */
const DEFAULT_OF_PIP = 'from pip._internal.models.index import PyPI; print(PyPI.simple_url)';
const PIP_MS = 20_000;

export interface Index extends IndexAccess {
  readonly settings: IndexSettings;
  /** uv is looked for when it is needed: a plan does without. */
  uv(): Promise<Uv>;
  /** The build of torch that is measured with; `pinned` is the user's own version, if any. */
  torch(pinned: string | undefined): Promise<TorchBuild>;
}

/** Reads the settings of pip and uv. `without` is what becomes of a machine without uv. */
export async function openIndex(host: Host, without: 'install-uv' | 'no-uv' = 'install-uv'): Promise<Index> {
  const { environment, cache, python, device, cards, offline, signal, say } = host;
  const pipConfig = await run(python.path, ['-m', 'pip', 'config', 'list'], { timeoutMs: PIP_MS, signal });
  const settings = indexSettings(environment, pipConfig.stdout);
  const uv = once(() => findUv(python.path, cache, settings, offline || without === 'no-uv', say, signal));
  const target = { python: python.version, platform: process.platform, machine: process.arch };
  const addresses = once(() => addressesOf(host, settings, uv));
  const catalog = new IndexCatalog({
    indexUrls: addresses,
    findLinks: settings.findLinks,
    certificate: readCertificate(settings),
    folder: join(cache, 'index'),
    offline,
    target,
    patience: patienceOf(environment),
    signal,
  });
  return {
    python: python.version,
    settings,
    catalog,
    uv,
    addresses,
    clash: async (pins) => clashOf(pins, python.path, settings, await uv().catch(() => undefined)),
    torch: async (pinned) =>
      chooseTorch({
        uv: await uv(),
        python,
        device,
        driver: cards[0]?.driver,
        target,
        settings,
        catalog,
        folder: cache,
        pinned,
        signal,
      }),
  };
}

/** What the settings name, else what pip was built with, else what uv was. */
async function addressesOf(
  { environment, python, signal }: Host,
  settings: IndexSettings,
  uv: () => Promise<Uv>,
): Promise<readonly string[]> {
  if (settings.indexUrl) return [settings.indexUrl, ...settings.extraIndexUrls];
  if (settings.uvOptions.includes('--no-index') || environment.UV_NO_INDEX) return [];
  const ofPip = await run(python.path, ['-I', '-c', DEFAULT_OF_PIP], { timeoutMs: PIP_MS, signal });
  if (ofPip.status === 0 && ofPip.stdout.trim() !== '') return [ofPip.stdout.trim(), ...settings.extraIndexUrls];
  const resolver = await uv();
  const compiled = await resolver.call(compileOf(python.path, ['--emit-index-url', ...settings.uvOptions]), '');
  return emittedIndexes(compiled);
}

async function clashOf(
  pins: Readonly<Record<string, string>>,
  python: string,
  settings: IndexSettings,
  uv: Uv | undefined,
): Promise<string | false | undefined> {
  if (uv === undefined) return undefined;
  const lines = Object.entries(pins).map(([name, version]) => `${name}==${version}\n`);
  const compiled = await uv.call(compileOf(python, settings.uvOptions), lines.join(''));
  if (compiled.status === 0) return false;
  return hasNoSolution(compiled) ? shortReason(compiled) : undefined;
}
