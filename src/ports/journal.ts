/** What is known already, and kept. */
import type { Environment, EnvironmentRequest } from '../domain/environment.ts';
import type { Result } from '../domain/outcome.ts';
import type { ResultKey } from '../result/key.ts';

/** What a result answers: one of several repeats of a measurement, asked of an environment by the key of its request. */
export interface Asked {
  readonly request: string;
  readonly key: ResultKey;
  readonly repeat: number;
}

/** Finished work, on disk at once: what a run that died had measured. */
export interface Journal {
  /** By the key of its request. */
  environment(request: string): Environment | undefined;
  /** By what was measured, for whatever request and in whatever run. */
  result(asked: Asked): Result | undefined;
  addEnvironment(request: EnvironmentRequest, environment: Environment): void;
  addResult(asked: Asked, result: Result): void;
}
