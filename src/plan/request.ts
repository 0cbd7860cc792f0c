import type { Place } from '../domain/change.ts';
import { isWatched, NAMED, WATCHED } from '../domain/environment.ts';
import { normalizeName } from '../domain/package.ts';
import { didYouMean, editDistance } from '../domain/suggest.ts';
import { isVersion } from '../domain/version.ts';
import { METHODS } from './matrix.ts';

/** `NAME:OLD..NEW` as written. An empty `to` means the newest release; `5.x` the newest that starts so. */
export interface WrittenChange {
  readonly library: string;
  readonly from: string;
  readonly to: string;
  readonly place?: Place;
}

export type Held = readonly [string, string];

const CHANGE = /^([A-Za-z0-9._-]+):([^.\s][^\s]*?)?\.\.([^\s]*)$/;
/** PEP 508's names: nothing else reaches a resolver or an address. */
const PACKAGE_NAME = /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/;
/** Edits between a name and the one that was meant. */
const MISTYPED = 2;
const VERSION_OR_LINE = /^\d+(\.\d+)*\.(x|\*)$/;

/** What somebody meant who wrote neither form: a name, and one or two versions with anything between them. */
const LOOSE =
  /^([A-Za-z][A-Za-z0-9._-]*?)(?:\s*(===?|[~<>!]=|[:=@<>\s])\s*(?:(v?\d[^\s.>-]*(?:\.[^\s.>-]+)*)\s*(?:(?:\.{2,3}|->|=>|\bto\b|[-:\s])\s*(v?\d\S*)?)?)?)?$/;

interface Meant {
  readonly name: string;
  readonly between: string;
  readonly first?: string | undefined;
  readonly second?: string | undefined;
}

function meantBy(text: string): Meant | undefined {
  const [, name, between = '', first, second] = LOOSE.exec(text.trim()) ?? [];
  return name === undefined ? undefined : { name, between: between.trim(), first, second };
}

/** Operands as they were meant: `transformers 4.55.4 4.57.6` is one, though the shell made three words of it. */
export function phrases(operands: readonly string[]): readonly string[] {
  const joined: string[] = [];
  for (const word of operands) {
    const last = joined.at(-1);
    const goesOn = /^(v?\d|\.\.|->|=>|to$|[:=@]$)/.test(word) && last !== undefined && /^[A-Za-z]/.test(last);
    if (goesOn) joined[joined.length - 1] = `${last} ${word}`;
    else joined.push(word);
  }
  return joined;
}

export function parseChange(text: string, problems: string[]): WrittenChange | undefined {
  const found = CHANGE.exec(text);
  if (!found) {
    problems.push(notAChange(text));
    return undefined;
  }
  const library = normalizeName(found[1] ?? '');
  const [from = '', to = ''] = [found[2], found[3]];
  if (isMistyped(library)) problems.push(`Unknown library \`${library}\` in \`${text}\`.${didYouMean(library, NAMED)}`);
  if (from === '')
    problems.push(`\`${text}\` has no old version. Write NAME:OLD..NEW; there is no lock to take it from.`);
  const wrong = [from, to].filter((version) => version !== '' && !isVersion(version) && !VERSION_OR_LINE.test(version));
  // `4.55.4...4.57.6` and its like read as one odd version.
  const better = wrong.length > 0 ? corrected(text) : undefined;
  if (better !== undefined) problems.push(`\`${text}\` is not a change. Write \`peft-sweep sweep ${better}\`.`);
  else
    for (const version of wrong)
      problems.push(`\`${version}\` in \`${text}\` is not a version. Write one like \`4.57.6\` or \`5.x\`.`);
  return { library, from, to };
}

/**
 * Whether a name is likely another one, mistyped. Any project of the index can be swept, but one that is nearly called like a
 * library of the stack is fetched for nobody: `torhc` may be anything.
 */
function isMistyped(library: string): boolean {
  return !NAMED.includes(library) && NAMED.some((name) => editDistance(library, name) <= MISTYPED);
}

/** Where a `NAME==VERSION` stood: behind `check`, behind `--with`, or beside a change. */
export type HeldPlace = 'check' | 'with' | 'beside';

