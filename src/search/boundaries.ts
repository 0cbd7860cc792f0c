import { type Cell, cellId } from '../domain/cell.ts';
import type { Change } from '../domain/change.ts';
import { compareResults, isWorse } from '../domain/comparison.ts';
import { lockDifference } from '../domain/environment.ts';
import { isMeasured } from '../domain/outcome.ts';
import type { Boundary, Question } from '../domain/search.ts';
import { bisect, type Interval, type PointState } from './bisect.ts';
import { compareAt, compareHead, resultAt } from './compare.ts';
import { environmentFor, type History, resultFor } from './history.ts';
import type { Problem } from './problem.ts';
import { ask, movedRequest, requestFor } from './requests.ts';

/** A cell, the change that moves it, and how closely its boundary is known. */
export interface Located {
  readonly cell: Cell;
  readonly change: Change;
  readonly interval: Interval;
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
  const state = (index: number) => stateAt(problem, history, cell, change, index);
  const built = (index: number) => {
    const request = requestFor(problem, history, cell, at(change, index));
    return request !== undefined && environmentFor(history, request) !== undefined;
  };
  return { cell, change, interval: bisect(change.releases.length - 1, state, built) };
}

function stateAt(problem: Problem, history: History, cell: Cell, change: Change, index: number): PointState {
  const request = requestFor(problem, history, cell, at(change, index));
  const environment = request && environmentFor(history, request);
  if (environment && environment.status !== 'built') return 'unusable';
  const result = resultAt(problem, history, cell, at(change, index));
  if (result === undefined) return 'unknown';
  if (!isMeasured(result)) return 'unusable';
  const { comparison } = compareResults(resultAt(problem, history, cell, {}), result);
  return comparison === 'same' || comparison === 'changed' ? 'base' : 'moved';
}

export function at(change: Change, index: number): Readonly<Record<string, string>> {
  return { [change.library]: change.releases[index] ?? change.to };
}

export function bisectionQuestions(
  problem: Problem,
  history: History,
  located: readonly Located[],
): readonly Question[] {
  return located.flatMap(({ cell, change, interval }) =>
    interval.ask === undefined ? [] : ask(problem, history, 'bisect', at(change, interval.ask), [cell]),
  );
}

/** Both neighbours of a boundary once more: a boundary counts only where the second run agrees. */
export function repeatQuestions(problem: Problem, history: History, located: readonly Located[]): readonly Question[] {
  return located.flatMap(({ cell, change, interval }) =>
    [interval.low, interval.high].flatMap((index) => ask(problem, history, 'repeat', at(change, index), [cell], 2)),
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
    return environment ? [{ purpose: 'held-back' as const, environment, cells: [one.cell], repeat: 1 }] : [];
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

/** The boundary of a located cell, once nothing is left to ask about it. */
export function boundaryOf(problem: Problem, history: History, located: Located): Boundary | undefined {
  const { cell, change, interval } = located;
  const base = resultAt(problem, history, cell, {});
  const bad = resultAt(problem, history, cell, at(change, interval.high));
  const compared = compareResults(base, bad);
  const direction = compared.comparison;
  if (interval.ask !== undefined || !base || !bad) return undefined;
  if (direction !== 'regressed' && direction !== 'degraded' && direction !== 'fixed') return undefined;
  const failure = direction === 'fixed' ? base.failures[0] : (compared.fresh[0] ?? bad.failures[0]);
  return {
    cell: cellId(cell),
    library: change.library,
    direction,
    lastGood: change.releases[interval.low] ?? change.from,
    firstBad: change.releases[interval.high] ?? change.to,
    stage: failure?.stage ?? 'train',
    reason: failure?.reason ?? 'fact',
    signature: failure?.signature ?? compared.what.join('; '),
    message: failure?.message ?? compared.what.join('; '),
    measured: measuredVersions(problem, history, located),
    alsoChanged: alsoChanged(problem, history, located),
    certainty: certaintyOf(problem, history, located),
  };
}

function measuredVersions(problem: Problem, history: History, { cell, change }: Located): readonly string[] {
  return change.releases.filter((_, index) => isMeasured(resultAt(problem, history, cell, at(change, index))));
}

function certaintyOf(problem: Problem, history: History, located: Located): Boundary['certainty'] {
  const { cell, change, interval } = located;
  const firstBad = compareAt(problem, history, cell, at(change, interval.high)).comparison;
  const again = compareAt(problem, history, cell, at(change, interval.high), 2).comparison;
  const goodAgain = compareAt(problem, history, cell, at(change, interval.low), 2).comparison;
  const runs = [again, goodAgain].filter((comparison) => comparison !== 'not-compared').length;
  const agree = Number(again === firstBad) + Number(goodAgain === 'same' || goodAgain === 'changed');
  return {
    runs,
    agree,
    adjacent: interval.high - interval.low === 1,
    confounded: isConfounded(problem, history, located, firstBad),
  };
}

/** Confounded: with everything else held back the cell no longer moves, so the library alone is not the cause. */
function isConfounded(problem: Problem, history: History, located: Located, firstBad: string): boolean {
  const request = heldBackRequest(problem, history, located);
  const environment = request && environmentFor(history, request);
  if (request === undefined || environment?.status !== 'built') return false;
  const result = resultFor(history, request, cellId(located.cell));
  if (!isMeasured(result)) return false;
  return compareResults(resultAt(problem, history, located.cell, {}), result).comparison !== firstBad;
}

export function isFlaky(boundary: Boundary): boolean {
  return boundary.certainty.runs > boundary.certainty.agree;
}

export function breaks(boundary: Boundary): boolean {
  return isWorse(boundary.direction);
}
