/** The cells that a repository's code asks for: sure ones first, then those that stand for partly known ones. */
import { type PartialCell, type UsedCell, usedCells } from '../detect/cells.ts';
import type { Repository } from '../detect/repository.ts';
import { type Cell, type CellId, cellId } from '../domain/cell.ts';
import { hasPath, methodBy } from '../domain/code-paths.ts';
import type { Finding } from '../domain/manifest.ts';
import { allCells } from '../plan/matrix.ts';
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
  /** With the cells that stand for each. */
  readonly partial: readonly (PartialCell & { readonly measured: readonly CellId[] })[];
  readonly unsure: readonly { readonly value: string; readonly file: string; readonly line: number }[];
  /** Whether any file of the code calls PEFT. */
  readonly callsPeft: boolean;
}

export function codeCells({ code }: Pick<Repository, 'code'>): CodeCells {
  const { cells, partial, unsure } = usedCells(code, allCells(), MOST_CELLS);
  const sure = cells.map((used) => ({ id: cellId(byItsPaths(used)), source: used.source }));
  const taken = new Set(cells.map(({ cell }) => cellId(cell)));
  const guessed = partial.map((one) => {
    const measured = expandPartial(one.pattern)
      .map(cellId)
      .filter((id) => taken.has(id) || (taken.size < MOST_CELLS && taken.add(id)));
    return { ...one, measured };
  });
  return { sure, partial: guessed, unsure, callsPeft: code.some(({ found }) => found.length > 0) };
}

/** The cell by the code paths that the code takes, as far as there are such cells. Checkpointing is one of three. */
function byItsPaths({ cell, paths = [] }: UsedCell): Cell {
  const fitting = paths.filter((path) => hasPath(cell, path));
  const kinds = fitting.filter((path) => path.startsWith('checkpointing'));
  const taken = kinds.length > 1 ? fitting.filter((path) => !kinds.includes(path)) : fitting;
  return { ...cell, method: methodBy(cell.method, taken) };
}

/** What is said of a run of these cells: what was guessed, and what could not be told. */
export function cellFindings({ partial, unsure, callsPeft }: CodeCells): readonly Finding[] {
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
    ...shortened(
      'cells-unsure',
      unsure.map(({ value, file, line }) => ({ kind: 'cells-unsure', message: value, file, line })),
    ),
  ];
}

/** A report is not to be buried under what is not sure: `diff` shows it. */
function shortened(kind: string, findings: readonly Finding[]): readonly Finding[] {
  const rest = findings.length - MOST_SAID;
  if (rest <= 0) return findings;
  return [...findings.slice(0, MOST_SAID), { kind, message: `And ${rest} more of the code; \`diff\` lists them.` }];
}

/** The cells that the code uses, unless somebody chose others; what is excluded stays so. */
export function withCells(request: SweepRequest, { sure, partial }: CodeCells): SweepRequest {
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
  return { ...request, cells: [...Object.keys(sources), ...excluded], chosenBy: 'code', sources, guessed };
}
