/** A checkpoint of the user's own that the base loads and another environment does not: its files are the same, so a library moved. */
import { isMeasured, type Result } from './outcome.ts';
import { own } from './own.ts';

/** Why a checkpoint is not measured, where it can be the loader's doing -> the check of `build` that failed then. */
const CHECKS: Readonly<Record<string, string>> = {
  'wrong model type': 'weights-not-loaded',
  'tokenizer does not fit': 'tokenizer-does-not-fit',
};

/** A result as a verdict on the libraries, where the base went through `build` with the same files. */
export function withLoadedAtBase(result: Result, base: Result | undefined): Result {
  const type = result.outcome === 'skipped' ? own(CHECKS, result.reason ?? '') : undefined;
  if (type === undefined || !isMeasured(base) || base.stages.build !== 'ok') return result;
  const message = `loaded in the base, not here: ${result.message ?? ''}`;
  return {
    ...{ cell: result.cell, outcome: 'wrong', reason: type, message },
    stages: { import: 'ok', build: 'fail' },
    failures: [{ stage: 'build', kind: 'check', type, reason: type, signature: type, message }],
    facts: {},
  };
}
