/** A scripted world for the search: a function says what each cell does at each set of pins. */
import { type Cell, cellId } from '../../src/domain/cell.ts';
import type { Environment, EnvironmentRequest } from '../../src/domain/environment.ts';
import type { Result } from '../../src/domain/outcome.ts';
import type { Measurement, Question } from '../../src/domain/search.ts';
import { conclude } from '../../src/search/conclude.ts';
import { Evidence } from '../../src/search/evidence.ts';
import { next } from '../../src/search/next.ts';
import { controlsOf, type Problem } from '../../src/search/problem.ts';
import { passing } from '../factories/results.ts';

export type Pins = Readonly<Record<string, string>>;

export interface Script {
  readonly cells: readonly Cell[];
  readonly changes: Problem['changes'];
  readonly base?: Pins;
  readonly partners?: Problem['partners'];
  /** Quantization -> what its environment needs. */
  readonly packages?: Readonly<Record<string, readonly string[]>>;
  readonly asks?: readonly string[];
  readonly alternatives?: readonly Cell[];
  readonly environments?: number;
  readonly search?: Problem['search'];
  /** undefined means: passes. */
  readonly result?: (cell: Cell, pins: Pins, repeat: number) => Result | undefined;
  readonly environment?: (pins: Pins) => Environment | undefined;
  /** What resolving adds to the lock besides the pins. */
  readonly extra?: (request: EnvironmentRequest) => Pins;
}

export const llama = (method: string, quantization = 'none'): Cell => ({
  method,
  quantization,
  architecture: 'llama',
  task: 'causal-lm',
});

export function change(library: string, releases: readonly string[]) {
  return { library, from: releases[0] ?? '', to: releases.at(-1) ?? '', releases };
}

export function problemOf(script: Script): Problem {
  const packages: Script['packages'] = { none: [], 'bnb-int8': ['bitsandbytes'], ...script.packages };
  return {
    changes: script.changes,
    held: {},
    cells: script.cells,
    controls: controlsOf(script.cells),
    alternatives: script.alternatives ?? [],
    partners: script.partners ?? {},
    asks: script.asks ?? [],
    packagesOf: ({ quantization }) => packages[quantization] ?? [],
    environments: script.environments ?? 100,
    search: script.search ?? 'bisect',
  };
}

/** A search played to its end. */
export function play(script: Script) {
  const problem = problemOf(script);
  const evidence = new Evidence(problem);
  const asked: Question[] = [];
  for (let round = 0; round < 200; round++) {
    const step = next(evidence);
    if (step.kind === 'done')
      return { problem, evidence, history: evidence.history, asked, conclusions: conclude(evidence) };
    asked.push(...step.questions);
    evidence.add(step.questions.map((question) => answer(script, question)));
  }
  throw new Error('the search does not end');
}

function answer(script: Script, question: Question): Measurement {
  const lock = {
    torch: '2.0.0',
    peft: '0.1.0',
    transformers: '1.0.0',
    ...script.base,
    ...question.environment.pins,
    ...Object.fromEntries(question.environment.packages.map((name) => [name, '0.40.0'])),
    ...script.extra?.(question.environment),
    ...question.environment.heldBack,
  };
  const environment = script.environment?.(lock) ?? { status: 'built' as const, id: JSON.stringify(lock), lock };
  const results = new Map(
    environment.status === 'built'
      ? question.cells.map((cell) => [
          cellId(cell),
          script.result?.(cell, lock, question.repeat) ?? passing(cellId(cell)),
        ])
      : [],
  );
  return { question, environment, results };
}
