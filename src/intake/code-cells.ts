/** The cells that a repository's code asks for: sure ones first, then those that stand for partly known ones. */
import { type PartialCell, type UsedCell, usedCells } from '../detect/cells.ts';
import type { Repository } from '../detect/repository.ts';
import { type Cell, type CellId, cellId } from '../domain/cell.ts';
import { hasPath, methodBy } from '../domain/code-paths.ts';
import type { Finding } from '../domain/manifest.ts';
import type { OwnConfigurations } from '../domain/own-configuration.ts';
import { allCells, usualOf } from '../plan/matrix.ts';
import { type NotCarried, OwnCells } from '../plan/own/cells.ts';
import { expandPartial } from '../plan/partial.ts';
import type { SweepRequest } from '../plan/plan.ts';

/** Cells found in the code that one run measures at most: contract of the public configuration. */
const MOST_CELLS = 36;
/** Findings of one kind about the code in a report. */
const MOST_SAID = 12;
const FAILS_NOTHING =
  'A cell that is guessed is measured and shown, and fails no check: name it under `cells:` in `.github/peft-sweep.yml` and it does.';

export interface CodeCells {
  readonly sure: readonly { readonly id: CellId; readonly source: string }[];
  /** The user's own arguments of these and of the cells that stand for partly known ones. */
  readonly configurations: OwnConfigurations;
  /** Cells with the matrix's arguments that stand beside one with its own, and that the code does not use as they are. */
  readonly beside: readonly CellId[];
  readonly notCarried: readonly NotCarried[];
  /** With the cells that stand for each. */
  readonly partial: readonly (PartialCell & { readonly measured: readonly CellId[] })[];
  readonly unsure: readonly { readonly value: string; readonly file: string; readonly line: number }[];
  /** Whether any file of the code calls PEFT. */
  readonly callsPeft: boolean;
}

export function codeCells({ code }: Pick<Repository, 'code'>): CodeCells {
  const { cells, partial, unsure } = usedCells(code, allCells(), MOST_CELLS);
  const own = new OwnCells();
  const sure = cells.flatMap((used) => {
    const ids = own.add(byItsPaths(used), used.written);
    return ids.map((id) => ({ id, source: used.source }));
  });
  const taken = new Set(cells.map(({ cell }) => cellId(cell)));
  const guessed = partial.map((one) => {
    const measured = expandPartial(one.pattern)
      .filter((cell) => taken.has(cellId(cell)) || (taken.size < MOST_CELLS && taken.add(cellId(cell))))
      .flatMap((cell) => own.add(cell, one.written));
    return { ...one, measured };
  });
  const callsPeft = code.some(({ found }) => found.length > 0);
  const { configurations } = own;
  const said = { unsure, notCarried: own.notes(), callsPeft };
  return { sure, configurations, beside: own.beside(), partial: guessed, ...said };
}

/** The cell by the code paths that the code takes, as far as there are such cells. Checkpointing is one of three. */
function byItsPaths({ cell, paths = [] }: UsedCell): Cell {
  const fitting = paths.filter((path) => hasPath(cell, path));
  const kinds = fitting.filter((path) => path.startsWith('checkpointing'));
  const taken = kinds.length > 1 ? fitting.filter((path) => !kinds.includes(path)) : fitting;
  return { ...cell, method: methodBy(cell.method, taken) };
}

/** What is said of a run of these cells: what was guessed, and what could not be told. */
export function cellFindings({ partial, unsure, notCarried, callsPeft }: CodeCells): readonly Finding[] {
  const guessed = partial.map(({ pattern, source, why, measured }) => {
    const [file = '', line = '1'] = source.split(/:(?=\d+$)/);
    const as = measured.length > 0 ? `measured as ${measured.map((id) => `\`${id}\``).join(', ')}` : 'not measured';
    return { kind: 'cells-partial', message: `\`${pattern}\` is used: ${why}; ${as}.`, file, line: Number(line) };
  });
  const none = 'No call of PEFT was found in the code: the default cells are measured instead.';
  return [
    ...(callsPeft ? [] : [{ kind: 'no-peft', message: none }]),
    ...shortened('cells-partial', guessed),
    ...(partial.some(({ measured }) => measured.length > 0) ? [{ kind: 'cells-partial', message: FAILS_NOTHING }] : []),
    ...shortened('not-carried', notCarried.map(notCarriedFinding)),
    ...shortened(
      'cells-unsure',
      unsure.map(({ value, file, line }) => ({ kind: 'cells-unsure', message: value, file, line })),
    ),
  ];
}

function notCarriedFinding({ argument, why, at }: NotCarried): Finding {
  const [file = '', line = '1'] = at.split(/:(?=\d+$)/);
  return { kind: 'not-carried', message: `\`${argument}\` is not carried: ${why}.`, file, line: Number(line) };
}

/** A report is not to be buried under what is not sure: `diff` shows it. */
function shortened(kind: string, findings: readonly Finding[]): readonly Finding[] {
  const rest = findings.length - MOST_SAID;
  if (rest <= 0) return findings;
  return [...findings.slice(0, MOST_SAID), { kind, message: `And ${rest} more of the code; \`diff\` lists them.` }];
}

/** Arguments of the code, beside those that somebody named. */
function withOwn(request: SweepRequest, configurations: OwnConfigurations): SweepRequest {
  const all = { ...configurations, ...request.configurations };
  return Object.keys(all).length === 0 ? request : { ...request, configurations: all };
}

/** The cells that the code uses, unless somebody chose others; what is excluded stays so. */
export function withCells(asked: SweepRequest, { sure, partial, configurations, beside }: CodeCells): SweepRequest {
  const request = withOwn(asked, configurations);
  const used = [...sure, ...partial.flatMap(({ measured, source }) => measured.map((id) => ({ id, source })))];
  const sources: Record<string, string> = {};
  for (const { id, source } of used) sources[id] ??= source;
  if (request.chosenBy !== 'default' || used.length === 0) return { ...request, sources };
  const excluded = request.cells.filter((pattern) => pattern.startsWith('!'));
  const isSure = new Set(sure.map(({ id }) => id));
  const guessed = partial.map(({ pattern, source, why, measured }) => ({
    pattern,
    source,
    why,
    cells: measured.filter((id) => !isSure.has(id)),
  }));
  // Who declares a checkpoint has it measured, whatever the code names.
  const declared = Object.entries(request.checkpoints ?? {}).map(([name, one]) => usualOf(name, one));
  const cells = [...Object.keys(sources), ...beside, ...declared, ...excluded];
  return { ...request, cells, chosenBy: 'code', sources, guessed, beside };
}
