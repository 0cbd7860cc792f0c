/** The checkpoint of the user's own that one cell is on, opened again as a sweep opens it. */
import { type OpenedCheckpoints, type Opener, openCheckpoints } from '../adapters/machine/checkpoints/open.ts';
import { parseCellId } from '../domain/cell.ts';
import { type Checkpoints, checkpointOf } from '../domain/checkpoint.ts';
import { ARCHITECTURES } from '../domain/matrix.ts';
import { CONFIGURATION } from '../domain/path.ts';
import { UserError } from '../errors.ts';

/** Nothing for a cell of ours. Throws UserError where the configuration lacks it, or it cannot be measured now. */
export async function ownOfCell(
  cell: string,
  declared: Checkpoints | undefined,
  opener: Opener,
): Promise<OpenedCheckpoints['own']> {
  const { architecture } = parseCellId(cell);
  if (Object.hasOwn(ARCHITECTURES, architecture)) return new Map();
  const checkpoint = checkpointOf({ architecture }, declared);
  if (checkpoint === undefined)
    throw new UserError(
      `\`${architecture}\` is a checkpoint of your own, and the configuration has none of that name. Run it where \`${CONFIGURATION}\` names it under \`checkpoints:\`, or name that file with --config.`,
    );
  const { checkpoints, own } = await openCheckpoints({ [architecture]: checkpoint }, opener);
  const unfit = checkpoints[architecture]?.unfit;
  if (unfit !== undefined)
    throw new UserError(
      `The checkpoint \`${architecture}\` cannot be opened again (${unfit.reason}). ${unfit.message}`,
    );
  return own;
}
