/** pyproject.toml: PEP 621, PEP 735 groups, uv's lists, poetry. */
import type { Finding, Requirement } from '../domain/manifest.ts';
import { normalizeName } from '../domain/package.ts';
import type { Reading } from './formats.ts';
import { poetrySpecifier } from './poetry.ts';
import { requirementAt } from './requirements-txt.ts';
import { isTable, listAt, Places, parseToml, type Table, tableAt } from './toml.ts';

export function readPyproject(content: string): Reading {
  const parsed = parseToml(content);
  if ('error' in parsed)
    return {
      requirements: [],
      locked: [],
      findings: [{ kind: 'unreadable', message: parsed.error, line: parsed.line }],
    };
  const places = new Places(content);
  const read = lists(parsed.table).flatMap(({ group, entries }) =>
    entries
      .filter((entry) => typeof entry === 'string')
      .map((entry) => {
        const { line, column } = places.next(entry);
        return requirementAt(entry, line, column, group);
      }),
  );
  const poetry = readPoetry(parsed.table, content);
  const sources = tableAt(parsed.table, 'tool', 'uv', 'sources');
  const requirements = [...read.filter((one): one is Requirement => 'written' in one), ...poetry.requirements].map(
    (one) => withSource(one, sources),
  );
  return {
    requirements,
    locked: [],
    findings: [...read.filter((one): one is Finding => !('written' in one)), ...poetry.findings],
  };
}

function lists(table: Table): readonly { readonly group: string; readonly entries: readonly unknown[] }[] {
  const named = (path: readonly string[], prefix: string) =>
    Object.keys(tableAt(table, ...path)).map((name) => ({
      group: `${prefix}${name}`,
      entries: listAt(table, ...path, name),
    }));
  return [
    { group: '', entries: listAt(table, 'project', 'dependencies') },
    ...named(['project', 'optional-dependencies'], 'extra:'),
    ...named(['dependency-groups'], 'group:'),
    ...['constraint-dependencies', 'override-dependencies', 'dev-dependencies'].map((name) => ({
      group: `uv:${name}`,
      entries: listAt(table, 'tool', 'uv', name),
    })),
  ];
}

/** A requirement whose uv source is a repository, a path or a URL does not come from an index. */
function withSource(requirement: Requirement, sources: Table): Requirement {
  const key = Object.keys(sources).find((name) => normalizeName(name) === requirement.name);
  const source = key === undefined ? undefined : [sources[key]].flat()[0];
  if (!isTable(source)) return requirement;
  const kind =
    'git' in source
      ? 'git'
      : 'path' in source || 'workspace' in source
        ? 'path'
        : 'url' in source
          ? 'url'
          : requirement.source;
  return { ...requirement, source: kind };
}

function readPoetry(
  table: Table,
  content: string,
): { readonly requirements: Requirement[]; readonly findings: Finding[] } {
  const requirements: Requirement[] = [];
  const findings: Finding[] = [];
  const lines = content.split('\n');
  const groups = Object.keys(tableAt(table, 'tool', 'poetry', 'group'));
  const tables: readonly (readonly [string, Table])[] = [
    ['', tableAt(table, 'tool', 'poetry', 'dependencies')],
    ['group:dev', tableAt(table, 'tool', 'poetry', 'dev-dependencies')],
    ...groups.map(
      (name) => [`group:${name}`, tableAt(table, 'tool', 'poetry', 'group', name, 'dependencies')] as const,
    ),
  ];
  let from = 0;
  for (const [group, entries] of tables)
    for (const [name, value] of Object.entries(entries)) {
      if (normalizeName(name) === 'python') continue;
      const found = lines.findIndex(
        (line, index) => index >= from && new RegExp(`^\\s*"?${escaped(name)}"?\\s*=`).test(line),
      );
      const line = found < 0 ? 1 : found + 1;
      for (const entry of [value].flat()) {
        const read = poetryEntry(name, entry, group, line, lines[line - 1] ?? '');
        'written' in read ? requirements.push(read) : findings.push(read);
      }
      from = group === '' || found < 0 ? from : found;
    }
  return { requirements, findings };
}

function poetryEntry(name: string, value: unknown, group: string, line: number, text: string): Requirement | Finding {
  const table = isTable(value) ? value : { version: value };
  const written = typeof table.version === 'string' ? table.version : '';
  const specifier = poetrySpecifier(written);
  if (specifier === undefined)
    return {
      kind: 'unreadable',
      message: `\`${name} = ${JSON.stringify(value)?.slice(0, 100)}\` is not a poetry requirement.`,
      line,
    };
  const source = 'git' in table ? 'git' : 'path' in table ? 'path' : 'url' in table ? 'url' : 'index';
  const column = Math.max(0, text.indexOf(written, text.indexOf('=')));
  return {
    name: normalizeName(name),
    written,
    specifier,
    extras: Array.isArray(table.extras) ? table.extras.filter((one) => typeof one === 'string') : [],
    marker: typeof table.markers === 'string' ? table.markers : '',
    group,
    source,
    line,
    columns: [column, column + written.length],
  };
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
