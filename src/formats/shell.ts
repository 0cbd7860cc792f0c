/** Shell scripts: what their lines install with pip, `uv pip` and `uv add`. */
import { WATCHED } from '../domain/environment.ts';
import type { Finding } from '../domain/manifest.ts';
import { normalizeName } from '../domain/package.ts';
import { pep508InLine, shellWord } from './dialects.ts';
import { type Format, none } from './format.ts';
import { addInstalls, noteVariables, nothingInstalled, readingOf, shellWords, type Word } from './languages/shell.ts';
import { type Reading, shown } from './reading.ts';

export const SHELL: Format = {
  name: 'shell',
  docs: {
    files: '`*.sh`, `*.bash`',
    read: '`pip install`, `uv pip install`, `uv add`; variables that the script sets before',
  },
  recognize: { by: 'path', fits: (file) => /\.(sh|bash)$/.test(file) },
  named: none('Another ending is another language.'),
  read: readShell,
  conflict: 'its line',
  pin: { dialect: shellWord },
  suggest: { inLine: pep508InLine },
  lock: none('pip keeps no lock.'),
  workspace: none('A script is no member of one.'),
  refresh: none('It is written by hand.'),
  includes: { as: 'requirements', of: 'where it runs' },
  indexes: { by: 'author' },
  overrules: none('What `-c` names is a file of its own.'),
};

function readShell(content: string): Reading {
  const installed = nothingInstalled();
  const variables = new Map<string, string>();
  for (const words of commands(content)) {
    noteVariables(words, variables);
    addInstalls(words.filter(isRun(words)), variables, unset, installed);
  }
  const { findings = [], ...reading } = readingOf(installed);
  // A script installs its own repository too; that is nobody's news.
  return { ...reading, findings: findings.filter(({ kind }) => kind !== 'not-installable') };
}

/** The words of each line, joined over backslashes, without its comment. */
function* commands(content: string): Generator<readonly Word[]> {
  let words: Word[] = [];
  for (const [index, raw] of content.split('\n').entries()) {
    const line = raw.replace(/\r$/, '');
    const goesOn = /\\$/.test(line) && !/^\s*#/.test(line);
    const found = shellWords(goesOn ? line.slice(0, -1) : line, index + 1, 0);
    const comment = found.findIndex(({ written }) => written.startsWith('#'));
    for (const word of comment < 0 ? found : found.slice(0, comment)) words.push(word);
    if (goesOn) continue;
    yield words;
    words = [];
  }
  yield words;
}

/** A quoted text is run where a shell is given it with `-c`; anywhere else it is only said. */
function isRun(words: readonly Word[]): (word: Word, index: number) => boolean {
  return ({ written, value }, index) =>
    !(/["']/.test(written) && /\s(install|add)\s/.test(value)) || /^-\w*c$/.test(words[index - 1]?.value ?? '');
}

/** What a script gets from outside is known when it runs; of a watched library that is said. */
function unset({ value, line }: Word): Finding | undefined {
  const name = normalizeName(/^[A-Za-z0-9._-]+/.exec(value)?.[0] ?? '');
  if (!WATCHED.some((watched) => watched === name)) return undefined;
  const message = `\`${shown(value)}\` holds a variable that the script does not set; it is not read.`;
  return { kind: 'dynamic', message, line };
}
