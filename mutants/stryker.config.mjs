/** Mutation testing (Stryker) of what decides: each mutant is one small fault that some unit test has to notice. */
import { chosenGroup } from './groups.mjs';

const { name, mutate } = chosenGroup();

export default {
  packageManager: 'npm',
  plugins: ['./mutants/runner.mjs'],
  testRunner: 'bundle',
  buildCommand: 'node mutants/bundle.mjs',
  coverageAnalysis: 'perTest',
  reporters: ['progress-append-only', 'clear-text', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: `mutants/reports/${name}.json` },
  concurrency: 2,
  timeoutMS: 30_000,
  timeoutFactor: 3,
  tempDirName: `mutants/.work/${name}`,
  ignorePatterns: ['dist', '/oracle', '/mutants/reports', '/mutants/tests', '/mutants/.work'],
  mutate,
};
