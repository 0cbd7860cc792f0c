import { COMMANDS, type CommandName, grammarOf, OPTIONS, type OptionName, optionNamed } from './grammar.ts';

const STATUS =
  'Status: 0 nothing found; 1 a cell got worse; 2 the request is wrong; 3 a cell was not compared; 70 a defect; 130 interrupted.';
const CELL = 'A cell is method/quantization/architecture/task, e.g. prefix-tuning/bnb-int8/llama/causal-lm.';

/** What can be typed beside the commands. */
const ABOUT = [
  ['help [COMMAND]', 'this, or the options and examples of one command'],
  ['--version', 'the version of peft-sweep'],
] as const;

/** All commands and options. */
export function help(): string {
  const commands = COMMANDS.flatMap((name) => {
    const { usage, does } = grammarOf(name);
    return usage.map((operands, index) => row(`peft-sweep ${name} ${operands}`.trim(), index === 0 ? does : '', 38));
  });
  return sections([
    'peft-sweep: which library release breaks which PEFT method, and the pins that mend it',
    [...commands, ...ABOUT.map(([usage, does]) => row(`peft-sweep ${usage}`, does, 38))].join('\n'),
    `${CELL}\n\`peft-sweep COMMAND --help\` has the options and examples of one command.`,
    optionRows(Object.keys(OPTIONS) as OptionName[]),
    STATUS,
  ]);
}

/** One command: how it is written, its options, examples. */
export function helpOf(command: CommandName): string {
  const { usage, does, more, options, examples } = grammarOf(command);
  return sections([
    `peft-sweep ${command}: ${does}`,
    usage.map((operands) => `  peft-sweep ${command} ${operands}`.trimEnd()).join('\n'),
    more ?? '',
    optionRows(options),
    `Examples:\n${examples.map((example) => `  peft-sweep ${command} ${example}`.trimEnd()).join('\n')}`,
    STATUS,
  ]);
}

function optionRows(names: readonly OptionName[]): string {
  return names
    .map((name) => {
      const takes = optionNamed(name)?.takes;
      return row(`--${name}${takes ? ` ${takes}` : ''}`, OPTIONS[name].help, 24);
    })
    .join('\n');
}

function row(first: string, text: string, width: number): string {
  return `  ${first.padEnd(width)} ${text}`.trimEnd();
}

function sections(parts: readonly string[]): string {
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}
