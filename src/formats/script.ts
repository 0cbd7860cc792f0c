/** Inline script metadata, `# /// script`. https://peps.python.org/pep-0723/ */
import { WATCHED } from '../domain/environment.ts';
import { pep508, pep508InLine } from './dialects.ts';
import { type Format, none } from './format.ts';
import { at, readToml, textAt } from './languages/toml.ts';
import { type Reading, requirementAt, sorted } from './reading.ts';

const OPEN = /^# \/\/\/ script\s*$/;
const CLOSE = /^# \/\/\/\s*$/;

export const SCRIPT: Format = {
  name: 'script',
  docs: { files: '`*.py` with `# /// script`', read: 'PEP 723' },
  recognize: {
    by: 'content',
    fits: (file) => file.endsWith('.py'),
    // Most Python files carry no block.
    holds: (content) => content.includes('# /// script'),
    changes: new RegExp(`^[+-]#.*(///|dependencies|\\[|\\]|${WATCHED.join('|')})`, 'im'),
  },
  named: none('A Python file is known by what it holds.'),
  read: readScript,
  conflict: 'the file',
  pin: { dialect: pep508 },
  suggest: { inLine: pep508InLine },
  lock: none('It is its own project; the lock of the project around it is another one.'),
  workspace: none('A script is no member of one.'),
  refresh: none('It is written by hand.'),
  includes: none('PEP 723 names no files.'),
  indexes: none('Indexes under `tool` are not read.'),
  overrules: none('Overrides under `tool` are not read.'),
};

function readScript(content: string): Reading {
  const lines = content.split('\n').map((line) => line.replace(/\r$/, ''));
  const start = lines.findIndex((line) => OPEN.test(line));
  if (start < 0) return {};
  const length = lines.slice(start + 1).findIndex((line) => !/^#( |$)/.test(line));
  const commented = lines.slice(start + 1, length < 0 ? lines.length : start + 1 + length);
  // The last `# ///` closes: a line like it may stand inside.
  const end = commented.findLastIndex((line) => CLOSE.test(line));
  if (end < 0)
    return {
      findings: [{ kind: 'unreadable', message: 'The script block is not closed by `# ///`.', line: start + 1 }],
    };
  const parsed = readToml(
    commented
      .slice(0, end)
      .map((line) => line.slice(2))
      .join('\n'),
  );
  if ('error' in parsed)
    return { findings: [{ kind: 'unreadable', message: parsed.error, line: parsed.line + start + 1 }] };
  const read = at(parsed.root, 'dependencies')
    .items.filter(({ kind }) => kind === 'string')
    .map(({ value = '', written, line, column }) =>
      requirementAt(value, { line: line + start + 1, column: column + 2, written }, ''),
    );
  const python = textAt(parsed.root, 'requires-python');
  return { ...sorted(read), ...(python !== undefined && { python }) };
}
