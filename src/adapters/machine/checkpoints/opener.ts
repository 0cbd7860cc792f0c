/** How checkpoints of the user's own are opened on this machine. */
import type { World } from '../world.ts';
import { CheckpointError } from './error.ts';
import type { Opener } from './open.ts';

export function openerOf({ host }: World): Opener {
  return {
    folder: host.folder,
    mostBytes: host.device.limits.bytes,
    fetch: () => {
      throw new CheckpointError('not there', 'Fetching from a hub is not built yet.');
    },
  };
}
