#!/usr/bin/env node
import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import "./chunks/chunk-5XWL5JNG.js";

// src/help.ts
var HELP = `peft-sweep: which library release breaks which PEFT method, and the pins that mend it

  peft-sweep demo                      the story the project began with, on real releases
  peft-sweep sweep NAME:OLD..NEW ...   measure a version change, e.g. transformers:4.55.4..4.57.6
  peft-sweep sweep [--base REF]        the same for what changed in this checkout
  peft-sweep plan [NAME:OLD..NEW ...]  show what that would do; builds nothing
  peft-sweep check [--with ...]        measure one environment, without a comparison
  peft-sweep diff [--base REF]         what changed in the manifests; runs nothing
  peft-sweep report [DIR]              show an earlier run (--format terminal|markdown|json)
  peft-sweep explain CELL              what the last run knows about one cell
  peft-sweep replay CELL@ENVIRONMENT   run one cell once more, with its full log
  peft-sweep init                      write the workflows and a first configuration
  peft-sweep doctor                    what this machine has, and what is enforced on it
  peft-sweep clean                     remove environments, wheels and index pages

A cell is method/quantization/architecture/task, e.g. prefix-tuning/bnb-int8/llama/causal-lm.
OLD may be exact; NEW may be exact, a line like 5.x, or empty for the newest.

  --base REF, --head REF commits to compare; default: where the default branch was left, and the working tree
  --with NAME==VERSION   hold a library (repeatable)
  --cells PATTERN        cells to measure: * and {a,b}, missing parts mean *, !PATTERN takes away (repeatable)
  --config FILE          default .github/peft-sweep.yml
  --search bisect        how releases are searched
  --device auto|cpu      where cells run
  --python VERSION|PATH  default .python-version, else python3
  --jobs N               cells at once; default the number of processors
  --max-minutes N        stop after so long and report what was measured; default 10
  --out DIR              default peft-sweep-out
  --fresh                do not take over what an earlier run measured
  --offline              use only what is cached
  --json                 print the report as JSON
  --vendor, --forks, --schedule   for init: copy the action too; serve forks; a weekly run

Status: 0 nothing found; 1 a cell got worse; 2 the request is wrong; 3 a cell was not compared; 130 interrupted.
`;

// src/cli.ts
async function main(argv) {
  if (process.platform === "win32") {
    process.stderr.write("peft-sweep: Windows is not supported. Run peft-sweep inside WSL.\n");
    return 2;
  }
  if (argv.length === 0 || argv.includes("--help") || argv.includes("-h")) return shown(HELP);
  if (argv.includes("--version")) return shown(`${"0.2.0"}
`);
  const { runCommand } = await import("./chunks/run-DAPON2SJ.js");
  return runCommand(argv);
}
function shown(text) {
  process.stdout.write(text);
  return 0;
}
process.exitCode = await main(process.argv.slice(2));
