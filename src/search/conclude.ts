import { type Cell, cellId } from '../domain/cell.ts';
import { isWorse } from '../domain/comparison.ts';
import { requestKey } from '../domain/environment.ts';
import type { Boundary, CellComparison, Conclusions, MeasuredPin, Workaround } from '../domain/search.ts';
import { boundariesOf, isFlaky } from './boundaries.ts';
import { compareAt, compareHead, isBaseModel, movedCells, resultAt, worseCells } from './compare.ts';
import type { History } from './history.ts';
import { holdPins, located } from './next.ts';
import { partnersFound } from './partners.ts';
import type { Problem } from './problem.ts';
import { headPins, requestFor } from './requests.ts';

type Pins = Readonly<Record<string, string>>;

export function conclude(problem: Problem, history: History): Conclusions {
  const boundaries = located(problem, history).flatMap((one) => boundariesOf(problem, history, one));
  const flaky = new Set(boundaries.filter(isFlaky).map((boundary) => boundary.cell));
  const compared = (cell: Cell) => comparisonOf(problem, history, cell, flaky);
  return {
    comparisons: problem.cells.map(compared),
    controls: problem.controls.map(compared),
    boundaries: boundaries.filter((boundary) => !isFlaky(boundary)),
    together: togetherOnly(problem, history),
    measuredPins: [...partnerPins(problem, history), ...holdPin(problem, history, boundaries)].flatMap((pin) =>
      withoutFlaky(pin, flaky),
    ),
    workarounds: worseCells(problem, history)
      .filter((cell) => !flaky.has(cellId(cell)))
      .flatMap((cell) => workaroundsOf(problem, history, cell)),
  };
}

/** A cell that fails now and then is mended by nothing: a pin that mends no other is none. */
function withoutFlaky(pin: MeasuredPin, flaky: ReadonlySet<string>): readonly MeasuredPin[] {
  const unlocks = pin.unlocks.filter((cell) => !flaky.has(cell));
  return unlocks.length > 0 ? [{ ...pin, unlocks }] : [];
}

function comparisonOf(problem: Problem, history: History, cell: Cell, flaky: ReadonlySet<string>): CellComparison {
  const { comparison, what } = compareHead(problem, history, cell);
  const before = resultAt(problem, history, cell, {});
  const after = resultAt(problem, history, cell, headPins(problem));
  return {
    cell: cellId(cell),
    comparison: flaky.has(cellId(cell)) ? 'flaky' : comparison,
    what,
    ...(isBaseModel(problem, history, cell) && { cause: 'base model' as const }),
    ...(before && { before }),
    ...(after && { after }),
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
  return partnersFound(problem, history).flatMap(({ library, version }) => {
    const counted = count(problem, history, { ...headPins(problem), [library]: version });
    const own = problem.changes.some((change) => change.library === library);
    const kind = own ? ('floor' as const) : ('raise-partner' as const);
    return counted.unlocks.length > 0 ? [{ kind, library, version, ...counted }] : [];
  });
}

function holdPin(problem: Problem, history: History, boundaries: readonly Boundary[]): readonly MeasuredPin[] {
  return Object.entries(holdPins(problem, history)).flatMap(([library, version]) => {
    const counted = count(problem, history, { ...headPins(problem), ...holdPins(problem, history) });
    const below = boundaries.find(
      (boundary) => boundary.library === library && boundary.lastGood === version,
    )?.firstBad;
    return counted.unlocks.length > 0 && below ? [{ kind: 'hold' as const, library, version, below, ...counted }] : [];
  });
}

function count(problem: Problem, history: History, pins: Pins) {
  const comparisons = problem.cells.map((cell) => ({ cell, ...compareAt(problem, history, cell, pins) }));
  const measured = comparisons.filter(({ comparison }) => comparison !== 'not-compared');
  const good = measured.filter(({ comparison }) => !isWorse(comparison));
  const worse = new Set(worseCells(problem, history).map(cellId));
  const first = problem.cells[0];
  const request = first && requestFor(problem, history, first, pins);
  return {
    unlocks: good.map(({ cell }) => cellId(cell)).filter((id) => worse.has(id)),
    holds: good.length,
    of: measured.length,
    measuredIn: request ? requestKey(request) : '',
  };
}

function workaroundsOf(problem: Problem, history: History, cell: Cell): readonly Workaround[] {
  const tried = [...problem.cells, ...problem.alternatives].filter(
    (other) => other.architecture === cell.architecture && other.task === cell.task && other.method !== 'base',
  );
  const seen = new Set<string>();
  return tried.flatMap((other) => {
    const sameMethod = other.method === cell.method && other.quantization === 'none' && cell.quantization !== 'none';
    const sameQuantization = other.quantization === cell.quantization && other.method !== cell.method;
    const id = cellId(other);
    if (!(sameMethod || sameQuantization) || seen.has(id)) return [];
    seen.add(id);
    const result = resultAt(problem, history, other, headPins(problem));
    if (result === undefined) return [];
    const kind = sameMethod ? ('quantization' as const) : ('method' as const);
    return [{ cell: cellId(cell), kind, use: id, helps: result.outcome === 'pass', outcome: result.outcome }];
  });
}
