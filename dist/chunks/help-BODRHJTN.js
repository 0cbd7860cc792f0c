import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import {
  COMMANDS,
  OPTIONS,
  grammarOf,
  isCommand,
  optionNamed,
  readArguments
} from "./chunk-CSJ5QCZV.js";
import {
  columnsOf,
  wrap
} from "./chunk-SMPDN4NS.js";
import {
  UserError
} from "./chunk-5NQIJR5I.js";
import "./chunk-5XWL5JNG.js";

// src/help.ts
var STATUS = "Status: 0 nothing found; 1 a cell got worse; 2 the request is wrong; 3 a cell was not compared; 70 a defect; 130 interrupted.";
var CELL = "A cell is method/quantization/architecture/task, e.g. prefix-tuning/bnb-int8/llama/causal-lm.";
var ABOUT = [
  ["help [COMMAND]", "this, or the options and examples of one command"],
  ["--version", "the version of peft-sweep"]
];
function help() {
  const commands = COMMANDS.flatMap((name) => {
    const { usage, does } = grammarOf(name);
    return usage.map((operands, index) => row(`peft-sweep ${name} ${operands}`.trim(), index === 0 ? does : "", 38));
  });
  return sections([
    "peft-sweep: which library release breaks which PEFT method, and the pins that mend it",
    [...commands, ...ABOUT.map(([usage, does]) => row(`peft-sweep ${usage}`, does, 38))].join("\n"),
    `${CELL}
\`peft-sweep COMMAND --help\` has the options and examples of one command.`,
    optionRows(Object.keys(OPTIONS)),
    STATUS
  ]);
}
function helpOf(command) {
  const { usage, does, more, options, examples } = grammarOf(command);
  return sections([
    `peft-sweep ${command}: ${does}`,
    usage.map((operands) => `  peft-sweep ${command} ${operands}`.trimEnd()).join("\n"),
    more ?? "",
    optionRows(options),
    `Examples:
${examples.map((example) => `  peft-sweep ${command} ${example}`.trimEnd()).join("\n")}`,
    STATUS
  ]);
}
function optionRows(names) {
  return names.map((name) => {
    const takes = optionNamed(name)?.takes;
    return row(`--${name}${takes ? ` ${takes}` : ""}`, OPTIONS[name].help, 24);
  }).join("\n");
}
function row(first, text, width) {
  return `  ${first.padEnd(width)} ${text}`.trimEnd();
}
function sections(parts) {
  return `${parts.filter((part) => part !== "").join("\n\n")}
`;
}

// src/commands/help.ts
function showHelp(argv, { stdout, env }) {
  const words = argv.filter((word) => !word.startsWith("-"));
  const [topic] = words[0] === "help" ? words.slice(1) : words;
  if (words[0] === "help" && topic !== void 0 && !isCommand(topic)) throw new UserError(problemsOf(topic));
  const named = words.find(isCommand);
  const text = named === void 0 ? help() : helpOf(named);
  stdout.write(wrap(text, columnsOf(stdout, env)));
  return 0;
}
function problemsOf(topic) {
  const problems = [];
  readArguments([topic], problems);
  return problems;
}
export {
  showHelp
};
