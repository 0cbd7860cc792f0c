import type { Oracle } from '../../ports.ts';
import { type Index, openIndex } from '../index/access.ts';
import { openOracle } from '../oracle/open.ts';
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
}

export async function openWorld(options: HostOptions): Promise<World> {
  const host = await openHost(options);
  const sandbox = openSandbox(host);
  const oracle = once(() => openOracle(sandbox.warden.program, host.environment, host.say));
  return { host, index: await openIndex(host), sandbox, oracle };
}