/** `NAME==VERSION`: a library held at one version in every environment. */
export function parseHeld(text: string, problems: string[], place: HeldPlace = 'with'): Held | undefined {
  const [name = '', version = '', ...rest] = text.split('==').map((part) => part.trim());
  if (rest.length === 0 && PACKAGE_NAME.test(name) && isVersion(version)) return [normalizeName(name), version];
  problems.push(place === 'check' ? notChecked(text) : notHeld(text, place === 'with' ? '--with ' : ''));
  return undefined;
}

/** Whether an operand is meant as `NAME==VERSION`; beside a change so is every other name with one version. */
export function isHeld(text: string, others: readonly string[]): boolean {
  if (text.includes('..') || text.includes('/')) return false;
  const { first, second } = meantBy(text) ?? {};
  const isBeside = others.some((other) => CHANGE.test(other)) && first !== undefined && second === undefined;
  return text.includes('==') || isBeside;
}

/** `--with 'peft==0.17.1 accelerate==1.10'`, or with commas. */
export function splitHeld(typed: string): readonly string[] {
  return typed
    .replace(/\s*==\s*/g, '==')
    .split(/[\s,]+/)
    .filter((one) => one !== '');
}

function notAChange(text: string): string {
  const start = `\`${text}\` is not a change.`;
  const asCells = cellsMeant(text, 'sweep NAME:OLD..NEW');
  if (asCells !== undefined) return `${start} ${asCells}`;
  const better = corrected(text);
  if (better !== undefined) return `${start} Write \`peft-sweep sweep ${better}\`.`;
  const { name, first } = meantBy(text) ?? {};
  if (name === undefined || !isWatched(normalizeName(name)))
    return `${start} Write NAME:OLD..NEW, e.g. \`transformers:4.55.4..4.57.6\`.${didYouMean(name ?? text, WATCHED)}`;
  if (first === undefined) return `${start} It names no versions. Write \`peft-sweep sweep ${name}:OLD..NEW\`.`;
  return `${start} Write \`peft-sweep sweep ${name}:${first}..\` for what came after it, or \`peft-sweep check ${name}==${first}\` for that release alone.`;
}

function notChecked(text: string): string {
  const asCells = cellsMeant(text, 'check');
  if (asCells !== undefined) return `\`${text}\` is not a release. ${asCells}`;
  const { name, first, second } = meantBy(text) ?? {};
  if (name === undefined) return `\`${text}\` is not a release. Write NAME==VERSION, e.g. \`peft==0.17.1\`.`;
  if (first === undefined)
    return `\`${text}\` names no version. Write \`peft-sweep check ${name}==VERSION\`.${unlessKnown(name)}`;
  if (second === undefined && !text.includes('..'))
    return `\`${text}\` is not one release. Write \`peft-sweep check ${name}==${first}\`.`;
  const end = second ?? first;
  return `\`${text}\` is a change, and \`check\` measures one environment. Write \`peft-sweep sweep ${name}:${first}..${second ?? ''}\`, or \`peft-sweep check ${name}==${end}\`.`;
}

function notHeld(text: string, option: string): string {
  const { name, first, second } = meantBy(text) ?? {};
  const start = `\`${option}${text}\` is not a held version.`;
  if (name === undefined || second !== undefined)
    return `${start} Write NAME==VERSION, e.g. \`${option}peft==0.17.1\`.`;
  return first === undefined
    ? `${start} Write \`${option}${name}==VERSION\`, e.g. \`${option}peft==0.17.1\`.`
    : `${start} Write \`${option}${name}==${first}\`.`;
}

/** The change that was meant, where a name and two versions can be told. */
function corrected(text: string): string | undefined {
  const { name, first, second } = meantBy(text) ?? {};
  if (name === undefined || first === undefined || second === undefined) return undefined;
  return isVersion(first) && isVersion(second) ? `${name}:${first}..${second}` : undefined;
}

function cellsMeant(text: string, command: string): string | undefined {
  const isCells = text.includes('/') || METHODS.includes(text);
  return isCells ? `It looks like cells. Write \`peft-sweep ${command} --cells '${text}'\`.` : undefined;
}

function unlessKnown(name: string): string {
  return isWatched(normalizeName(name)) ? '' : didYouMean(name, WATCHED);
}
