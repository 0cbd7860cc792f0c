/** Reads what was typed into a command, its operands and its options. Pure; every mistake is said, those of options first. */
import { didYouMean, nearest } from './domain/suggest.ts';
import { COMMANDS, type CommandName, grammarOf, isCommand, OPTIONS, type OptionName, optionNamed } from './grammar.ts';

export interface Typed {
  readonly command: CommandName;
  readonly operands: readonly string[];
  readonly values: ReadonlyMap<OptionName, readonly string[]>;
  readonly flags: ReadonlySet<OptionName>;
}

interface Words {
  readonly positionals: string[];
  readonly values: Map<OptionName, string[]>;
  readonly flags: Set<OptionName>;
}

/** `-1` is a value; `--cells` and `-o` are not. */
const LOOKS_LIKE_OPTION = /^--?[A-Za-z]/;

export function readArguments(argv: readonly string[], problems: string[]): Typed {
  const words = wordsOf(joinSpaced(argv), problems);
  const [typed, ...operands] = words.positionals;
  const command = isCommand(typed) ? typed : undefined;
  if (command === undefined) problems.push(noCommand(typed, operands));
  else {
    checkOptions(command, words, problems);
    checkOperands(command, operands, problems);
  }
  const { values, flags } = words;
  return { command: command ?? 'sweep', operands: command === undefined ? [] : operands, values, flags };
}

/** `peft == 0.17.1` is one word, however many the shell made of it. */
function joinSpaced(argv: readonly string[]): readonly string[] {
  const joined: string[] = [];
  for (const word of argv) {
    const last = joined.at(-1);
    const isOption = LOOKS_LIKE_OPTION.test(word) || last === undefined || /^-[^=]*$/.test(last);
    if (!isOption && (word.startsWith('==') || /[^=]==$/.test(last))) joined[joined.length - 1] = `${last}${word}`;
    else joined.push(word);
  }
  return joined;
}

function wordsOf(argv: readonly string[], problems: string[]): Words {
  const words: Words = { positionals: [], values: new Map(), flags: new Set() };
  const waiting = [...argv];
  for (let word = waiting.shift(); word !== undefined; word = waiting.shift()) {
    if (word === '--') words.positionals.push(...waiting.splice(0));
    else if (LOOKS_LIKE_OPTION.test(word)) takeOption(word, waiting, words, problems);
    else words.positionals.push(word);
  }
  return words;
}

function takeOption(word: string, waiting: string[], words: Words, problems: string[]): void {
  const equals = word.indexOf('=');
  const name = (equals < 0 ? word : word.slice(0, equals)).replace(/^--?/, '');
  const inline = equals < 0 ? undefined : word.slice(equals + 1);
  const option = word.startsWith('--') ? optionNamed(name) : undefined;
  const following = () =>
    waiting[0] !== undefined && !LOOKS_LIKE_OPTION.test(waiting[0]) ? waiting.shift() : undefined;
  if (option === undefined) {
    const meant = nearest(name, Object.keys(OPTIONS));
    // What follows was meant as its value, and is no mistake of its own.
    if (inline === undefined && meant !== undefined && optionNamed(meant)?.takes) following();
    problems.push(`Unknown option \`${word.startsWith('--') ? '--' : '-'}${name}\`.${suggestion(name)}`);
  } else if (option.takes === undefined) {
    if (inline === undefined) words.flags.add(name as OptionName);
    else problems.push(`\`--${name}\` takes no value. Write \`--${name}\` alone.`);
  } else {
    const value = inline ?? following();
    if (value === undefined || value.trim() === '') problems.push(needsValue(name, option.takes, value));
    else words.values.set(name as OptionName, [...(words.values.get(name as OptionName) ?? []), value]);
  }
}

function suggestion(name: string): string {
  const short = Object.keys(OPTIONS).filter((known) => name.length === 1 && known.startsWith(name));
  if (short.length > 0) return ` Did you mean ${short.map((known) => `\`--${known}\``).join(' or ')}?`;
  return didYouMean(
    `--${name}`,
    [...Object.keys(OPTIONS), 'help', 'version'].map((known) => `--${known}`),
  );
}

function needsValue(name: string, takes: string, value: string | undefined): string {
  const empty = value === undefined ? '' : ', and got an empty one';
  return `\`--${name}\` needs a value${empty}. Write \`--${name} ${takes}\`.`;
}

function noCommand(typed: string | undefined, operands: readonly string[]): string {
  if (typed === undefined) return `Name a command: ${COMMANDS.join(', ')}.`;
  const later = operands.find(isCommand);
  const rest = [typed, ...operands.filter((operand) => operand !== later)].join(' ');
  if (later !== undefined) return `The command comes first. Write \`peft-sweep ${later} ${rest}\`.`;
  if (/\.\./.test(typed)) return `Name a command first. Write \`peft-sweep sweep ${rest}\`.`;
  if (/==/.test(typed)) return `Name a command first. Write \`peft-sweep check ${rest}\`.`;
  const meant = didYouMean(typed, [...COMMANDS, 'help', '--version']);
  return `Unknown command \`${typed}\`.${meant} There are: ${COMMANDS.join(', ')}.`;
}

/** Options that another command has. */
function checkOptions(command: CommandName, { values, flags }: Words, problems: string[]): void {
  const known: readonly string[] = grammarOf(command).options;
  for (const name of [...values.keys(), ...flags].filter((used) => !known.includes(used))) {
    const others = COMMANDS.filter((other) => (grammarOf(other).options as readonly string[]).includes(name));
    problems.push(
      `\`${command}\` has no option \`--${name}\`; it is for ${others.map((other) => `\`${other}\``).join(', ')}. \`peft-sweep ${command} --help\` lists what there is.`,
    );
  }
}

function checkOperands(command: CommandName, operands: readonly string[], problems: string[]): void {
  const { operands: most, usage } = grammarOf(command);
  const [first] = operands.slice(most);
  if (first === undefined) return;
  const written = `\`peft-sweep ${command} ${usage[0] ?? ''}`.trimEnd();
  problems.push(
    most === 0
      ? `\`${command}\` takes nothing behind it, and got \`${first}\`. Write ${written}\`.`
      : `\`${command}\` takes one ${usage[0]?.replace(/[[\]]/g, '')}, and got ${operands.length}. Write ${written}\`.`,
  );
}
