/** `npm run mutants [-- GROUP…]`: each group by itself, then one line for each with what was noticed. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { GROUPS } from './groups.mjs';

const asked = process.argv.slice(2);
const names = asked.length > 0 ? asked : Object.keys(GROUPS);
const rows = [];
for (const name of names) {
  const options = { stdio: 'inherit', env: { ...process.env, GROUP: name } };
  const { status } = spawnSync('npx', ['stryker', 'run', 'mutants/stryker.config.mjs'], options);
  rows.push(status === 0 ? rowOf(name) : `${name}: did not run`);
  if (status !== 0) process.exitCode = 1;
}
for (const row of rows) console.log(row);

function rowOf(name) {
  const { files } = JSON.parse(readFileSync(`mutants/reports/${name}.json`, 'utf8'));
  const all = Object.values(files).flatMap(({ mutants }) => mutants);
  const noticed = all.filter(({ status }) => status === 'Killed' || status === 'Timeout');
  return `${name}: ${noticed.length} of ${all.length} noticed, ${((100 * noticed.length) / all.length).toFixed(1)} %`;
}
