/** What each check of a result measured and allows, what was not checked and why, and how the loss went. */
import type { FactName } from '../domain/facts.ts';
import { plain } from './escape.ts';
import type { ReportResult } from './model.ts';

/** Facts that are told in lines of their own. */
export const TOLD_APART: ReadonlySet<string> = new Set<FactName>(['checks', 'unchecked', 'exempt', 'curve', 'start']);

const ENTRY = /^([a-z0-9-]+) (\S+) of (\S+)$/;
const NAME_WIDTH = 33;

export function explainChecks({ facts, failures }: ReportResult): readonly string[] {
  const broken = new Set(failures.map(({ type }) => type));
  const checks = listIn(facts.checks).map((entry) => checkLine(entry, broken));
  const open = [
    ...listIn(facts.unchecked).map((entry) => reasonLine(entry, 'could not be measured: ')),
    ...listIn(facts.exempt).map((entry) => reasonLine(entry, '')),
  ];
  return [
    ...(checks.length > 0 ? ['      checks, measured and allowed', ...checks] : []),
    ...(open.length > 0 ? ['      not checked', ...open] : []),
    ...(facts.curve ? [`      loss of each step  ${plain(facts.curve, 400)}`] : []),
  ];
}

function listIn(fact: string | undefined): readonly string[] {
  return fact === undefined ? [] : fact.split('; ');
}

function checkLine(entry: string, broken: ReadonlySet<string>): string {
  const [, name = '', value = '', allowed = ''] = ENTRY.exec(entry) ?? [];
  if (name === '') return `        ${plain(entry, 120)}`;
  const mark = broken.has(name) ? '   does not hold' : '';
  return `        ${name.padEnd(NAME_WIDTH)}${value.padEnd(10)}${allowed}${mark}`;
}

function reasonLine(entry: string, how: string): string {
  const at = entry.indexOf(': ');
  const [name, why] = at < 0 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 2)];
  return `        ${plain(name, 60).padEnd(NAME_WIDTH)}${how}${plain(why, 160)}`;
}
