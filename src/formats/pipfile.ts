/** Pipfile: `[packages]`, `[dev-packages]` and further categories, `[[source]]`. */
import { baseOf } from '../domain/path.ts';
import { valueInLine, wholeValue } from './dialects.ts';
import { type Format, none } from './format.ts';
import { poetryTable } from './languages/poetry.ts';
import { at, readToml, textAt } from './languages/toml.ts';
import { indexAddress, type Reading, sorted, unreadable } from './reading.ts';

/** Tables of a Pipfile that are no lists of packages. */
const OTHERS = ['source', 'requires', 'scripts', 'pipenv'];

export const PIPFILE: Format = {
  name: 'pipfile',
  docs: { files: '`Pipfile`', read: 'packages of each category' },
  recognize: { by: 'path', fits: (file) => baseOf(file) === 'Pipfile' },
  named: none('pipenv reads no other name.'),
  read: readPipfile,
  conflict: 'the file',
  pin: { dialect: wholeValue },
  suggest: { inLine: valueInLine },
  lock: { formats: ['pipfile-lock'] },
  workspace: { sharesLock: 'above' },
  refresh: none('It is written by hand.'),
  includes: none('A Pipfile names no other manifest.'),
  indexes: { by: 'author' },
  overrules: none('pipenv knows neither overrides nor constraints.'),
};

function readPipfile(content: string): Reading {
  const parsed = readToml(content);
  if ('error' in parsed) return unreadable(parsed.error, parsed.line);
  const { root } = parsed;
  const categories = [...root.entries].filter(([name, { kind }]) => kind === 'table' && !OTHERS.includes(name));
  const read = categories.flatMap(([name, table]) =>
    poetryTable(table, name === 'packages' ? '' : `group:${name.replace(/-packages$/, '')}`),
  );
  const python = textAt(root, 'requires', 'python_version');
  return {
    ...sorted(read),
    indexes: at(root, 'source').items.flatMap((source) => {
      const { value, line } = at(source, 'url');
      return value === undefined ? [] : [{ address: indexAddress(value), line }];
    }),
    ...(python !== undefined && { python: `==${python}.*` }),
  };
}
