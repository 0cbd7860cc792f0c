import { bestFirst } from '../domain/best-pin.ts';
import type { MeasuredPin, Pin } from '../domain/search.ts';

/** Versions that were measured as a way out, as specifiers to put into a manifest; those that keep the change first. */
export function propose(measured: readonly MeasuredPin[]): readonly Pin[] {
  const pins = measured.map(toPin);
  return bestFirst(pins.map((pin) => withOthers(pin, pins)));
}

/** Holds of several libraries were measured in one environment: one of them alone was not. */
function withOthers(pin: Pin, pins: readonly Pin[]): Pin {
  const others = pins.filter(
    (other) => pin.kind === 'hold' && other.kind === 'hold' && other !== pin && other.measuredIn === pin.measuredIn,
  );
  return others.length > 0 ? { ...pin, together: others.map(({ specifier }) => specifier) } : pin;
}

function toPin(pin: MeasuredPin): Pin {
  const { kind, library, version, below, newestPatch, unlocks, holds, of, measuredIn } = pin;
  const specifier = below === undefined ? `${library}>=${version}` : `${library}<${below}`;
  const keepsBump = kind !== 'hold';
  return {
    kind,
    library,
    version,
    ...(below !== undefined && { below }),
    ...(newestPatch !== undefined && { newestPatch }),
    specifier,
    keepsBump,
    unlocks,
    holds,
    of,
    measuredIn,
  };
}
