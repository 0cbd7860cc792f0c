/** Where environments come from. */
import type { Environment, EnvironmentRequest, Lock } from '../domain/environment.ts';

/** Versions that an environment keeps to where it can. */
export interface Preferences {
  readonly versions: Lock;
  /** Names whose preferred version counts whatever its date: the user's own lock has it. */
  readonly ofAnyDate: readonly string[];
}

export interface Environments {
  /** Resolves and builds, keeping to the preferred versions where it can. What goes wrong is in the answer, never thrown. */
  prepare(request: EnvironmentRequest, preferences: Preferences): Promise<Environment>;
  /** Begins with one that may be asked for; only time is lost where it is not. Undefined where it cannot be had now. Never throws. */
  foresee(request: EnvironmentRequest, preferences: Preferences): Promise<Environment | undefined>;
}
