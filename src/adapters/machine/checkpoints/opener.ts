/** How checkpoints of the user's own are opened on this machine. */
import type { World } from '../world.ts';
import { fetcherOf, fromHub } from './hub.ts';
import { COPIES, type Opener } from './open.ts';

export function openerOf(world: World): Opener {
  const { folder, device } = world.host;
  const mostBytes = device.limits.bytes;
  const program = world.sandbox.warden.program;
  const ground = { host: world.host, program, python: () => fetcherOf(world) };
  return {
    folder,
    mostBytes,
    fetch: (id, revision, trustsCode) => fromHub({ id, revision, trustsCode, mostBytes: mostBytes / COPIES }, ground),
  };
}
