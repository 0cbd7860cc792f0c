/** conda's environment.yml: the packages themselves, and the list under `pip:`. */
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Scalar } from 'yaml';
import type { Finding, Include, Requirement } from '../domain/manifest.ts';
import { baseOf } from '../domain/path.ts';
import { pep508, pep508InLine } from './dialects.ts';
import { type Format, none } from './format.ts';
import { elsewhere, includeOf, type Reading, requirementAt, sorted, unreadable, type WrittenAt } from './reading.ts';

/** The parser takes time that grows with the square of some inputs; nobody's environment file is so large or so deep. */
const LONGEST = 32 * 1024;
const MOST_BRACKETS = 200;
const INCLUDE = /^(-r|--requirement|-c|--constraint)[ =]\s*(\S+)$/;

export const CONDA: Format = {
  name: 'conda',
  docs: { files: '`environment*.yml`', read: 'packages, and the list under `pip:`' },
  recognize: { by: 'path', fits: (file) => /^environment[^/]*\.ya?ml$/.test(baseOf(file)) },
  named: { endings: /\.ya?ml$/ },
  read: readEnvironmentYml,
  conflict: 'the file',
  pin: {
    dialect: (requirement, specifier) =>
      requirement.group === 'pip' ? pep508(requirement, specifier) : condaSpec(requirement, specifier),
  },
  suggest: { inLine: pep508InLine },
  lock: none('Locks of conda are not read: they name builds, not releases of an index.'),
  workspace: none('conda knows none.'),
  refresh: none('It is written by hand.'),
  includes: { as: 'requirements', of: 'the repository' },
  indexes: none('Channels are no package indexes.'),
  overrules: none('conda knows neither overrides nor constraints.'),
};

/** `name=1.2`, `channel::name>=1.2`. A build string names one build and goes. */
function condaSpec({ written }: Requirement, specifier: string): string | undefined {
  const name = /^\s*(?:[^\s:]+::)?[A-Za-z0-9._-]+(\s*)/.exec(written);
  return name ? `${name[0].trimEnd()}${name[1] === '' ? '' : ' '}${specifier}` : undefined;
}

function readEnvironmentYml(content: string): Reading {
  const brackets = content.length <= LONGEST ? (content.match(/[[{]/g) ?? []).length : 0;
  if (content.length > LONGEST || brackets > MOST_BRACKETS) {
    return unreadable('The file is too large or too deep for an environment file; it is not read.', 1);
  }
  const counter = new LineCounter();
  const document = parseDocument(content, { lineCounter: counter });
  const [error] = document.errors;
  if (error) return unreadable(error.message.split('\n')[0] ?? '', counter.linePos(error.pos[0]).line);
  const dependencies = document.get('dependencies');
  const read: (Requirement | Finding)[] = [];
  const includes: Include[] = [];
  for (const item of isSeq(dependencies) ? dependencies.items : []) {
    if (isScalar(item) && typeof item.value === 'string')
      read.push(condaEntry(item.value, placeOf(item, content, counter)));
    const pip = isMap(item) ? item.get('pip') : undefined;
    for (const entry of isSeq(pip) ? pip.items : [])
      if (isScalar(entry) && typeof entry.value === 'string') {
        const place = placeOf(entry, content, counter);
        const [, option, path] = INCLUDE.exec(entry.value) ?? [];
        if (option && path) includes.push(includeOf(option, path, place.line));
        else if (!entry.value.startsWith('-')) read.push(pipEntry(entry.value, place));
      }
  }
  return { ...sorted(read), includes };
}

function pipEntry(text: string, place: WrittenAt): Requirement | Finding {
  if (/^(git|hg|svn|bzr)\+/.test(text)) return elsewhere(text, 'git', place, 'pip');
  if (/^https?:/.test(text)) return elsewhere(text, 'url', place, 'pip');
  return requirementAt(text, place, 'pip');
}

/** Where the text of a scalar stands, inside its quotes where it has some. */
function placeOf(node: Scalar, content: string, counter: LineCounter): Required<WrittenAt> {
  const [start = 0, end = 0] = node.range ?? [];
  const quote = node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE' ? 1 : 0;
  const { line, col } = counter.linePos(start + quote);
  return { line, column: col - 1, written: content.slice(start + quote, end - quote) };
}

/** `pytorch=2.4`, `python>=3.10`, `channel::name=1.2=build`. One `=` is a prefix: `2.4` allows every `2.4.x`. */
function condaEntry(text: string, place: Required<WrittenAt>): Requirement | Finding {
  const found = /^\s*(?:[^\s:]+::)?([A-Za-z0-9._-]+)\s*(.*)$/.exec(text);
  const name = found?.[1] ?? text;
  const rest = (found?.[2] ?? '').split(' ')[0] ?? '';
  const exact = /^(==?)?([^=<>!~,|]+)(=.*)?$/.exec(rest);
  const specifier = exact?.[2] ? condaExact(exact[1], exact[2]) : (found?.[2] ?? '').trim();
  return requirementAt(`${name}${specifier}`, place, 'conda');
}

function condaExact(operator: string | undefined, version: string): string {
  if (version.endsWith('*')) return `==${version.replace(/\.?\*$/, '')}.*`;
  return operator === '==' || version.split('.').length >= 3 ? `==${version}` : `==${version}.*`;
}
