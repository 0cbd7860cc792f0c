import type { MeasuredPin, Pin } from '../domain/search.ts';

/** Versions that were measured as a way out, as specifiers to put into a manifest; those that keep the change first. */
export function propose(measured: readonly MeasuredPin[]): readonly Pin[] {
  return measured.map(toPin).toSorted((left, right) => rank(right) - rank(left));
}

function toPin(pin: MeasuredPin): Pin {
  const { kind, library, version, below, newestPatch, unlocks, holds, of, measuredIn } = pin;
  const specifier = below === undefined ? `${library}>=${version}` : `${library}<${below}`;
  return {
    ...{ kind, library, version, ...(below && { below }), ...(newestPatch && { newestPatch }) },
    ...{ specifier, keepsBump: kind !== 'hold', unlocks, holds, of, measuredIn },
  };
}

/** More cells first, then the one that keeps the change. */
function rank(pin: Pin): number {
  return pin.unlocks.length * 4 + (pin.holds === pin.of ? 2 : 0) + (pin.keepsBump ? 1 : 0);
}
