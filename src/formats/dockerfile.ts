/** Dockerfiles: what `RUN` lines install with pip, `uv pip`, `uv add` or poetry-less `python -m pip`, also nested. */
import type { Finding, Include, NamedIndex, Requirement } from '../domain/manifest.ts';
import { baseOf } from '../domain/path.ts';
import { pep508InLine, shellWord } from './dialects.ts';
import { type Format, none } from './format.ts';
import {
  elsewhere,
  includeOf,
  indexAddress,
  type Reading,
  requirementAt,
  shown,
  sorted,
  type WrittenAt,
} from './reading.ts';

/** A word of a shell command: its value, and where it stands. Quotes are part of `written`. */
interface Word {
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
const ENDS = /^(&&|\|\||;|\||&|\)|then|fi|done)$/;

export const DOCKERFILE: Format = {
  name: 'dockerfile',
  docs: {
    files: '`Dockerfile*`, `*.Dockerfile`',
    read: '`pip install`, `uv pip install`, `uv add` in `RUN`, nested and quoted too; defaults of `ARG` and `ENV`',
  },
  recognize: {
    by: 'path',
    fits: (file) => /^(Dockerfile|Containerfile)([.-].*)?$|\.[Dd]ockerfile$/.test(baseOf(file)),
  },
  named: none('No ending says it.'),
  read: readDockerfile,
  conflict: 'the file',
  pin: { dialect: shellWord },
  suggest: { inLine: pep508InLine },
  lock: none('An image is built from what its commands name.'),
  workspace: none('An image is no member of one.'),
  refresh: none('It is written by hand.'),
  includes: { as: 'requirements', of: 'an image' },
  indexes: { by: 'author' },
  overrules: none('What `-c` names is a file of its own.'),
};

function readDockerfile(content: string): Reading {
  const read: (Requirement | Finding)[] = [];
  const includes: Include[] = [];
  const indexes: NamedIndex[] = [];
  const variables = new Map<string, string>();
  for (const { keyword, words } of instructions(content)) {
    if (keyword === 'ARG' || keyword === 'ENV') noteVariables(words, variables);
    if (keyword !== 'RUN') continue;
    for (const install of installs(words))
      for (const one of installed(install, variables)) {
        if ('path' in one) includes.push(one);
        else if ('address' in one) indexes.push(one);
        else read.push(one);
      }
  }
  return { ...sorted(read), includes, indexes };
}

function* instructions(content: string): Generator<{ readonly keyword: string; readonly words: readonly Word[] }> {
  const lines = content.split('\n').map((line) => line.replace(/\r$/, ''));
  for (let index = 0; index < lines.length; index++) {
    const keyword = /^\s*([A-Za-z]+)\s/.exec(lines[index] ?? '')?.[1]?.toUpperCase();
    if (keyword === undefined) continue;
    const words: Word[] = [];
    let from = (lines[index] ?? '').search(/[A-Za-z]/) + keyword.length;
    for (; ; index++) {
      const line = lines[index] ?? '';
      const isComment = /^\s*#/.test(line) && from === 0;
      const goesOn = /\\\s*$/.test(line);
      const text = goesOn ? line.replace(/\\\s*$/, '') : line;
      if (!isComment) for (const word of shellWords(text, index + 1, from)) words.push(word);
      from = 0;
      if (!(goesOn || isComment) || index + 1 >= lines.length) break;
    }
    yield { keyword, words: keyword === 'RUN' ? execForm(words) : words };
  }
}

/** Words of one line, quotes and separators respected. */
function shellWords(text: string, line: number, from: number): readonly Word[] {
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

/** `RUN ["pip", "install", "peft"]` as the words of its list. */
function execForm(words: readonly Word[]): readonly Word[] {
  if (!words[0]?.written.startsWith('[')) return words;
  return words.flatMap((word) =>
    [...word.written.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((found) => ({
      ...{ value: found[1] ?? '', written: found[1] ?? '', line: word.line },
      column: word.column + found.index + 1,
    })),
  );
}

function noteVariables(words: readonly Word[], variables: Map<string, string>): void {
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
    const whole = substituted(word.value, variables);
    // What is not in quotes falls into words again after its variables are put in, and an empty one is none.
    const texts = quote === 1 ? [whole] : whole.split(/\s+/).filter((text) => text !== '');
    for (const text of texts) yield argument(text, word, place);
  }
}

function argument(text: string, { value, line }: Word, place: WrittenAt): Requirement | Finding {
  if (/^(git|hg|svn|bzr)\+/.test(text)) return elsewhere(text, 'git', place, '');
  if (/^https?:/.test(text)) return elsewhere(text, 'url', place, '');
  if (/^(\.{0,2}\/|\.$|\.\[|file:)|\.whl$/.test(text)) return elsewhere(text, 'path', place, '');
  if (text.includes('$')) {
    const message = `\`${shown(value)}\` holds a variable that the Dockerfile gives no default.`;
    return { kind: 'unreadable', message, line };
  }
  return requirementAt(text, place, '');
}

function fromOption(option: string, value: string, { line }: Word): Include | NamedIndex | undefined {
  if (['-r', '--requirement', '-c', '--constraint'].includes(option)) return includeOf(option, value, line);
  if (/^(-i|-f|--(default-)?index(-url)?|--extra-index-url|--find-links)$/.test(option))
    return { address: indexAddress(value), line };
  return undefined;
}

function substituted(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(
    /\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}|\$([A-Za-z_]\w*)/g,
    (whole, braced, fallback, bare) => variables.get(braced ?? bare) ?? fallback ?? whole,
  );
}
