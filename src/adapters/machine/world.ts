import { type Index, openIndex } from '../index/access.ts';
import { type Host, type HostOptions, openHost } from './host.ts';
import { openSandbox, type Sandbox } from './sandbox.ts';

/** What a sweep takes of the world. A plan does with the first two. */
export interface World {
  readonly host: Host;
  readonly index: Index;
  readonly sandbox: Sandbox;
}

export async function openWorld(options: HostOptions): Promise<World> {
  const host = await openHost(options);
  return { host, index: await openIndex(host), sandbox: openSandbox(host) };
}
