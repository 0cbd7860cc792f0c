/** conda's environment.yml: the packages themselves, and the list under `pip:`. */
import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Finding, Requirement } from '../domain/manifest.ts';
import type { Reading } from './formats.ts';
import { requirementAt } from './requirements-txt.ts';

/** The parser takes time that grows with the square of some inputs; nobody's environment file is so large or so deep. */
const LONGEST = 32 * 1024;
const MOST_BRACKETS = 200;

export function readEnvironmentYml(content: string): Reading {
  const brackets = content.length <= LONGEST ? (content.match(/[[{]/g) ?? []).length : 0;
  if (content.length > LONGEST || brackets > MOST_BRACKETS) {
    const message = 'The file is too large or too deep for an environment file; it is not read.';
    return { requirements: [], locked: [], findings: [{ kind: 'unreadable', message, line: 1 }] };
  }
  const counter = new LineCounter();
  const document = parseDocument(content, { lineCounter: counter });
  const [error] = document.errors;
  if (error)
    return {
      requirements: [],
      locked: [],
      findings: [
        { kind: 'unreadable', message: error.message.split('\n')[0] ?? '', line: counter.linePos(error.pos[0]).line },
      ],
    };
  const dependencies = document.get('dependencies');
  const read: (Requirement | Finding)[] = [];
  for (const item of isSeq(dependencies) ? dependencies.items : []) {
    if (isScalar(item) && typeof item.value === 'string') read.push(condaEntry(item.value, position(item, counter)));
    const pip = isMap(item) ? item.get('pip') : undefined;
    for (const entry of isSeq(pip) ? pip.items : [])
      if (isScalar(entry) && typeof entry.value === 'string' && !entry.value.startsWith('-')) {
        const { line, column } = position(entry, counter);
        read.push(requirementAt(entry.value, line, column, 'pip'));
      }
  }
  return {
    requirements: read.filter((one): one is Requirement => 'written' in one),
    locked: [],
    findings: read.filter((one): one is Finding => !('written' in one)),
  };
}

function position(node: { range?: readonly [number, number, number] | null | undefined }, counter: LineCounter) {
  const { line, col } = counter.linePos(node.range?.[0] ?? 0);
  return { line, column: col - 1 };
}

/** `pytorch=2.4`, `python>=3.10`, `channel::name=1.2=build`. */
function condaEntry(
  text: string,
  { line, column }: { readonly line: number; readonly column: number },
): Requirement | Finding {
  const [name = '', rest = ''] = splitName(text.split('::').at(-1) ?? text);
  const exact = /^=?=?([^=<>!~,|]+)(=.*)?$/.exec(rest);
  const specifier =
    rest === '' ? '' : exact?.[1] ? (exact[1].split('.').length >= 3 ? `==${exact[1]}` : `==${exact[1]}.*`) : rest;
  const read = requirementAt(`${name}${specifier}`, line, column, 'conda');
  return 'written' in read ? { ...read, written: text, columns: [column, column + text.length] } : read;
}

function splitName(text: string): readonly [string, string] {
  const found = /^([A-Za-z0-9._-]+)\s*(.*)$/.exec(text.trim());
  return [found?.[1] ?? text, found?.[2] ?? ''];
}
