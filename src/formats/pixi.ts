/** pixi.toml: packages of PyPI and of conda, in all features and on all targets. https://pixi.prefix.dev/latest/reference/pixi_manifest/ */
import type { Finding, NamedIndex, Requirement } from '../domain/manifest.ts';
import { baseOf } from '../domain/path.ts';
import { valueInLine, wholeValue } from './dialects.ts';
import { type Format, none } from './format.ts';
import { at, readToml, type TomlNode, textAt } from './languages/toml.ts';
import { indexAddress, type Reading, requirementAt, shown, sorted, unreadable, versionIn } from './reading.ts';

export const PIXI: Format = {
  name: 'pixi',
  docs: {
    files: '`pixi.toml`',
    read: 'packages of PyPI and of conda, of each feature and target; overrides; indexes',
  },
  recognize: { by: 'path', fits: (file) => baseOf(file) === 'pixi.toml' },
  named: none('pixi reads no other name.'),
  read: readPixi,
  conflict: 'the file',
  pin: { dialect: wholeValue },
  suggest: { inLine: valueInLine },
  lock: { formats: ['pixi-lock'] },
  workspace: { sharesLock: 'above' },
  refresh: none('It is written by hand.'),
  includes: none('Packages of its workspace are manifests of their own.'),
  indexes: { by: 'author' },
  // Those of one feature count only where that feature does.
  overrules: { overrides: ['pixi:dependency-overrides'], constraints: [] },
};

/** Tables of packages, and what their group is called before the name of the feature and of the target. */
const TABLES: readonly { readonly path: readonly string[]; readonly kind: string; readonly read: Entry }[] = [
  { path: ['pypi-dependencies'], kind: '', read: pypiEntry },
  { path: ['dependencies'], kind: 'conda', read: condaEntry },
  { path: ['pypi-options', 'dependency-overrides'], kind: 'pixi:dependency-overrides', read: pypiEntry },
];

type Entry = (name: string, node: TomlNode, group: string) => Requirement | Finding;

/** A part of the manifest that has tables of packages: the whole, a feature, a target of either. */
interface Part {
  readonly node: TomlNode;
  readonly name: string;
}

function readPixi(content: string): Reading {
  const parsed = readToml(content);
  if ('error' in parsed) return unreadable(parsed.error, parsed.line);
  const { root } = parsed;
  const python = condaSpecifier(versionOf(at(root, 'dependencies', 'python')).value ?? '*');
  return {
    ...sorted(pixiPackages(root)),
    indexes: pixiIndexes(root),
    ...(python !== '' && { python }),
  };
}

/** All packages of a manifest of pixi, or of `tool.pixi` in a pyproject.toml. */
export function pixiPackages(root: TomlNode): readonly (Requirement | Finding)[] {
  return partsOf(root).flatMap(packagesOf);
}

function partsOf(root: TomlNode): readonly Part[] {
  const whole = { node: root, name: '' };
  const features = named(root, 'feature');
  return [whole, ...features].flatMap((part) => [part, ...targetsOf(part)]);
}

function named(node: TomlNode, kind: string): readonly Part[] {
  return [...at(node, kind).entries].map(([name, table]) => ({ node: table, name: `${kind}:${name}` }));
}

function targetsOf({ node, name }: Part): readonly Part[] {
  return named(node, 'target').map((target) => ({ ...target, name: joined(name, target.name) }));
}

function packagesOf({ node, name: part }: Part): readonly (Requirement | Finding)[] {
  return TABLES.flatMap(({ path, kind, read }) =>
    [...at(node, ...path).entries]
      .filter(([name]) => name !== 'python')
      .map(([name, entry]) => read(name, entry, joined(kind, part))),
  );
}

function joined(left: string, right: string): string {
  return [left, right].filter((text) => text !== '').join('/');
}

/** Where the version stands: the value itself, or a key of a table. */
function versionOf(node: TomlNode): TomlNode {
  return node.kind === 'table' ? at(node, 'version') : node;
}

/** PEP 440, or `*` for any release. */
function pypiEntry(name: string, node: TomlNode, group: string): Requirement | Finding {
  const written = versionOf(node).value?.trim() ?? '*';
  return entryAt(name, node, written === '*' ? '' : written, group);
}

function condaEntry(name: string, node: TomlNode, group: string): Requirement | Finding {
  return entryAt(name, node, condaSpecifier(versionOf(node).value ?? '*'), group);
}

function entryAt(name: string, node: TomlNode, specifier: string, group: string): Requirement | Finding {
  const version = versionOf(node);
  const { line, column, written } = version.kind === 'string' ? version : node;
  const read = requirementAt(`${name} ${specifier}`, { line, column, written }, group);
  if (!('written' in read) || read.specifier !== specifier.replace(/\s/g, ''))
    return { kind: 'unreadable', message: `\`${shown(`${name} = ${written}`)}\` is not a version constraint.`, line };
  const from = versionIn(textAt(node, 'url') ?? textAt(node, 'path') ?? '');
  return {
    ...read,
    extras: at(node, 'extras').items.flatMap(({ value }) => value ?? []),
    marker: textAt(node, 'env-markers') ?? '',
    source: sourceOf(node),
    ...(from !== undefined && { version: from }),
  };
}

/** conda's versions: none beside an operator is that one release, `=1.2` and `1.2.*` are every `1.2.x`. */
function condaSpecifier(written: string): string {
  const text = written.replace(/\s/g, '');
  if (text === '*') return '';
  const [, operator, version = ''] = /^(=?)([^=<>!~,|*]+?)(?:\.?\*)?$/.exec(text) ?? [];
  if (version === '') return text;
  return operator === '=' || text.endsWith('*') ? `==${version}.*` : `==${version}`;
}

function sourceOf({ entries }: TomlNode): Requirement['source'] {
  if (entries.has('git')) return 'git';
  if (entries.has('path')) return entries.has('editable') ? 'editable' : 'path';
  return entries.has('url') ? 'url' : 'index';
}

export function pixiIndexes(root: TomlNode): readonly NamedIndex[] {
  const parts = partsOf(root);
  const options = [at(root, 'workspace'), ...parts.map(({ node }) => node)].map((node) => at(node, 'pypi-options'));
  const ofOptions = options.flatMap((node) => [
    at(node, 'index-url'),
    ...[...at(node, 'extra-index-urls').items, ...at(node, 'find-links').items].map(addressOf),
  ]);
  const ofPackages = parts.flatMap(({ node }) =>
    [...at(node, 'pypi-dependencies').entries.values()].map((entry) => at(entry, 'index')),
  );
  return [...ofOptions, ...ofPackages].flatMap(({ value, line }) =>
    value === undefined ? [] : [{ address: indexAddress(value), line }],
  );
}

function addressOf(node: TomlNode): TomlNode {
  return node.kind === 'table' ? at(node, 'url') : node;
}
