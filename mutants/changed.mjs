/** What of a group differs from the last commit: `npm run all` asks only for that. */
import { spawnSync } from 'node:child_process';
import { matchesGlob } from 'node:path';

/** Files that are mutated in a minute or two; more are a matter of `npm run mutants -- GROUP`. */
const AT_MOST = 4;

/** Files of a working tree that differ from its last commit, new ones too. */
function changedFiles() {
  const asked = ['status', '--porcelain', '--untracked-files=all', '--', 'src'];
  const { stdout } = spawnSync('git', asked, { encoding: 'utf8' });
  return stdout.split('\n').flatMap((line) => (line === '' || line.startsWith('D') ? [] : [line.slice(3)]));
}

/** The groups with changed files, with those files; a group with too many is only told. */
export function changedGroups(groups) {
  const changed = changedFiles();
  const asked = [];
  for (const [name, { mutate }] of Object.entries(groups)) {
    const files = changed.filter((file) => mutate.some((pattern) => matchesGlob(file, pattern)));
    if (files.length > AT_MOST) console.log(`${name}: ${files.length} files changed, run: npm run mutants -- ${name}`);
    else if (files.length > 0) asked.push({ name, files });
  }
  return asked;
}
