/** What else works with the change kept: other methods on the same model, and the same method unquantized. */
import type { Cell } from '../../domain/cell.ts';
import { methodParts } from '../../domain/code-paths.ts';
import { isWorse } from '../../domain/comparison.ts';
import { moveWords } from '../../domain/moves.ts';
import { isBroken } from '../../domain/outcome.ts';
import type { Workaround } from '../../domain/search.ts';
import { atHead, isControlSound, uniqueCells, worseCells } from '../compare.ts';
import type { Concern } from '../concern.ts';
import { BASE, type Evidence } from '../evidence.ts';
import { withControls } from '../problem.ts';
import { remembered } from '../remembered.ts';
import { flakyCells } from './boundary.ts';

export const workaround: Concern = {
  ask: remembered('ends', (evidence) => {
    const wanted: Cell[] = [];
    const beside: Cell[] = [];
    const worse = byModel(worseCells(evidence));
    for (const other of evidence.problem.alternatives) {
      const own = (worse.get(modelOf(other)) ?? []).filter((cell) => kindOf(cell, other) !== undefined);
      const isBeside = hasBase(evidence, other) && own.some((cell) => needsBase(evidence, cell));
      if (isBeside) beside.push(other);
      if (isBeside || own.some((cell) => !needsBase(evidence, cell))) wanted.push(other);
    }
    return [
      ...evidence.ask('base', BASE, withControls(uniqueCells(beside))),
      ...evidence.ask('workaround', evidence.head, withControls(uniqueCells(wanted))),
    ];
  }),

  conclude: (evidence) => {
    const worse = worseCells(evidence).filter((cell) => !flakyCells(evidence).has(evidence.id(cell)));
    return { workarounds: worse.flatMap((cell) => workaroundsOf(evidence, cell)) };
  },
};

/** The cells that could stand in for any other of the same model. */
const candidates = remembered('ends', ({ problem }) =>
  byModel(uniqueCells([...problem.cells, ...problem.alternatives])),
);

function byModel(cells: readonly Cell[]): ReadonlyMap<string, readonly Cell[]> {
  const found = new Map<string, Cell[]>();
  for (const cell of cells) {
    const own = found.get(modelOf(cell));
    if (own) own.push(cell);
    else found.set(modelOf(cell), [cell]);
  }
  return found;
}

function modelOf({ architecture, task }: Cell): string {
  return `${architecture}/${task}`;
}

/** What was tried in place of a cell, and why it is no way out where it is none. */
function workaroundsOf(evidence: Evidence, cell: Cell): readonly Workaround[] {
  return (candidates(evidence).get(modelOf(cell)) ?? []).flatMap((other) => {
    const kind = kindOf(cell, other);
    const result = kind && evidence.at(other, evidence.head);
    if (kind === undefined || result === undefined) return [];
    const why = result.outcome === 'pass' ? whyNot(evidence, cell, other) : undefined;
    const tried = { cell: evidence.id(cell), kind, use: evidence.id(other), outcome: result.outcome };
    return [{ ...tried, helps: result.outcome === 'pass' && why === undefined, ...(why && { why }) }];
  });
}

/** How another cell of the same model could stand in for one; undefined where it is none that could. */
function kindOf(cell: Cell, other: Cell): Workaround['kind'] | undefined {
  const isQuantizedAlike = other.quantization === cell.quantization;
  if (other.method === 'base' || (isQuantizedAlike && other.method === cell.method)) return undefined;
  // Another code path is nothing that a user could put in its place and have the same.
  if (methodParts(other.method).paths.join() !== methodParts(cell.method).paths.join()) return undefined;
  if (isQuantizedAlike) return 'method';
  return other.method === cell.method && other.quantization === 'none' ? 'quantization' : undefined;
}

/** Why a cell that passes at head does not stand in for one that is worse there. */
function whyNot(evidence: Evidence, cell: Cell, other: Cell): string | undefined {
  if (isWorse(atHead(evidence, other).comparison)) return 'worse than before the change';
  const control = evidence.at(evidence.controlOf(other), evidence.head);
  if (control?.outcome !== 'pass' && !isBroken(control)) return 'the base model was not measured there';
  if (control?.outcome !== 'pass' && !isControlSound(evidence, other, evidence.head))
    return `the base model is ${control?.outcome === 'wrong' ? 'wrong' : 'broken'} there`;
  const unchecked = uncheckedIn(evidence, cell, other);
  return unchecked.length > 0 ? `not checked there: ${unchecked.join(', ')}` : undefined;
}

/** What got worse in a cell and was not looked at in the other one. A quantization that is dropped has no such stage. */
function uncheckedIn(evidence: Evidence, cell: Cell, other: Cell): readonly string[] {
  const { fresh, moves } = atHead(evidence, cell);
  const result = evidence.at(other, evidence.head);
  const isDropped = (stage: string) => stage === 'quantize' && other.quantization === 'none';
  const stages = fresh.map(({ stage }) => stage).filter((stage) => result?.stages[stage] !== 'ok' && !isDropped(stage));
  if (atHead(evidence, other).comparison !== 'not-compared') return stages;
  return [...stages, ...moves.filter(({ kind }) => kind !== 'stage').map((move) => moveWords(move))];
}

/** Whether only a measurement at base can tell that another cell is not broken in the same way. */
function needsBase(evidence: Evidence, cell: Cell): boolean {
  return atHead(evidence, cell).moves.some((move) => move.kind !== 'stage' || move.stage === 'carry');
}

/** Whether the base of a cell's package set stands: none is built for a way out alone. */
function hasBase(evidence: Evidence, cell: Cell): boolean {
  return evidence.environment(cell, BASE)?.status === 'built';
}
