import { type Cell, cellId } from '../domain/cell.ts';
import { isWorse } from '../domain/comparison.ts';
import { requestKey } from '../domain/environment.ts';
import type { Boundary, CellComparison, Conclusions, MeasuredPin } from '../domain/search.ts';
import { compareVersions } from '../domain/version.ts';
import { boundariesOf, isFlaky } from './boundaries.ts';
import {
  brokenControl,
  compareAt,
  compareHead,
  isBaseModel,
  isControlSound,
  isMended,
  movedCells,
  type Pins,
  resultAt,
  worseCells,
  worseOrControls,
} from './compare.ts';
import type { History } from './history.ts';
import { holdPins, leftUndone, located } from './next.ts';
import { partnersFound } from './partners.ts';
import type { Problem } from './problem.ts';
import { headPins, requestFor } from './requests.ts';
import { workaroundsOf } from './workarounds.ts';

export function conclude(problem: Problem, history: History): Conclusions {
  const boundaries = located(problem, history).flatMap((one) => boundariesOf(problem, history, one));
  const flaky = new Set(boundaries.filter(isFlaky).map((boundary) => boundary.cell));
  const compared = (cell: Cell) => comparisonOf(problem, history, cell, flaky);
  return {
    comparisons: problem.cells.map(compared),
    controls: problem.controls.map(compared),
    boundaries: boundaries.filter((boundary) => !isFlaky(boundary)),
    together: togetherOnly(problem, history),
    measuredPins: [...partnerPins(problem, history), ...holdPinsFound(problem, history, boundaries)].flatMap((pin) =>
      withoutFlaky(pin, flaky),
    ),
    workarounds: worseCells(problem, history)
      .filter((cell) => !flaky.has(cellId(cell)))
      .flatMap((cell) => workaroundsOf(problem, history, cell)),
    left: leftUndone(problem, history),
  };
}

/** A cell that fails now and then is mended by nothing: a pin that mends no other is none. */
function withoutFlaky(pin: MeasuredPin, flaky: ReadonlySet<string>): readonly MeasuredPin[] {
  const unlocks = pin.unlocks.filter((cell) => !flaky.has(cell));
  return unlocks.length > 0 ? [{ ...pin, unlocks }] : [];
}

function comparisonOf(problem: Problem, history: History, cell: Cell, flaky: ReadonlySet<string>): CellComparison {
  const { comparison, moves } = compareHead(problem, history, cell);
  const before = resultAt(problem, history, cell, {});
  const after = resultAt(problem, history, cell, headPins(problem));
  const control = brokenControl(problem, history, cell, headPins(problem));
  return {
    cell: cellId(cell),
    comparison: flaky.has(cellId(cell)) ? 'flaky' : comparison,
    moves,
    ...(isBaseModel(problem, history, cell) && { cause: 'base model' as const }),
    ...(before && { before }),
    ...(after && { after }),
    ...(control && { brokenControl: control }),
  };
}

function togetherOnly(problem: Problem, history: History): readonly string[] {
  if (problem.changes.length === 1) return [];
  const found = new Set(located(problem, history).map((one) => cellId(one.cell)));
  const allAlone = (cell: Cell) =>
    problem.changes.every((change) => {
      const { comparison } = compareAt(problem, history, cell, { [change.library]: change.to });
      return comparison !== 'not-compared';
    });
  return movedCells(problem, history)
    .filter((cell) => !found.has(cellId(cell)) && allAlone(cell))
    .map(cellId);
}

function partnerPins(problem: Problem, history: History): readonly MeasuredPin[] {
  return partnersFound(problem, history).flatMap(({ library, version, newestPatch }) => {
    const counted = count(problem, history, { ...headPins(problem), [library]: version });
    const own = problem.changes.some((change) => change.library === library);
    const kind = own ? ('floor' as const) : ('raise-partner' as const);
    return counted.unlocks.length > 0
      ? [{ kind, library, version, ...(newestPatch && { newestPatch }), ...counted }]
      : [];
  });
}

/** A hold before what broke; where a limit left a boundary open, before the first release that was not measured. */
function holdPinsFound(problem: Problem, history: History, boundaries: readonly Boundary[]): readonly MeasuredPin[] {
  const pins = holdPins(problem, history);
  const counted = count(problem, history, { ...headPins(problem), ...pins });
  if (counted.unlocks.length === 0) return [];
  return problem.changes.flatMap(({ library, from, to, releases }) => {
    const version = pins[library];
    if (version === undefined) return [];
    if (compareVersions(from, to) > 0) return [{ kind: 'hold' as const, library, version, ...counted }];
    const boundary = boundaries.find((one) => one.library === library && one.lastGood === version);
    const next = releases[releases.indexOf(version) + 1];
    const below = boundary && (boundary.certainty.open > 0 ? next : boundary.firstBad);
    return below ? [{ kind: 'hold' as const, library, version, below, ...counted }] : [];
  });
}

/** What some versions are a way out for, and how many planned cells stand with them as they did at base. */
function count(problem: Problem, history: History, pins: Pins) {
  const worse = new Set(worseCells(problem, history).map(cellId));
  const measured = problem.cells.filter(
    (cell) => compareAt(problem, history, cell, pins).comparison !== 'not-compared',
  );
  const isGood = (cell: Cell) =>
    worse.has(cellId(cell))
      ? isMended(problem, history, cell, pins)
      : !isWorse(compareAt(problem, history, cell, pins).comparison) && isControlSound(problem, history, cell, pins);
  const first = problem.cells[0];
  const request = first && requestFor(problem, history, first, pins);
  return {
    unlocks: worseOrControls(problem, history)
      .filter((cell) => isMended(problem, history, cell, pins))
      .map(cellId),
    holds: measured.filter(isGood).length,
    of: measured.length,
    measuredIn: request ? requestKey(request) : '',
  };
}
