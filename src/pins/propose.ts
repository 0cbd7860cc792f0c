import type { MeasuredPin, Pin } from '../domain/search.ts';
import { compareVersions } from '../domain/version.ts';

/** Versions that were measured as a way out, as specifiers to put into a manifest; those that keep the change first. */
export function propose(measured: readonly MeasuredPin[]): readonly Pin[] {
  return measured.map(toPin).toSorted((left, right) => rank(right) - rank(left));
}

function toPin(pin: MeasuredPin): Pin {
  const { library, version, unlocks, holds, of, measuredIn } = pin;
  // A change that goes back is held by a floor: the release that works is newer than the first bad one.
  const isBack = pin.below !== undefined && compareVersions(version, pin.below) > 0;
  const below = isBack ? undefined : pin.below;
  return {
    ...{ kind: isBack ? 'floor' : pin.kind, library, version, ...(below && { below }) },
    specifier: pin.kind === 'hold' && !isBack ? `${library}<${below}` : `${library}>=${version}`,
    ...{ keepsBump: pin.kind !== 'hold', unlocks, holds, of, measuredIn },
  };
}

/** More cells first, then the one that keeps the change. */
function rank(pin: Pin): number {
  return pin.unlocks.length * 4 + (pin.holds === pin.of ? 2 : 0) + (pin.keepsBump ? 1 : 0);
}
