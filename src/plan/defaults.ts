/** The cells that stand for those that nobody names: the usual ones, and what a library is for that these do not need. */
import { CODE_PATHS } from '../domain/code-paths.ts';
import { ALWAYS } from '../domain/environment.ts';
import { METHODS } from '../domain/matrix.ts';
import { ALTERNATIVES, allCells, DEFAULT_PATTERNS, packagesOf, QUANTIZATIONS } from './matrix.ts';
import { selectCells } from './patterns.ts';
import type { SweepRequest } from './plan.ts';

const USUAL_PLACES = 'none/{llama,qwen2}/causal-lm';

/** What every cell needs, or a usual one. */
function usualPackages(): ReadonlySet<string> {
  return new Set([...ALWAYS, ...selectCells(DEFAULT_PATTERNS, allCells(), []).flatMap(packagesOf)]);
}

/** Patterns of the cells that need a library; none where it is one of the usual ones. */
function patternsFor(library: string, usual: ReadonlySet<string>): readonly string[] {
  if (usual.has(library)) return [];
  const paths = Object.entries(CODE_PATHS).filter(([, { packages = [] }]) => packages.includes(library));
  const methods = Object.entries(METHODS).filter(([, { packages = {} }]) => library in packages);
  const forms = Object.entries(QUANTIZATIONS).filter(
    ([, { packages, needsGpu, slow }]) => library in packages && needsGpu === undefined && slow === undefined,
  );
  return [
    ...paths.map(([name]) => `{${ALTERNATIVES.map((method) => `${method}+${name}`).join(',')}}/${USUAL_PLACES}`),
    ...methods.map(([name]) => `${name}/none/llama/causal-lm`),
    ...forms.map(([name]) => `lora/${name}/llama/causal-lm`),
  ];
}

/**
 * A request with the cells that its swept and held libraries are for, where nobody chose any. Where nothing else is swept
 * the usual cells would show nothing, and are left out.
 */
export function withDefaultCells(request: SweepRequest): SweepRequest {
  if (request.chosenBy !== 'default') return request;
  const usually = usualPackages();
  const changed = request.changes.map(({ library }) => patternsFor(library, usually));
  const held = Object.keys(request.held).map((library) => patternsFor(library, usually));
  const isAlone = changed.length > 0 && changed.every((patterns) => patterns.length > 0);
  const usual = isAlone
    ? request.cells.filter((pattern) => !DEFAULT_PATTERNS.some((one) => one === pattern))
    : request.cells;
  return { ...request, cells: [...changed.flat(), ...held.flat(), ...usual] };
}
