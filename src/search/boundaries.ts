import { type Cell, cellId } from '../domain/cell.ts';
import type { Change } from '../domain/change.ts';
import { compareResults, isStill } from '../domain/comparison.ts';
import { lockDifference } from '../domain/environment.ts';
import { failedStages, isMeasured, type Result, withSoundCarry } from '../domain/outcome.ts';
import type { Boundary, Question, Standing } from '../domain/search.ts';
import { bisect, type Interval, type PointState } from './bisect.ts';
import { compareAt, compareHead, resultAt, wayOf } from './compare.ts';
import { environmentFor, type History, resultFor } from './history.ts';
import type { Problem } from './problem.ts';
import { ask, carryInto, movedRequest, requestFor } from './requests.ts';

/** A cell, the change that moves it, and how closely its boundary is known. */
export interface Located {
  readonly cell: Cell;
  readonly change: Change;
  readonly interval: Interval;
  /** Where the first bad release fails in another way than the head: from which release on it fails like the head. */
  readonly later?: Interval;
}

/** The one change that moves a cell by itself; undefined while not measured, or where several are needed together. */
export function causeOf(problem: Problem, history: History, cell: Cell): Change | undefined {
  if (problem.changes.length === 1) return problem.changes[0];
  const head = compareHead(problem, history, cell).comparison;
  return problem.changes.find(
    (change) => compareAt(problem, history, cell, { [change.library]: change.to }).comparison === head,
  );
}

export function locate(problem: Problem, history: History, cell: Cell): Located | undefined {
  const change = causeOf(problem, history, cell);
  if (change === undefined) return undefined;
  const built = (index: number) => {
    const request = requestFor(problem, history, cell, at(change, index));
    return request !== undefined && environmentFor(history, request) !== undefined;
  };
  const last = change.releases.length - 1;
  const interval = bisect(0, last, (index) => stateAt(problem, history, cell, change, index), built);
  if (interval.ask !== undefined) return { cell, change, interval };
  const wayAt = (index: number) => wayOf(compareAt(problem, history, cell, at(change, index)));
  if (wayAt(interval.high) === wayAt(last)) return { cell, change, interval };
  const sameWay = (index: number): PointState => {
    const state = stateAt(problem, history, cell, change, index);
    return state === 'moved' || state === 'base' ? (wayAt(index) === wayAt(last) ? 'moved' : 'base') : state;
  };
  return { cell, change, interval, later: bisect(interval.high, last, sameWay, built) };
}

function stateAt(problem: Problem, history: History, cell: Cell, change: Change, index: number): PointState {
  const request = requestFor(problem, history, cell, at(change, index));
  const environment = request && environmentFor(history, request);
  if (environment && environment.status !== 'built') return 'unusable';
  const result = resultAt(problem, history, cell, at(change, index));
  if (result === undefined) return 'unknown';
  if (!isMeasured(result)) return 'unusable';
  return isStill(compareResults(resultAt(problem, history, cell, {}), result).comparison) ? 'base' : 'moved';
}

export function at(change: Change, index: number): Readonly<Record<string, string>> {
  return { [change.library]: change.releases[index] ?? change.to };
}

export function bisectionQuestions(
  problem: Problem,
  history: History,
  located: readonly Located[],
): readonly Question[] {
  return located.flatMap(({ cell, change, interval, later }) => {
    const index = interval.ask ?? later?.ask;
    return index === undefined ? [] : ask(problem, history, 'bisect', at(change, index), [cell]);
  });
}

/** Both neighbours of a boundary once more: a boundary counts only where the second run agrees. */
export function repeatQuestions(problem: Problem, history: History, located: readonly Located[]): readonly Question[] {
  return located.flatMap(({ cell, change, interval, later }) =>
    [interval.low, interval.high, ...(later ? [later.high] : [])].flatMap((index) =>
      ask(problem, history, 'repeat', at(change, index), [cell], 2),
    ),
  );
}

/** What else moved between the two neighbours, held back for one more measurement. */
export function heldBackQuestions(
  problem: Problem,
  history: History,
  located: readonly Located[],
): readonly Question[] {
  return located.flatMap((one) => {
    const environment = heldBackRequest(problem, history, one);
    if (environment === undefined) return [];
    const carry = carryInto(problem, history, environment);
    return [{ purpose: 'held-back' as const, environment, cells: [one.cell], repeat: 1, ...carry }];
  });
}

function neighbourLocks(problem: Problem, history: History, { cell, change, interval }: Located) {
  const [low, high] = [interval.low, interval.high].map((index) => {
    const request = requestFor(problem, history, cell, at(change, index));
    const environment = request && environmentFor(history, request);
    return environment?.status === 'built' ? { request, lock: environment.lock } : undefined;
  });
  return low && high ? { low, high } : undefined;
}

