/** A boundary behind which a library says that it will not do something: told from an accident. */
import type { Boundary } from '../domain/search.ts';

/** Reasons of failures by which a library refuses; one that only lacks what is asked for does not. */
const DELIBERATE: readonly string[] = ['refused', 'no default target modules'];

/** The reason of a boundary where the library that changed is the one that refuses. */
const DELIBERATELY = 'refused deliberately';

export function refusalReason(boundary: Boundary): string {
  return isOwn(boundary) ? DELIBERATELY : 'refused';
}

/** Whether what passed at one release is refused at the next, with the refusal in words of its own. */
export function isRefused({ direction, after, failure }: Boundary): boolean {
  return direction === 'regressed' && after.outcome === 'unsupported' && DELIBERATE.includes(failure?.reason ?? '');
}

/**
 * `PEFT refuses this since peft 0.19.0, deliberately: ...`. Where another library changed, words are all that is known: the
 * refusal was there before, and what leads to it may be an accident.
 */
export function refusalText(boundary: Boundary): string {
  const { library, firstBad, failure } = boundary;
  const who = raisedIn(boundary);
  const how = isOwn(boundary) ? 'deliberately' : 'in the words of a deliberate refusal';
  return `${who === 'peft' ? 'PEFT' : who} refuses this since ${library} ${firstBad}, ${how}: ${failure?.message ?? ''}`;
}

function isOwn(boundary: Boundary): boolean {
  return raisedIn(boundary) === boundary.library;
}

/** The library that the error was raised in, by its innermost frame: `peft/tuners/lora/model.py:12 _check`. */
function raisedIn({ failure, library }: Boundary): string {
  const frame = failure?.frames?.findLast((one) => one.includes('/'));
  return frame?.split('/')[0]?.replaceAll('_', '-') ?? library;
}
