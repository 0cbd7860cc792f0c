import type { Facts } from '../../src/domain/facts.ts';
import type { Failure, Result, Stage, StageState } from '../../src/domain/outcome.ts';
import { STAGES } from '../../src/domain/outcome.ts';
import type { ResultKey } from '../../src/result/key.ts';

const EVERY_STAGE_OK = Object.fromEntries(STAGES.map((stage) => [stage, 'ok'])) as Record<Stage, StageState>;

export function passing(cell: string, facts: Facts = {}): Result {
  return { cell, outcome: 'pass', stages: EVERY_STAGE_OK, failures: [], facts };
}

export function raised(stage: Stage, message: string): Failure {
  return {
    stage,
    kind: 'raised',
    type: 'RuntimeError',
    reason: 'other',
    signature: `RuntimeError: ${message}`,
    message,
  };
}

export function checked(stage: Stage, check: string): Failure {
  return { stage, kind: 'check', type: check, reason: check, signature: check, message: check };
}

export function failing(cell: string, failures: readonly Failure[], facts: Facts = {}): Result {
  const stages = { ...EVERY_STAGE_OK, ...Object.fromEntries(failures.map(({ stage }) => [stage, 'fail' as const])) };
  const outcome = failures.some(({ kind }) => kind === 'raised') ? 'fail' : 'wrong';
  return { cell, outcome, stages, failures, facts };
}

/** Failed at a stage after which nothing was tried. */
export function stopped(cell: string, failure: Failure): Result {
  const reached = STAGES.slice(0, STAGES.indexOf(failure.stage)).map((stage) => [stage, 'ok'] as const);
  const stages = { ...Object.fromEntries(reached), [failure.stage]: 'fail' as const };
  return { cell, outcome: 'fail', stages, failures: [failure], facts: {} };
}

export function without(cell: string, outcome: 'inconclusive' | 'skipped' | 'unresolved' | 'unsupported'): Result {
  return { cell, outcome, reason: outcome, stages: {}, failures: [], facts: {} };
}

/** What was measured when a cell ran in an environment. */
export function keyOf(cell: string, environment: string, more: Partial<ResultKey> = {}): ResultKey {
  const common = { device: 'cpu', probe: '4', checkpoint: 'c0c0c0c0c0c0', configuration: 'test' } as const;
  return { environment, cell, ...common, ...more };
}
