import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import {
  nextStep,
  writeDefect
} from "./chunk-WIKBWWAH.js";
import {
  failureOf,
  plain
} from "./chunk-LTJHQHL6.js";
import {
  columnsOf,
  wrap
} from "./chunk-WNWKF34P.js";

// src/commands/failed.ts
function failed(error, isInterrupted) {
  const { status, lines, log } = failureOf(error, isInterrupted);
  const say = (text) => process.stderr.write(wrap(`${text}
`, columnsOf(process.stderr, process.env)));
  for (const line of lines) say(`peft-sweep: ${plain(line, 1e3)}`);
  if (log !== void 0) say(`peft-sweep: ${nextStep(writeDefect("0.3.0", process.argv.slice(2), log), log)}`);
  return status;
}
export {
  failed
};
