/** requirements*.txt, *.in and constraints files, as pip reads them. */
import type { Finding, Include, NamedIndex, Requirement } from '../domain/manifest.ts';
import { withoutCredentials } from '../domain/package.ts';
import { baseOf } from '../domain/path.ts';
import { pep508, pep508InLine } from './dialects.ts';
import { type Format, none } from './format.ts';
import { elsewhere, includeOf, type Reading, requirementAt, sorted, type WrittenAt } from './reading.ts';

/** One logical line: joined over backslashes, without its comment. `place` is that of its text in the first line. */
interface Logical {
  readonly text: string;
  readonly place: WrittenAt;
}

const COMMENT = /(^|\s)#.*$/;
/** Options of a requirement begin where this stands. */
const OPTION = /\s--?[A-Za-z]/;
const INDEX = /^(?:-i|--index-url|--extra-index-url|-f|--find-links|--no-index)(?=[ =\s]|$)\s*=?\s*(\S*)/;
const INCLUDE = /^(-r|--requirement|-c|--constraint)\s*=?\s*(\S+)/;
const EDITABLE = /^(?:-e|--editable)[ =]\s*/;

/** `requirements-dev.txt`, `constraints.txt`, `reqs.in`, and what tools compile to: `requirements.lock`. */
const NAME = /(^|[-_.])(requirements|constraints|reqs)([-_.][^/]*)?\.(txt|in)$|^requirements[^/]*\.(txt|in|lock)$/;
const BELOW_REQUIREMENTS = /(^|\/)requirements\/(.+\/)?[^/]+\.(txt|in)$/;

export const REQUIREMENTS: Format = {
  name: 'requirements',
  docs: {
    files:
      '`requirements*.txt`, `*.in`, `constraints*.txt`, `requirements*.lock`, files anywhere below `requirements/`, and what they include',
    read: 'names, extras, specifiers, markers, URLs, hashes and continuations; indexes',
  },
  recognize: { by: 'path', fits: (file) => NAME.test(baseOf(file)) || BELOW_REQUIREMENTS.test(file) },
  named: { endings: /\.(txt|in)$/ },
  read: readRequirements,
  conflict: 'its line',
  pin: { dialect: pep508 },
  suggest: { inLine: pep508InLine },
  lock: none('pip keeps no lock.'),
  workspace: none('pip knows no workspace.'),
  refresh: none('It is not made by a tool, or by one whose command nobody can know.'),
  includes: { as: 'requirements', of: 'the repository' },
  indexes: { by: 'author' },
  overrules: none('What `-c` names is a file of its own.'),
};

function readRequirements(content: string): Reading {
  const read: (Requirement | Finding)[] = [];
  const includes: Include[] = [];
  const indexes: NamedIndex[] = [];
  for (const { text, place } of logicalLines(content)) {
    const [, option = '', included] = INCLUDE.exec(text) ?? [];
    const index = INDEX.exec(text);
    if (included) includes.push(includeOf(option, included.replace(/^["']|["']$/g, ''), place.line));
    else if (index) indexes.push({ address: withoutCredentials(index[1] || 'no index'), line: place.line });
    else {
      const one = readLine(text, place);
      if (one) read.push(one);
    }
  }
  return { ...sorted(read), includes, indexes };
}

function* logicalLines(content: string): Generator<Logical> {
  const pending: string[] = [];
  let first = 0;
  for (const [index, raw] of content.split('\n').entries()) {
    const line = raw.replace(/\r$/, '');
    const isComment = /^\s*#/.test(line);
    if (pending.length === 0) first = index;
    if (line.endsWith('\\') && !isComment) {
      pending.push(line.slice(0, -1));
      continue;
    }
    pending.push(isComment && pending.length > 0 ? '' : line);
    yield* logical(pending.splice(0), first);
  }
  if (pending.length > 0) yield* logical(pending, first);
}

function* logical(lines: readonly string[], first: number): Generator<Logical> {
  // pip joins before it takes comments away, so a comment in the middle ends the whole line.
  const whole = lines.join('').replace(COMMENT, '');
  const text = whole.trim();
  if (text !== '') yield { text, place: { line: first + 1, column: whole.length - whole.trimStart().length } };
}

function readLine(text: string, { line, column }: WrittenAt): Requirement | Finding | undefined {
  if (/^(<{7}|={7}|>{7}|\|{7})( |$)/.test(text))
    return { kind: 'conflict-marker', message: 'A conflict marker is left in this file.', line };
  const editable = EDITABLE.exec(text);
  if (editable) return elsewhere(text.slice(editable[0].length), 'editable', { line, column, written: text }, '');
  if (text.startsWith('-')) return undefined;
  const written = text.slice(0, OPTION.exec(text)?.index ?? text.length).trimEnd();
  const place = { line, column, written };
  if (/^(git|hg|svn|bzr)\+/.test(written)) return elsewhere(written, 'git', place, '');
  if (/^https?:/.test(written)) return elsewhere(written, 'url', place, '');
  if (/^(\.{0,2}\/|[A-Za-z]:\\|file:)/.test(written) || /^\S+\.(whl|tar\.gz|zip)$/.test(written))
    return elsewhere(written, 'path', place, '');
  return requirementAt(written, place, '');
}
