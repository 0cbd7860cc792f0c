/** The oracle for checkpoints of the user's own: the graph is that of their type, the weights are those of their folder. */
import type { Cell } from '../../domain/cell.ts';
import type { Oracle } from '../../ports/oracle.ts';
import type { OwnCheckpoint, OwnCheckpoints } from '../machine/checkpoints/open.ts';

/** Code that is trusted may be another model than its type says; files in a quantized form and shards are read by nobody here. */
function isReadable({ isStored, files, trustsCode, bringsCode }: OwnCheckpoint): boolean {
  if (trustsCode && bringsCode) return false;
  return !isStored && files.some((path) => path.endsWith('/model.safetensors'));
}

export function withOwn(oracle: Oracle, own: OwnCheckpoints): Oracle {
  return {
    version: oracle.version,
    covers: (cell) => {
      const checkpoint = own.get(cell.architecture);
      if (checkpoint === undefined) return oracle.covers(cell);
      return isReadable(checkpoint) && oracle.covers(ofItsType(cell, checkpoint));
    },
    examine: (cell, left) => {
      const checkpoint = own.get(cell.architecture);
      return checkpoint === undefined
        ? oracle.examine(cell, left)
        : oracle.examine(ofItsType(cell, checkpoint), left, checkpoint.folder);
    },
  };
}

function ofItsType(cell: Cell, { modelType }: OwnCheckpoint): Cell {
  return { ...cell, architecture: modelType };
}
