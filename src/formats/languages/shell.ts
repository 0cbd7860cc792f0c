/** Shell commands: their words with places, and what pip and uv install in them. */
import type { Finding, Include, NamedIndex, Requirement } from '../../domain/manifest.ts';
import { elsewhere, includeOf, indexAddress, type Reading, requirementAt, sorted, type WrittenAt } from '../reading.ts';

/** A word of a shell command: its value, and where it stands. Quotes are part of `written`. */
export interface Word {
  readonly value: string;
  readonly written: string;
  readonly line: number;
  readonly column: number;
}

/** Options of pip and uv that take the next word as their value, as far as they appear in installs. */
const WITH_VALUE = new Set([
  ...['-i', '--index-url', '--extra-index-url', '-f', '--find-links', '-r', '--requirement', '-c', '--constraint'],
  ...['-e', '--editable', '-t', '--target', '--prefix', '--root', '--src', '--python', '-p', '--platform'],
  ...['--python-version', '--abi', '--implementation', '--only-binary', '--no-binary', '--progress-bar', '--timeout'],
  ...['--retries', '--cache-dir', '--trusted-host', '--cert', '--index', '--default-index', '--index-strategy'],
  ...['--torch-backend', '--exclude-newer', '--config-settings', '--global-option', '--override', '--overrides'],
  ...['--upgrade-strategy', '--root-user-action', '--link-mode', '--prerelease', '--resolution', '--group', '--extra'],
]);
/** Where a command ends, or its output goes elsewhere. */
const ENDS = /^(&&|\|\||;|\||&|\)|then|fi|done|\d*[<>].*)$/;

/** What commands install, so far. */
export interface Installed {
  readonly read: (Requirement | Finding)[];
  readonly includes: Include[];
  readonly indexes: NamedIndex[];
  /** Characters that variables may still put in: a short script can ask for gigabytes. */
  room: number;
}

const MOST_PUT_IN = 1_000_000;

/** What is said of an argument with a variable that nothing sets. */
export type Unset = (word: Word) => Finding | undefined;

export function nothingInstalled(): Installed {
  return { read: [], includes: [], indexes: [], room: MOST_PUT_IN };
}

export function readingOf({ read, includes, indexes }: Installed): Reading {
  return { ...sorted(read), includes, indexes };
}

/** Adds what the words of a command install. */
export function addInstalls(
  words: readonly Word[],
  variables: ReadonlyMap<string, string>,
  unset: Unset,
  to: Installed,
): void {
  for (const install of installs(words))
    for (const one of installed(install, variables, unset, to)) {
      if ('path' in one) to.includes.push(one);
      else if ('address' in one) to.indexes.push(one);
      else to.read.push(one);
    }
}

/** Words of one line, quotes and separators respected. */
export function shellWords(text: string, line: number, from: number): readonly Word[] {
  const words: Word[] = [];
  const pattern = /&&|\|\||[;|&()]|(?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s"'\\;|&()])+/g;
  pattern.lastIndex = from;
  for (let found = pattern.exec(text); found; found = pattern.exec(text)) {
    const written = found[0];
    const value = written.replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/g, (_, double, single, escaped) =>
      String(double?.replace(/\\(["\\$`])/g, '$1') ?? single ?? escaped ?? ''),
    );
    words.push({ value, written, line, column: found.index });
  }
  return words;
}

export function noteVariables(words: readonly Word[], variables: Map<string, string>): void {
  for (const { value } of words) {
    const found = /^([A-Za-z_]\w*)=(.*)$/s.exec(value);
    if (found?.[1]) variables.set(found[1], found[2] ?? '');
  }
}

/** The words after each `pip install`, `uv pip install` or `uv add`; a quoted `bash -c "pip install x"` is looked into. */
function* installs(words: readonly Word[]): Generator<readonly Word[]> {
  for (let index = 0; index < words.length; index++) {
    const { value, line, column, written } = words[index] as Word;
    const after = words[index + 1]?.value;
    const isPip = /(^|\/)pip[\d.]*$/.test(value) && after === 'install';
    const isUv = /(^|\/)uv$/.test(value) && after === 'add';
    if (isPip || isUv) {
      let end = index + 2;
      while (end < words.length && !ENDS.test(words[end]?.value ?? '')) end++;
      yield words.slice(index + 2, end);
      index = end;
    } else if (/["']/.test(written) && /\b(pip[\d.]* install|uv add)\s/.test(value))
      yield* installs(shellWords(value, line, 0).map((word) => ({ ...word, column: column + 1 + word.column })));
  }
}

function* installed(
  words: readonly Word[],
  variables: ReadonlyMap<string, string>,
  unset: Unset,
  to: Pick<Installed, 'room'>,
): Generator<Requirement | Finding | Include | NamedIndex> {
  for (let index = 0; index < words.length; index++) {
    const word = words[index];
    if (word === undefined) return;
    const { line, column } = word;
    if (word.value.startsWith('-')) {
      const [option = '', inline] = word.value.split(/=(.*)/s);
      const value = inline ?? (WITH_VALUE.has(option) ? words[++index]?.value : undefined);
      const named = value === undefined ? undefined : fromOption(option, value, word);
      if (named) yield named;
      continue;
    }
    const quote = /^["']/.test(word.written) ? 1 : 0;
    const isPlain = word.written.slice(quote, word.written.length - quote) === word.value;
    const place = { line, column: column + quote, ...(isPlain && { written: word.value }) };
    const whole = substituted(word.value, variables, to);
    // What is not in quotes falls into words again after its variables are put in, and an empty one is none.
    const texts = quote === 1 ? [whole] : whole.split(/\s+/).filter((text) => text !== '');
    for (const text of texts) {
      const one = text.includes('$') && !isElsewhere(text) ? unset(word) : argument(text, place);
      if (one) yield one;
    }
  }
}

/** Where packages come from that no index has, by how their place is written. */
const PLACES: readonly (readonly [RegExp, 'git' | 'url' | 'path'])[] = [
  [/^(git|hg|svn|bzr)\+/, 'git'],
  [/^https?:/, 'url'],
  [/^(\.{0,2}\/|\.$|\.\[|file:)|\.whl$/, 'path'],
];

function isElsewhere(text: string): boolean {
  return PLACES.some(([written]) => written.test(text));
}

function argument(text: string, place: WrittenAt): Requirement | Finding {
  const source = PLACES.find(([written]) => written.test(text))?.[1];
  return source === undefined ? requirementAt(text, place, '') : elsewhere(text, source, place, '');
}

function fromOption(option: string, value: string, { line }: Word): Include | NamedIndex | undefined {
  if (['-r', '--requirement', '-c', '--constraint'].includes(option)) return includeOf(option, value, line);
  if (/^(-i|-f|--(default-)?index(-url)?|--extra-index-url|--find-links)$/.test(option))
    return { address: indexAddress(value), line };
  return undefined;
}

/** Variables for which there is no room any more stay as they are written, as those that nothing sets. */
function substituted(text: string, variables: ReadonlyMap<string, string>, to: Pick<Installed, 'room'>): string {
  return text.replace(/\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}|\$([A-Za-z_]\w*)/g, (whole, braced, fallback, bare) => {
    const value: string = variables.get(braced ?? bare) ?? fallback ?? whole;
    if (value.length > to.room) return whole;
    to.room -= value.length;
    return value;
  });
}
