/** Inline script metadata, `# /// script`. https://peps.python.org/pep-0723/ */
import { at, readToml, textAt } from '../toml.ts';
import { type Reading, requirementAt, sorted } from './reading.ts';

const OPEN = /^# \/\/\/ script\s*$/;
const CLOSE = /^# \/\/\/\s*$/;

/** Whether a Python file carries a block at all: most do not. */
export function hasScriptBlock(content: string): boolean {
  return content.includes('# /// script');
}

export function readScript(content: string): Reading {
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
