import type { Evidence } from './evidence.ts';
import type { Scope } from './place.ts';

/** A rule whose answer is kept until something is measured that bears on it. */
export function remembered<Value>(scope: Scope, rule: (evidence: Evidence) => Value): (evidence: Evidence) => Value {
  const known = new WeakMap<Evidence, { readonly version: number; readonly value: Value }>();
  return (evidence) => {
    const earlier = known.get(evidence);
    const version = evidence.version(scope);
    if (earlier !== undefined && earlier.version === version) return earlier.value;
    const value = rule(evidence);
    known.set(evidence, { version, value });
    return value;
  };
}
