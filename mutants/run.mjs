/**
 * `npm run mutants [-- GROUP…]`: each group by itself, then one line for each with what was noticed.
 * `npm run mutants -- --changed`: only files that differ from the last commit.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { changedGroups } from './changed.mjs';
import { GROUPS } from './groups.mjs';

/** Less than this of the mutants of changed files is a failure; docs/mutants.md holds each group to it too. */
const LEAST = 0.8;

const asked = process.argv.slice(2);
const isChangedOnly = asked.includes('--changed');
const rows = [];
for (const { name, files } of isChangedOnly ? changedGroups(GROUPS) : groupsAsked()) {
  const options = { stdio: 'inherit', env: { ...process.env, GROUP: name, MUTATE: files?.join(',') ?? '' } };
  const { status } = spawnSync('npx', ['stryker', 'run', 'mutants/stryker.config.mjs'], options);
  if (status !== 0) process.exitCode = 1;
  rows.push(status === 0 ? rowOf(name) : `${name}: did not run`);
}
for (const row of rows) console.log(row);

function groupsAsked() {
  return (asked.length > 0 ? asked : Object.keys(GROUPS)).map((name) => ({ name }));
}

function rowOf(name) {
  const { files } = JSON.parse(readFileSync(`mutants/reports/${name}.json`, 'utf8'));
  const all = Object.values(files).flatMap(({ mutants }) => mutants);
  const noticed = all.filter(({ status }) => status === 'Killed' || status === 'Timeout');
  if (noticed.length < LEAST * all.length) process.exitCode = 1;
  return `${name}: ${noticed.length} of ${all.length} noticed, ${((100 * noticed.length) / all.length).toFixed(1)} %`;
}
