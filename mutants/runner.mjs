/** A test runner for Stryker: evaluates the bundle of tests anew for each mutant and ends with the first test that fails. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { Script } from 'node:vm';
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import { DryRunStatus, MutantRunStatus, TestStatus } from '@stryker-mutator/api/test-runner';
import { collected } from './harness.mjs';

const BUNDLE = 'mutants/tests/all.cjs';
/** Test -> milliseconds that it took without a mutant, from the worker that tried them to the others. */
const TIMES = 'mutants/tests/times.json';
/** With a mutant a test may take this much longer; it is compared with a machine that may be busier by then. */
const SLOWER = 10;
const LEAST_MS = 1_000;
/** Runs of a property at most: a mutant that only a rare run notices is noticed by luck. */
const MOST_RUNS = 15;

const ENDLESS = {
  status: MutantRunStatus.Timeout,
  reason: 'a place was reached far more often than without the mutant',
};

class BundleRunner {
  #script;
  #require;
  #times;
  /** Test -> mutants that it was the first to notice. */
  #noticed = new Map();

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init() {
    const file = resolve(BUNDLE);
    const head = '(function (require, module, exports) {';
    this.#script = new Script(`${head}${readFileSync(file, 'utf8')}\n})`, { filename: file });
    this.#require = createRequire(file);
  }

  async dryRun() {
    const told = seen({ mutantCoverage: { static: {}, perTest: {} } });
    const { tests, after } = this.#load();
    const tried = [];
    for (const test of tests) {
      told.currentTestId = test.id;
      tried.push(await this.#tried(test));
    }
    for (const run of after) await run();
    writeFileSync(TIMES, JSON.stringify(Object.fromEntries(tried.map(({ id, timeSpentMs }) => [id, timeSpentMs]))));
    return { status: DryRunStatus.Complete, tests: tried, mutantCoverage: told.mutantCoverage };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit }) {
    const hits = hitLimit === undefined ? {} : { hitCount: 0, hitLimit };
    const told = seen({ activeMutant: activeMutant.id, ...hits });
    this.#times ??= JSON.parse(readFileSync(TIMES, 'utf8'));
    const isEndless = () => told.hitCount > hitLimit;
    let loaded = { tests: [], after: [] };
    try {
      loaded = this.#load();
      const chosen = loaded.tests.filter(({ id }) => testFilter === undefined || testFilter.includes(id));
      return await this.#firstFailed(chosen, isEndless);
    } catch (error) {
      if (isEndless()) return ENDLESS;
      return { status: MutantRunStatus.Killed, killedBy: [], failureMessage: String(error), nrOfTests: 0 };
    } finally {
      for (const run of loaded.after) await run();
    }
  }

  async #firstFailed(tests, isEndless) {
    const took = ({ id }) => this.#times[id] ?? 0;
    const noticed = ({ id }) => this.#noticed.get(id) ?? 0;
    const worth = (test) => (1 + noticed(test)) / (1 + took(test));
    const likelyFirst = tests.toSorted((left, right) => worth(right) - worth(left));
    for (const [index, test] of likelyFirst.entries()) {
      const { status, id, failureMessage } = await this.#tried(test, Math.max(LEAST_MS, took(test) * SLOWER));
      if (isEndless()) return ENDLESS;
      if (status !== TestStatus.Failed) continue;
      this.#noticed.set(id, noticed(test) + 1);
      return { status: MutantRunStatus.Killed, killedBy: [id], failureMessage, nrOfTests: index + 1 };
    }
    return { status: MutantRunStatus.Survived, nrOfTests: tests.length };
  }

  #load() {
    return collected((framework) => {
      const ours = { '@jest/globals': framework, 'fast-check': this.#shortProperties() };
      const own = (name) => ours[name] ?? this.#require(name);
      const module = { exports: {} };
      this.#script.runInThisContext()(own, module, module.exports);
    });
  }

  #shortProperties() {
    const all = this.#require('fast-check');
    const assert = (property, more = {}) =>
      all.assert(property, { ...more, numRuns: Math.min(MOST_RUNS, more.numRuns ?? MOST_RUNS) });
    const short = { __proto__: all, __esModule: true, assert };
    return Object.assign(short, { default: short });
  }

  async #tried({ id, run }, limitMs) {
    const began = performance.now();
    const failureMessage = await failureOf(run, limitMs);
    const result = { id, name: id, timeSpentMs: performance.now() - began };
    if (failureMessage === undefined) return { ...result, status: TestStatus.Success };
    return { ...result, status: TestStatus.Failed, failureMessage };
  }
}

const CALL = new Script('globalThis.__test__()');

/** What a test says as it fails; undefined where it passes. A loop that does not end is broken off. */
async function failureOf(run, limitMs) {
  globalThis.__test__ = run;
  try {
    await CALL.runInThisContext(limitMs === undefined ? {} : { timeout: Math.ceil(limitMs) });
    return undefined;
  } catch (error) {
    return String(error?.message ?? error).slice(0, 500);
  }
}

/** What the mutated sources look at and write to, made new. */
function seen(values) {
  globalThis.__stryker__ = values;
  return values;
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'bundle', BundleRunner)];
