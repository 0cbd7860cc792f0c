import { resolve } from 'node:path';
import type { Oracle } from '../../ports/oracle.ts';
import { type Index, openIndex } from '../index/access.ts';
import { type Found, openOracle } from '../oracle/open.ts';
import { type Host, type HostOptions, openHost } from './host.ts';
import { once } from './once.ts';
import { openSandbox, type Sandbox } from './sandbox.ts';

/** What a sweep takes of the world. A plan does with the first two. */
export interface World {
  readonly host: Host;
  readonly index: Index;
  readonly sandbox: Sandbox;
  /** Undefined where its runtime is not installed or cannot be loaded, which is said once. */
  oracle(): Promise<Oracle | undefined>;
  /** The same, with the reason and without a word. */
  foundOracle(): Promise<Found>;
}

export async function openWorld(options: HostOptions): Promise<World> {
  const host = await openHost(options);
  const sandbox = openSandbox(host);
  const foundOracle = once(() => openOracle(sandbox.warden.program, oraclePath(host)));
  const oracle = once(async () => {
    const found = await foundOracle();
    if (found.kind === 'off') host.say(`The oracle is off: ${found.why}`);
    return found.kind === 'on' ? found.oracle : undefined;
  });
  return { host, index: await openIndex(host), sandbox, oracle, foundOracle };
}

/** What was typed counts before the environment. */
function oraclePath({ oraclePath: typed, environment, folder }: Host): string | undefined {
  const named = typed ?? environment.PEFT_SWEEP_ORACLE;
  return named === undefined || named === '' || named === 'off' ? named || undefined : resolve(folder, named);
}
