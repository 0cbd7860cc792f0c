/**
 * What the unit tests use of a test framework, in one process: `describe`, `it`, `it.each`, `afterAll`, `expect`. A test that was
 * collected is `{ id, run }`; `after` is what is to be done at the end. Starting a whole framework anew for each of thousands of mutants would take hours.
 */
import { createRequire } from 'node:module';

const { expect } = createRequire(import.meta.resolve('jest'))('expect');

/** Runs `load` with a framework that collects what it declares. */
export function collected(load) {
  const tests = new Map();
  const after = [];
  const path = [];
  const it = (name, run) => {
    const words = [...path, name].join(' › ');
    const id = tests.has(words) ? `${words} #${tests.size}` : words;
    tests.set(id, { id, run });
  };
  it.each = (rows) => (name, run) => {
    for (const [index, row] of rows.entries())
      it(`${name} [${index + 1}]`, () => (Array.isArray(row) ? run(...row) : run(row)));
  };
  const describe = (name, declare) => {
    path.push(name);
    declare();
    path.pop();
  };
  load({ describe, it, expect, afterAll: (run) => after.push(run) });
  return { tests: [...tests.values()], after };
}
