/** requirements*.txt, *.in and constraints files, as pip reads them. */
import type { Finding, Requirement } from '../domain/manifest.ts';
import { normalizeName, withoutCredentials } from '../domain/package.ts';
import type { Reading } from './formats.ts';
import { parsePep508 } from './requirement.ts';

/** One logical line: joined over backslashes, without its comment, with where it starts. */
interface Logical {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

const COMMENT = /(^|\s)#.*$/;
const OPTION = /\s--?[A-Za-z][\w-]*([= ]\S+)?/g;

export function readRequirements(content: string): Reading {
  const requirements: Requirement[] = [];
  const findings: Finding[] = [];
  for (const logical of logicalLines(content)) {
    const read = readLine(logical);
    if (read === undefined) continue;
    'written' in read ? requirements.push(read) : findings.push(read);
  }
  return { requirements, locked: [], findings };
}

function* logicalLines(content: string): Generator<Logical> {
  const lines = content.split('\n');
  let pending = '';
  let first = 0;
  for (const [index, raw] of lines.entries()) {
    const line = raw.replace(/\r$/, '');
    if (pending === '') first = index;
    const isComment = /^\s*#/.test(line);
    if (line.endsWith('\\') && !isComment) {
      pending += `${line.slice(0, -1)} `;
      continue;
    }
    const whole = pending + (isComment && pending !== '' ? '' : line);
    pending = '';
    const text = whole.replace(COMMENT, '').trimEnd();
    if (text.trim() !== '') yield { text: text.trim(), line: first + 1, column: text.length - text.trimStart().length };
  }
  if (pending.trim() !== '') yield { text: pending.replace(COMMENT, '').trim(), line: first + 1, column: 0 };
}

function readLine({ text, line, column }: Logical): Requirement | Finding | undefined {
  if (/^(<{7}|={7}|>{7})( |$)/.test(text))
    return { kind: 'conflict-marker', message: 'A conflict marker is left in this file.', line };
  if (/^(-e|--editable)[ =]/.test(text))
    return elsewhere(text.replace(/^(-e|--editable)[ =]\s*/, ''), 'editable', text, line, column);
  if (/^(-i|--index-url|--extra-index-url|-f|--find-links|--no-index)\b/.test(text))
    return {
      kind: 'index-option',
      message: `\`${withoutCredentials(text.split(/[ =]/)[0] ?? '')}\` names an index inside a requirements file.`,
      line,
    };
  if (text.startsWith('-')) return undefined;
  const written = text.replace(OPTION, '').trim();
  if (/^(\.{0,2}\/|[A-Za-z]:\\|file:)/.test(written) || written.endsWith('.whl'))
    return elsewhere(written, 'path', written, line, column);
  if (/^(git|hg|svn|bzr)\+/.test(written)) return elsewhere(written, 'git', written, line, column);
  if (/^https?:/.test(written)) return elsewhere(written, 'url', written, line, column);
  return requirementAt(written, line, column, '');
}

/** A requirement written at a place; what cannot be read is a finding with the reason. */
export function requirementAt(written: string, line: number, column: number, group: string): Requirement | Finding {
  const parsed = parsePep508(written);
  if ('error' in parsed)
    return { kind: 'unreadable', message: `\`${written.slice(0, 120)}\` is not a requirement: ${parsed.error}.`, line };
  const { name, extras, specifier, marker, url } = parsed;
  const source =
    url === '' ? 'index' : /^(git|hg|svn|bzr)\+/.test(url) ? 'git' : url.startsWith('file:') ? 'path' : 'url';
  return { name, written, specifier, extras, marker, group, source, line, columns: [column, column + written.length] };
}

function elsewhere(
  location: string,
  source: Requirement['source'],
  written: string,
  line: number,
  column: number,
): Requirement | Finding {
  const name =
    /[#&]egg=([A-Za-z0-9._-]+)/.exec(location)?.[1] ??
    /^([A-Za-z0-9._]+)-\d/.exec(location.split('/').at(-1) ?? '')?.[1];
  if (name === undefined)
    return {
      kind: 'not-installable',
      message: `\`${withoutCredentials(written).slice(0, 120)}\` is not from an index; it is not measured.`,
      line,
    };
  return {
    name: normalizeName(name),
    written,
    specifier: '',
    extras: [],
    marker: '',
    group: '',
    source,
    line,
    columns: [column, column + written.length],
  };
}
