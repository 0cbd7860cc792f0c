/** pyproject.toml: PEP 621, PEP 735 groups, uv's lists and sources, poetry. */
import type { Finding, NamedIndex, Requirement } from '../domain/manifest.ts';
import { normalizeName } from '../domain/package.ts';
import { baseOf } from '../domain/path.ts';
import { pep508OrValue, valueOrPep508InLine } from './dialects.ts';
import { type Format, none } from './format.ts';
import { poetryTable } from './languages/poetry.ts';
import { at, readToml, type TomlNode, textAt } from './languages/toml.ts';
import { pixiIndexes, pixiPackages } from './pixi.ts';
import { indexAddress, type Reading, requirementAt, sorted, unreadable, versionIn } from './reading.ts';

export const PYPROJECT: Format = {
  name: 'pyproject',
  docs: {
    files: '`pyproject.toml`',
    read: "PEP 621, optional dependencies, PEP 735 groups, uv's overrides, constraints and sources, poetry with carets and groups, pdm and its overrides, pixi",
  },
  recognize: { by: 'path', fits: (file) => baseOf(file) === 'pyproject.toml' },
  named: { endings: /\.toml$/ },
  read: readPyproject,
  conflict: 'the file',
  pin: { dialect: pep508OrValue },
  suggest: { inLine: valueOrPep508InLine },
  lock: { formats: ['lock', 'pixi-lock'] },
  workspace: { sharesLock: 'above' },
  refresh: none('It is written by hand.'),
  includes: none('Members of a workspace are manifests of their own.'),
  indexes: { by: 'author' },
  // As uv, pdm and pixi define them.
  overrules: {
    overrides: ['uv:override-dependencies', 'pdm:overrides', 'pixi:dependency-overrides'],
    constraints: ['uv:constraint-dependencies'],
  },
};

function readPyproject(content: string): Reading {
  const parsed = readToml(content);
  if ('error' in parsed) return unreadable(parsed.error, parsed.line);
  const { root } = parsed;
  const listed = lists(root).flatMap(({ group, items }) =>
    items
      .filter(({ kind }) => kind === 'string')
      .map((item) => requirementAt(item.value ?? '', { ...placeOf(item) }, group)),
  );
  const read: readonly (Requirement | Finding)[] = [
    ...listed,
    ...pdmOverrides(root),
    ...readPoetry(root),
    ...pixiPackages(at(root, 'tool', 'pixi')),
    ...dynamic(root),
  ];
  const { requirements, findings } = sorted(read);
  const sources = at(root, 'tool', 'uv', 'sources');
  const python = textAt(root, 'project', 'requires-python') ?? textAt(root, 'tool', 'poetry', 'dependencies', 'python');
  return {
    requirements: requirements.map((one) => withSource(one, sources)),
    findings,
    indexes: [...indexesOf(root), ...pixiIndexes(at(root, 'tool', 'pixi'))],
    ...(python !== undefined && { python }),
  };
}

function placeOf({ line, column, written }: TomlNode) {
  return { line, column, written };
}

function lists(root: TomlNode): readonly { readonly group: string; readonly items: readonly TomlNode[] }[] {
  const named = (prefix: string, ...path: readonly string[]) =>
    [...at(root, ...path).entries].map(([name, { items }]) => ({ group: `${prefix}${name}`, items }));
  return [
    { group: '', items: at(root, 'project', 'dependencies').items },
    ...named('extra:', 'project', 'optional-dependencies'),
    ...named('group:', 'dependency-groups'),
    ...named('group:', 'tool', 'pdm', 'dev-dependencies'),
    ...['constraint-dependencies', 'override-dependencies', 'dev-dependencies', 'build-constraint-dependencies'].map(
      (name) => ({ group: `uv:${name}`, items: at(root, 'tool', 'uv', name).items }),
    ),
  ];
}

/** pdm's overrides: a table of names, each with a version or a specifier. */
function pdmOverrides(root: TomlNode): readonly (Requirement | Finding)[] {
  return [...at(root, 'tool', 'pdm', 'resolution', 'overrides').entries].flatMap(([name, item]) => {
    if (item.kind !== 'string' || item.value === undefined) return [];
    const specifier = /^\d/.test(item.value) ? `==${item.value}` : item.value;
    const read = requirementAt(`${name} ${specifier}`, placeOf(item), 'pdm:overrides');
    return [read];
  });
}

/** Lists that a build backend makes: they cannot be read without running it. */
function dynamic(root: TomlNode): readonly Finding[] {
  return at(root, 'project', 'dynamic')
    .items.filter(({ value }) => value === 'dependencies' || value === 'optional-dependencies')
    .map(({ value, line }) => ({
      kind: 'dynamic',
      message: `\`${value}\` is dynamic: it stands in setup.py, setup.cfg or a requirements file, which are read instead.`,
      line,
    }));
}

/** A requirement whose uv source is a repository, a path or a URL does not come from an index. */
function withSource(requirement: Requirement, sources: TomlNode): Requirement {
  const found = [...sources.entries].find(([name]) => normalizeName(name) === requirement.name)?.[1];
  const source = found?.kind === 'array' ? found.items[0] : found;
  if (source === undefined) return requirement;
  const version = versionIn(textAt(source, 'url') ?? textAt(source, 'path') ?? '');
  return { ...requirement, source: sourceKind(source) ?? requirement.source, ...(version && { version }) };
}

function sourceKind({ entries }: TomlNode): Requirement['source'] | undefined {
  if (entries.has('git')) return 'git';
  if (entries.has('path') || entries.has('workspace')) return 'path';
  return entries.has('url') ? 'url' : undefined;
}

function readPoetry(root: TomlNode): readonly (Requirement | Finding)[] {
  const poetry = at(root, 'tool', 'poetry');
  const groups = [...at(poetry, 'group').entries].map(
    ([name, group]) => [`group:${name}`, at(group, 'dependencies')] as const,
  );
  return [
    ...poetryTable(at(poetry, 'dependencies'), ''),
    ...poetryTable(at(poetry, 'dev-dependencies'), 'group:dev'),
    ...groups.flatMap(([group, table]) => poetryTable(table, group)),
  ];
}

function indexesOf(root: TomlNode): readonly NamedIndex[] {
  const tables = [
    ...at(root, 'tool', 'uv', 'index').items,
    ...at(root, 'tool', 'poetry', 'source').items,
    ...at(root, 'tool', 'pdm', 'source').items,
  ].map((table) => at(table, 'url'));
  const single = [at(root, 'tool', 'uv', 'index-url'), at(root, 'tool', 'uv', 'pip', 'index-url')];
  const several = [at(root, 'tool', 'uv', 'extra-index-url'), at(root, 'tool', 'uv', 'find-links')].flatMap(
    ({ items }) => items,
  );
  return [...tables, ...single, ...several].flatMap(({ value, line }) =>
    value === undefined ? [] : [{ address: indexAddress(value), line }],
  );
}
