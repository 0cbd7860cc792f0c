/** Where strangers' code runs: the strictest containment that this machine allows, found when it is first needed. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { emptyCache } from './cache.ts';
import { type Containment, chooseContainment, hiddenFolders, type Warden } from './contain.ts';
import type { Host } from './host.ts';
import { once } from './once.ts';
import { programFolder } from './program.ts';

export interface Sandbox {
  readonly warden: Warden;
  /** What a program of strangers sees besides its environment: the interpreter. */
  readonly show: readonly string[];
  containment(): Promise<Containment>;
}

export function openSandbox({ cache, environment, folder, python }: Host): Sandbox {
  const warden = { python: python.path, program: programFolder() };
  const show = [python.prefix];
  const containment = once(() => {
    const environments = join(cache, 'environments');
    for (const made of [environments, join(cache, 'tmp')]) mkdirSync(made, { recursive: true });
    return chooseContainment(warden, {
      show: [...show, warden.program, environments],
      hidden: hiddenFolders(environment, folder),
      cache,
    });
  });
  return { warden, show, containment };
}

/** Where a probe could write to files that are shared by hard links, nothing of them is used by another run. */
export async function discardUnlessProtected({ cache }: Host, sandbox: Sandbox): Promise<void> {
  const { missing } = await sandbox.containment();
  if (missing.includes('read-only files')) await emptyCache(cache);
}
