/** Dockerfiles: what `RUN` lines install with pip, `uv pip`, `uv add` or poetry-less `python -m pip`, also nested. */
import type { Finding } from '../domain/manifest.ts';
import { baseOf } from '../domain/path.ts';
import { pep508InLine, shellWord } from './dialects.ts';
import { type Format, none } from './format.ts';
import { addInstalls, noteVariables, nothingInstalled, readingOf, shellWords, type Word } from './languages/shell.ts';
import { type Reading, shown } from './reading.ts';

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
  includes: { as: 'requirements', of: 'where it runs' },
  indexes: { by: 'author' },
  overrules: none('What `-c` names is a file of its own.'),
};

function readDockerfile(content: string): Reading {
  const installed = nothingInstalled();
  const variables = new Map<string, string>();
  for (const { keyword, words } of instructions(content)) {
    if (keyword === 'ARG' || keyword === 'ENV') noteVariables(words, variables);
    if (keyword === 'RUN') addInstalls(words, variables, unset, installed);
  }
  return readingOf(installed);
}

function unset({ value, line }: Word): Finding {
  const message = `\`${shown(value)}\` holds a variable that the Dockerfile gives no default.`;
  return { kind: 'unreadable', message, line };
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

/** `RUN ["pip", "install", "peft"]` as the words of its list. */
function execForm(words: readonly Word[]): readonly Word[] {
  if (!words[0]?.written.startsWith('[')) return words;
  return words.flatMap((word) =>
    [...word.written.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((found) => ({
      value: found[1] ?? '',
      written: found[1] ?? '',
      line: word.line,
      column: word.column + found.index + 1,
    })),
  );
}
