/** poetry's own version language. https://python-poetry.org/docs/dependency-specification/ */
import type { Finding, Requirement } from '../../domain/manifest.ts';
import { normalizeName } from '../../domain/package.ts';
import { parsePep508 } from '../../domain/pep508.ts';
import { isVersion } from '../../domain/version.ts';
import { shown } from '../reading.ts';
import { at, type TomlNode, textAt } from './toml.ts';

/** A poetry constraint as a PEP 440 specifier; undefined for what is none. `||` is read as its first part. */
export function poetrySpecifier(written: string): string | undefined {
  const first = written.split('||')[0]?.trim() ?? '';
  if (first === '' || first === '*') return '';
  const clauses = first.split(/\s*,\s*|\s+(?=[<>=!~^])/).filter(Boolean);
  const translated = clauses.map(translate);
  return translated.every((clause) => clause !== undefined) ? translated.join(',') : undefined;
}

function translate(clause: string): string | undefined {
  const found = /^(\^|~=|~|===|==|=|!=|<=|>=|<|>)?\s*([^\s]+)$/.exec(clause);
  // PEP 440 allows a `v` before a version; what is made of it has none.
  const version = (found?.[2] ?? '').replace(/^v(?=\d)/i, '');
  if (!isVersion(version.replace(/\.\*$/, ''))) return undefined;
  const operator = found?.[1];
  if (operator === '^') return `>=${version},<${caretEnd(version)}`;
  if (operator === '~') return `>=${version},<${tildeEnd(version)}`;
  if (operator === undefined || operator === '=') return `==${version}`;
  return `${operator}${version}`;
}

/** `^1.2.3` allows what keeps the leftmost number that is not zero. */
function caretEnd(version: string): string {
  const parts = numbers(version);
  const index = parts.findIndex((part) => part !== 0);
  return epochOf(version) + bumped(parts, index < 0 ? parts.length - 1 : index);
}

/** `~1.2.3` and `~1.2` allow patches, `~1` minors. */
function tildeEnd(version: string): string {
  const parts = numbers(version);
  return epochOf(version) + bumped(parts, parts.length === 1 ? 0 : 1);
}

function epochOf(version: string): string {
  return /^\d+!/.exec(version)?.[0] ?? '';
}

function numbers(version: string): number[] {
  return (version.replace(/^\d+!/, '').split(/[^0-9.]/)[0] ?? '0').split('.').filter(Boolean).map(Number);
}

function bumped(parts: readonly number[], index: number): string {
  return parts
    .slice(0, index + 1)
    .map((part, at) => (at === index ? part + 1 : part))
    .concat(index === 0 ? [0] : [])
    .join('.');
}

/** Requirements of a table of poetry or of a Pipfile: `name = "version"` or `name = {version = ..., ...}`. */
export function poetryTable(table: TomlNode, group: string): readonly (Requirement | Finding)[] {
  return [...table.entries].flatMap(([name, node]) => {
    if (normalizeName(name) === 'python') return [];
    const entries = node.kind === 'array' ? node.items : [node];
    return entries.map((entry) => poetryEntry(name, entry, group));
  });
}

function poetryEntry(name: string, node: TomlNode, group: string): Requirement | Finding {
  const version = node.kind === 'table' ? at(node, 'version') : node;
  const place = version.kind === 'string' ? version : node;
  const specifier = poetrySpecifier(version.value ?? '');
  // pipenv takes extras in the name too: `"accelerate[rich]" = "*"`.
  const named = specifier === undefined ? undefined : parsePep508(name);
  if (specifier === undefined || named === undefined || 'error' in named || named.specifier !== '')
    return {
      kind: 'unreadable',
      message: `\`${shown(name)} = ${shown(version.value ?? '')}\` is not a version constraint.`,
      line: place.line,
    };
  return {
    name: named.name,
    written: place.written,
    specifier,
    extras: [...named.extras, ...at(node, 'extras').items.flatMap(({ value }) => value ?? [])],
    marker: textAt(node, 'markers') ?? pythonMarker(textAt(node, 'python')),
    group,
    source: sourceOf(node),
    line: place.line,
    columns: [place.column, place.column + place.written.length],
  };
}

/** poetry's short form for a marker on Python; kept as written, since only equality matters here. */
function pythonMarker(python: string | undefined): string {
  return python === undefined ? '' : `python ${python}`;
}

function sourceOf({ entries, kind }: TomlNode): Requirement['source'] {
  if (kind !== 'table') return 'index';
  if (entries.has('git')) return 'git';
  if (entries.has('path') || entries.has('file')) return entries.has('editable') ? 'editable' : 'path';
  return entries.has('url') ? 'url' : 'index';
}
