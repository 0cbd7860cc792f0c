/** Pipfile: `[packages]`, `[dev-packages]` and further categories, `[[source]]`. */
import { at, readToml, textAt } from '../toml.ts';
import { poetryTable } from './poetry.ts';
import { indexAddress, type Reading, sorted, unreadable } from './reading.ts';

/** Tables of a Pipfile that are no lists of packages. */
const OTHERS = ['source', 'requires', 'scripts', 'pipenv'];

export function readPipfile(content: string): Reading {
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
