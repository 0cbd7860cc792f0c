/**
 * What is mutated, in groups, and the folders of tests that have to notice. A small bundle of tests starts in a second,
 * and a stage is held by its own tests, not by luck elsewhere.
 */
export const GROUPS = {
  search: { mutate: ['src/search/**/*.ts'], tests: ['search'] },
  judge: { mutate: ['src/sweep/judge.ts', 'src/sweep/judges.ts'], tests: ['sweep'] },
  pins: { mutate: ['src/pins/**/*.ts'], tests: ['pins'] },
  guard: { mutate: ['src/detect/guard*.ts'], tests: ['detect'] },
  foreign: { mutate: ['src/publish/foreign.ts', 'src/publish/history.ts'], tests: ['publish'] },
  domain: {
    mutate: ['src/domain/**/*.ts'],
    tests: ['domain', 'pins', 'plan'],
  },
  shards: { mutate: ['src/plan/shards.ts'], tests: ['plan'] },
};

/** The group that a run is for, by its name in the variable `GROUP`; `MUTATE` lists those of its files that count. */
export function chosenGroup() {
  const name = process.env.GROUP ?? '';
  const group = GROUPS[name];
  if (group === undefined) throw new Error(`GROUP is none of ${Object.keys(GROUPS).join(', ')}: ${name}`);
  const files = (process.env.MUTATE ?? '').split(',').filter((file) => file !== '');
  return files.length > 0 ? { name, ...group, mutate: files } : { name, ...group };
}
