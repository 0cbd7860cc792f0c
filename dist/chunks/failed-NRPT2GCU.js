import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import {
  nextStep,
  writeDefect
} from "./chunk-WIKBWWAH.js";
import {
  failureOf,
  plain
} from "./chunk-OT7CRES6.js";
import {
  columnsOf,
  wrap
} from "./chunk-SMPDN4NS.js";
import "./chunk-5NQIJR5I.js";
import "./chunk-5XWL5JNG.js";

// src/commands/failed.ts
function failed(error, argv, isInterrupted, { stderr, env }) {
  const { status, lines, log } = failureOf(error, isInterrupted);
  const say = (text) => stderr.write(wrap(`${text}
`, columnsOf(stderr, env)));
  for (const line of lines) say(`peft-sweep: ${plain(line, 1e3)}`);
  if (log !== void 0) say(`peft-sweep: ${nextStep(writeDefect("0.6.0", argv, log), log)}`);
  return status;
}
export {
  failed
};
