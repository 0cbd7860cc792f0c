import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);

// src/domain/device.ts
var START_METHODS = ["fork", "spawn"];
var DEVICE_NAMES = ["cpu", "cuda"];
var ONE_THREAD = { OMP_NUM_THREADS: "1", MKL_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" };
var DEVICES = {
  cpu: {
    name: "cpu",
    title: "CPU",
    start: "fork",
    limits: { seconds: 60, bytes: 2 * 1024 ** 3 },
    cardBytes: 0,
    // `npm run bench`
    predicted: { environmentSeconds: 10, cellSeconds: 0.2 },
    variables: { ...ONE_THREAD, CUDA_VISIBLE_DEVICES: "" },
    torchBackend: "cpu",
    place: "cpu",
    hasCards: false,
    lacks: ["gpu"]
  },
  cuda: {
    name: "cuda",
    title: "CUDA",
    start: "spawn",
    limits: { seconds: 120, bytes: 8 * 1024 ** 3 },
    cardBytes: 2 * 1024 ** 3,
    // The spawn path on a CPU, one worker, and a larger torch to read: not seen on a card.
    predicted: { environmentSeconds: 20, cellSeconds: 0.5 },
    // Errors come from the call that made them, and sums in one order.
    variables: {
      ...ONE_THREAD,
      CUDA_DEVICE_ORDER: "PCI_BUS_ID",
      CUDA_LAUNCH_BLOCKING: "1",
      CUBLAS_WORKSPACE_CONFIG: ":4096:8"
    },
    torchBackend: "auto",
    place: "cuda:0",
    hasCards: true,
    lacks: ["capability"]
  }
};
var DEFAULT_DEVICE = "cpu";
var DEVICE_CHOICES = ["auto", ...DEVICE_NAMES, "both"];
function deviceOf(name = DEFAULT_DEVICE) {
  return DEVICES[name];
}

// src/domain/path.ts
function folderOf(file) {
  return file.slice(0, Math.max(0, file.lastIndexOf("/")));
}
function baseOf(file) {
  return file.slice(file.lastIndexOf("/") + 1);
}
var DEFAULT_OUT = "peft-sweep-out";
var CONFIGURATION = ".github/peft-sweep.yml";
function joined(folder, path) {
  const parts = folder === "" ? [] : folder.split("/");
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return parts.join("/");
}

// src/domain/search.ts
var SEARCHES = ["bisect", "islands", "exhaustive"];

// src/grammar.ts
var OPTIONS = {
  base: { takes: "REF", help: "commit to compare with; default: where the default branch was left" },
  head: { takes: "REF", help: "commit to compare; default: the working tree" },
  with: { takes: "NAME==VERSION", isRepeatable: true, help: "hold a library (repeatable)" },
  cells: {
    takes: "PATTERN",
    isRepeatable: true,
    help: "cells to measure: * and {a,b}, missing parts mean *, !PATTERN excludes (repeatable)"
  },
  config: { takes: "FILE", help: `default ${CONFIGURATION}` },
  search: {
    takes: "MODE",
    help: `${SEARCHES.join(", ")}: halving; the last release of each minor too; all. Default bisect`
  },
  device: {
    takes: DEVICE_CHOICES.join("|"),
    help: "where cells run; default cpu, auto is a card where one can be used, both compares the two"
  },
  python: { takes: "VERSION|PATH", help: "default .python-version, else python3" },
  jobs: { takes: "N", help: "cells at once; default: the number of processors" },
  environments: { takes: "N", help: "measure so many environments of each package set at most; default 12" },
  "torch-gb": {
    takes: "N",
    help: "fetch at most so many GB for the torch of an older time, where cells need it; default 1.5"
  },
  "max-minutes": { takes: "N", help: "stop after so long and report what was measured; default 10" },
  "max-usd": { takes: "N", help: "of the classes of runners, plan only what so many US dollars pay for" },
  download: { takes: "DIR", help: "collect what a run without a network needs, to take elsewhere" },
  out: { takes: "DIR", help: `folder of the report; default ${DEFAULT_OUT}` },
  format: { takes: "FORMAT", help: "terminal, markdown or json" },
  "cache-gb": { takes: "N", help: "what the cache may take; least recently used goes first; default 30" },
  fresh: { help: "do not take over what an earlier run measured" },
  offline: { help: "use only what is cached" },
  "oracle-path": {
    takes: "DIR|off",
    help: "folder that onnxruntime-node is installed in; default: where this program is"
  },
  json: { help: "print JSON" },
  script: { help: "print the cell as one Python file instead, for a report to others" },
  vendor: { help: "copy the action into the repository too" },
  forks: { help: "serve pull requests of forks too" },
  schedule: { help: "add a weekly run" },
  apply: { help: "add a job that commits measured pins when it is told to" }
};
var MEASURING = [
  "python",
  "jobs",
  "max-minutes",
  "out",
  "cache-gb",
  "fresh",
  "offline",
  "json",
  "device",
  "oracle-path"
];
var ASKING = ["with", "cells", "config", "torch-gb", ...MEASURING];
var COMPARING = ["base", "head", "environments", "search", ...ASKING];
var GRAMMAR = {
  sweep: {
    usage: ["NAME:OLD..NEW ...", "[--base REF]"],
    does: "measure a version change, or what changed in this checkout",
    more: "OLD may be exact; NEW may be exact, a line like 5.x, or empty for the newest. NAME==VERSION beside a change holds a library.",
    operands: Number.POSITIVE_INFINITY,
    options: COMPARING,
    examples: ["transformers:4.55.4..4.57.6", "peft:0.13.2..0.18.1 transformers==4.55.4 --cells lora/none/llama"]
  },
  plan: {
    usage: ["[NAME:OLD..NEW ...]"],
    does: "show what a sweep would do; builds nothing",
    more: "With --download DIR it collects packages for both ends and all releases between, and says how to use them.",
    operands: Number.POSITIVE_INFINITY,
    options: [...COMPARING, "download", "max-usd"],
    examples: ["transformers:4.55.4..4.57.6", "transformers:4.55.4..4.57.6 --device cuda --download to-the-gpu"]
  },
  check: {
    usage: ["[NAME==VERSION ...]"],
    does: "measure one environment, without a comparison",
    more: "What is not named is what was newest the day after the newest release that is named, or by now where none is.",
    operands: Number.POSITIVE_INFINITY,
    options: ASKING,
    examples: ["transformers==4.57.6 peft==0.17.1", "peft==0.17.1 --cells lora/none/llama"]
  },
  diff: {
    usage: ["[--base REF]"],
    does: "what changed in the manifests; runs nothing",
    operands: 0,
    options: ["base", "head", "config", "python", "offline", "json"],
    examples: ["--base main"]
  },
  report: {
    usage: ["[DIR]"],
    does: "show an earlier run",
    operands: 1,
    options: ["out", "format", "json"],
    examples: ["peft-sweep-out --format markdown"]
  },
  explain: {
    usage: ["CELL"],
    does: "what the last run knows about one cell",
    more: "CELL may be a pattern, as for --cells: then each cell that it selects is explained.",
    operands: 1,
    options: ["out"],
    examples: ["prefix-tuning/bnb-int8/llama/causal-lm"]
  },
  replay: {
    usage: ["CELL@ENVIRONMENT"],
    does: "run one cell once more, with its full log",
    operands: 1,
    options: ["config", "out", "python", "cache-gb", "offline", "device", "script"],
    examples: ["lora/none/llama/causal-lm@1b77c0de92aa", "lora/none/llama/causal-lm@1b77c0de92aa --script"]
  },
  demo: {
    usage: [""],
    does: "the story the project began with, on real releases",
    more: "Ends with status 0 when the story comes out as it was measured. Up to 14 environments of each package set are measured, 2 more than by default: so many take all its ways out.",
    operands: 0,
    options: MEASURING,
    examples: [""]
  },
  init: {
    usage: [""],
    does: "write the workflows and a first configuration",
    operands: 0,
    options: ["vendor", "forks", "schedule", "apply"],
    examples: ["--schedule"]
  },
  doctor: {
    usage: [""],
    does: "what this machine has, and what is enforced on it",
    operands: 0,
    options: ["python", "offline", "device", "oracle-path"],
    examples: [""]
  },
  clean: {
    usage: [""],
    does: "remove environments, wheels and index pages",
    more: "A sweep keeps the cache under `--cache-gb` by itself; this empties it.",
    operands: 0,
    options: [],
    examples: [""]
  }
};
var COMMANDS = Object.keys(GRAMMAR);
function isCommand(text) {
  return COMMANDS.some((command) => command === text);
}
function grammarOf(command) {
  return GRAMMAR[command];
}
function optionNamed(name) {
  return Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : void 0;
}

// src/domain/suggest.ts
function nearest(typed, known) {
  const scored = known.map((name) => ({ name, distance: editDistance(typed.toLowerCase(), name.toLowerCase()) }));
  const best = scored.toSorted((left, right) => left.distance - right.distance)[0];
  return best && best.distance <= Math.max(2, Math.floor(typed.length / 3)) ? best.name : void 0;
}
function didYouMean(typed, known) {
  const name = nearest(typed, known);
  return name === void 0 ? "" : ` Did you mean \`${name}\`?`;
}
function editDistance(left, right) {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const substitution = (previous[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}

// src/arguments.ts
var LOOKS_LIKE_OPTION = /^--?[A-Za-z]/;
function readArguments(argv, problems) {
  const words = wordsOf(joinSpaced(argv), problems);
  const [typed, ...operands] = words.positionals;
  const command = isCommand(typed) ? typed : void 0;
  if (command === void 0) problems.push(noCommand(typed, operands));
  else {
    checkOptions(command, words, problems);
    checkOperands(command, operands, problems);
  }
  const { values, flags } = words;
  return { command: command ?? "sweep", operands: command === void 0 ? [] : operands, values, flags };
}
function joinSpaced(argv) {
  const joined2 = [];
  for (const word of argv) {
    const last = joined2.at(-1);
    const isOption = LOOKS_LIKE_OPTION.test(word) || last === void 0 || /^-[^=]*$/.test(last);
    if (!isOption && (word.startsWith("==") || /[^=]==$/.test(last))) joined2[joined2.length - 1] = `${last}${word}`;
    else joined2.push(word);
  }
  return joined2;
}
function wordsOf(argv, problems) {
  const words = { positionals: [], values: /* @__PURE__ */ new Map(), flags: /* @__PURE__ */ new Set() };
  const waiting = [...argv];
  for (let word = waiting.shift(); word !== void 0; word = waiting.shift()) {
    if (word === "--") words.positionals.push(...waiting.splice(0));
    else if (LOOKS_LIKE_OPTION.test(word)) takeOption(word, waiting, words, problems);
    else words.positionals.push(word);
  }
  return words;
}
function takeOption(word, waiting, words, problems) {
  const equals = word.indexOf("=");
  const name = (equals < 0 ? word : word.slice(0, equals)).replace(/^--?/, "");
  const inline = equals < 0 ? void 0 : word.slice(equals + 1);
  const option = word.startsWith("--") ? optionNamed(name) : void 0;
  const following = () => waiting[0] !== void 0 && !LOOKS_LIKE_OPTION.test(waiting[0]) ? waiting.shift() : void 0;
  if (option === void 0) {
    const meant = nearest(name, Object.keys(OPTIONS));
    if (inline === void 0 && meant !== void 0 && optionNamed(meant)?.takes) following();
    problems.push(`Unknown option \`${word.startsWith("--") ? "--" : "-"}${name}\`.${suggestion(name)}`);
  } else if (option.takes === void 0) {
    if (inline === void 0) words.flags.add(name);
    else problems.push(`\`--${name}\` takes no value. Write \`--${name}\` alone.`);
  } else {
    const value = inline ?? following();
    if (value === void 0 || value.trim() === "") problems.push(needsValue(name, option.takes, value));
    else words.values.set(name, [...words.values.get(name) ?? [], value]);
  }
}
function suggestion(name) {
  const short = Object.keys(OPTIONS).filter((known) => name.length === 1 && known.startsWith(name));
  if (short.length > 0) return ` Did you mean ${short.map((known) => `\`--${known}\``).join(" or ")}?`;
  return didYouMean(
    `--${name}`,
    [...Object.keys(OPTIONS), "help", "version"].map((known) => `--${known}`)
  );
}
function needsValue(name, takes, value) {
  const empty = value === void 0 ? "" : ", and got an empty one";
  return `\`--${name}\` needs a value${empty}. Write \`--${name} ${takes}\`.`;
}
function noCommand(typed, operands) {
  if (typed === void 0) return `Name a command: ${COMMANDS.join(", ")}.`;
  const later = operands.find(isCommand);
  const rest = [typed, ...operands.filter((operand) => operand !== later)].join(" ");
  if (later !== void 0) return `The command comes first. Write \`peft-sweep ${later} ${rest}\`.`;
  if (/\.\./.test(typed)) return `Name a command first. Write \`peft-sweep sweep ${rest}\`.`;
  if (/==/.test(typed)) return `Name a command first. Write \`peft-sweep check ${rest}\`.`;
  const meant = didYouMean(typed, [...COMMANDS, "help", "--version"]);
  return `Unknown command \`${typed}\`.${meant} There are: ${COMMANDS.join(", ")}.`;
}
function checkOptions(command, { values, flags }, problems) {
  const known = grammarOf(command).options;
  for (const name of [...values.keys(), ...flags].filter((used) => !known.includes(used))) {
    const others = COMMANDS.filter((other) => grammarOf(other).options.includes(name));
    problems.push(
      `\`${command}\` has no option \`--${name}\`; it is for ${others.map((other) => `\`${other}\``).join(", ")}. \`peft-sweep ${command} --help\` lists what there is.`
    );
  }
}
function checkOperands(command, operands, problems) {
  const { operands: most, usage } = grammarOf(command);
  const [first] = operands.slice(most);
  if (first === void 0) return;
  const written = `\`peft-sweep ${command} ${usage[0] ?? ""}`.trimEnd();
  problems.push(
    most === 0 ? `\`${command}\` takes nothing behind it, and got \`${first}\`. Write ${written}\`.` : `\`${command}\` takes one ${usage[0]?.replace(/[[\]]/g, "")}, and got ${operands.length}. Write ${written}\`.`
  );
}

export {
  didYouMean,
  editDistance,
  START_METHODS,
  DEVICE_NAMES,
  DEVICES,
  DEFAULT_DEVICE,
  DEVICE_CHOICES,
  deviceOf,
  folderOf,
  baseOf,
  DEFAULT_OUT,
  CONFIGURATION,
  joined,
  SEARCHES,
  OPTIONS,
  COMMANDS,
  isCommand,
  grammarOf,
  optionNamed,
  readArguments
};
