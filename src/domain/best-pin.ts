/** Which of several ways out comes first. */

/** What a pin is judged by. */
interface Weighed {
  readonly unlocks: readonly string[];
  readonly holds: number;
  readonly of: number;
  readonly keepsBump: boolean;
}

/** How many cells are worse at head, and how many planned ones could be compared there. */
interface Against {
  readonly worse: number;
  readonly compared: number;
}

/**
 * The best first: what mends every worse cell and was measured with each that could be compared and breaks none, then what
 * mends more cells, then what breaks none, then what keeps the change. Without `against` no pin is known to be complete.
 */
export function bestFirst<Pin extends Weighed>(pins: readonly Pin[], against?: Against): readonly Pin[] {
  const isComplete = (pin: Pin) =>
    against !== undefined && pin.unlocks.length === against.worse && pin.holds === pin.of && pin.of >= against.compared;
  const score = (pin: Pin) => pin.unlocks.length * 4 + (pin.holds === pin.of ? 2 : 0) + Number(pin.keepsBump);
  return pins.toSorted(
    (left, right) => Number(isComplete(right)) - Number(isComplete(left)) || score(right) - score(left),
  );
}