function alsoChanged(problem: Problem, history: History, located: Located): readonly string[] {
  const locks = neighbourLocks(problem, history, located);
  return locks ? lockDifference(locks.low.lock, locks.high.lock, [located.change.library]) : [];
}

function heldBackRequest(problem: Problem, history: History, located: Located) {
  const locks = neighbourLocks(problem, history, located);
  if (locks === undefined) return undefined;
  const { low, high } = locks;
  const back = Object.entries(low.lock).filter(
    ([name, version]) =>
      name !== located.change.library && high.lock[name] !== undefined && high.lock[name] !== version,
  );
  if (back.length === 0) return undefined;
  return movedRequest(
    problem,
    history,
    high.request?.packages ?? [],
    at(located.change, located.interval.high),
    Object.fromEntries(back),
  );
}

/** Whether nothing is left to ask about where a cell moves. */
export function isClosed({ interval, later }: Located): boolean {
  return interval.ask === undefined && later?.ask === undefined;
}

/**
 * The boundaries of a located cell, as closely as they are known: where it breaks or mends, and, where that
 * first failure is another than the head's, from which release on it fails like the head.
 */
export function boundariesOf(problem: Problem, history: History, located: Located): readonly Boundary[] {
  const { interval, later } = located;
  const highs = [interval.high, ...(later ? [later.high] : [])];
  return highs.flatMap((high) => boundaryAt(problem, history, located, high) ?? []);
}

function boundaryAt(problem: Problem, history: History, located: Located, high: number): Boundary | undefined {
  const { cell, change, interval } = located;
  const base = resultAt(problem, history, cell, {});
  const bad = resultAt(problem, history, cell, at(change, high));
  const compared = compareResults(base, bad);
  const direction = compared.comparison;
  if (!base || !bad || (direction !== 'regressed' && direction !== 'degraded' && direction !== 'fixed'))
    return undefined;
  const failure = direction === 'fixed' ? base.failures[0] : (compared.fresh[0] ?? bad.failures[0]);
  return {
    cell: cellId(cell),
    library: change.library,
    direction,
    lastGood: change.releases[interval.low] ?? change.from,
    firstBad: change.releases[high] ?? change.to,
    before: standingOf(resultAt(problem, history, cell, at(change, interval.low)) ?? base),
    after: standingOf(bad),
    ...(failure && { failure }),
    moves: compared.moves.filter(({ kind }) => kind !== 'stage'),
    measured: measuredVersions(problem, history, located),
    alsoChanged: alsoChanged(problem, history, located),
    certainty: certaintyOf(problem, history, located, high),
  };
}

function standingOf(result: Result): Standing {
  return { outcome: result.outcome, failed: failedStages(result) };
}

function measuredVersions(problem: Problem, history: History, { cell, change }: Located): readonly string[] {
  return change.releases.filter((_, index) => isMeasured(resultAt(problem, history, cell, at(change, index))));
}

function certaintyOf(problem: Problem, history: History, located: Located, high: number): Boundary['certainty'] {
  const { cell, change, interval } = located;
  const bad = wayOf(compareAt(problem, history, cell, at(change, high)));
  const again = compareAt(problem, history, cell, at(change, high), 2);
  const goodAgain = compareAt(problem, history, cell, at(change, interval.low), 2).comparison;
  const runs = [again.comparison, goodAgain].filter((comparison) => comparison !== 'not-compared').length;
  const agree = Number(wayOf(again) === bad) + Number(isStill(goodAgain));
  const adjacent = high - interval.low === 1;
  const open = openBetween(problem, history, located, high);
  return { runs, agree, adjacent, open, confounded: isConfounded(problem, history, located) };
}

/** How many releases up to a boundary could still be asked for. */
function openBetween(problem: Problem, history: History, located: Located, high: number): number {
  if (isClosed(located)) return 0;
  const { cell, change, interval } = located;
  const between = change.releases.slice(interval.low + 1, high);
  return between.filter(
    (version) => stateAt(problem, history, cell, change, change.releases.indexOf(version)) === 'unknown',
  ).length;
}

/** Confounded: with everything else held back the cell no longer moves, so the library alone is not the cause. */
function isConfounded(problem: Problem, history: History, located: Located): boolean {
  const request = heldBackRequest(problem, history, located);
  const environment = request && environmentFor(history, request);
  if (request === undefined || environment?.status !== 'built') return false;
  const result = resultFor(history, request, cellId(located.cell));
  if (!isMeasured(result)) return false;
  const base = resultAt(problem, history, located.cell, {});
  return isStill(compareResults(base, withSoundCarry(result, base)).comparison);
}

export function isFlaky(boundary: Boundary): boolean {
  return boundary.certainty.runs > boundary.certainty.agree;
}
