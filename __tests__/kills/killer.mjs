/**
 * Loaded before the program: kills it at its n-th write, before it (`KILL_AT=n`) or in the middle of it
 * (`KILL_AT=n.5`, where it writes text). Without KILL_AT it only counts, into the file COUNT_TO.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const WRITES = [
  'appendFileSync',
  'writeFileSync',
  'writeSync',
  'renameSync',
  'linkSync',
  'copyFileSync',
  'mkdirSync',
  'mkdtempSync',
  'rmSync',
];
const { KILL_AT, COUNT_TO } = process.env;
const real = Object.fromEntries(WRITES.map((name) => [name, fs[name]]));
let count = 0;

function die() {
  process.kill(process.pid, 'SIGKILL');
  // The signal may take a moment to arrive; nothing more may be written in it.
  for (;;);
}

for (const name of WRITES)
  fs[name] = (...args) => {
    count += 1;
    if (count === Number(KILL_AT)) die();
    if (count + 0.5 === Number(KILL_AT)) {
      if (/^(append|write)File/.test(name))
        real[name](args[0], String(args[1]).slice(0, String(args[1]).length / 2), args[2]);
      die();
    }
    return real[name](...args);
  };
syncBuiltinESMExports();
if (COUNT_TO) process.on('exit', () => real.writeFileSync(COUNT_TO, String(count)));
