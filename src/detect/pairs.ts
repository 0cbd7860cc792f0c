/** Which requirement of head is which of base: by file, name, group and marker, then by ever less of that. */
import type { Manifest, Requirement } from '../domain/manifest.ts';
import { folderOf } from '../domain/path.ts';
import { normalizedMarker } from './marker.ts';
import { movedFiles } from './moved-files.ts';

/** A requirement at both ends; one of them is absent where it came or went. `file` is that of the end that is there. */
export interface Pair {
  readonly file: string;
  /** The file at base, where it is another one. */
  readonly was?: string;
  readonly old?: Requirement;
  readonly current?: Requirement;
}

type Row = { readonly file: string; readonly one: Requirement };
type Key = (row: Row) => string;

const marker = ({ one }: Row) => (one.marker === '' ? '' : normalizedMarker(one.marker));

/** Within a file: all of it alike first, then what a bump changes, then what comes along with one. */
const IN_FILE: readonly Key[] = [
  (row) => [row.one.name, row.one.group, marker(row), row.one.specifier, row.one.source].join('\0'),
  (row) => [row.one.name, row.one.group, marker(row)].join('\0'),
  (row) => [row.one.name, row.one.group, row.one.specifier].join('\0'),
  (row) => [row.one.name, row.one.group].join('\0'),
  (row) => [row.one.name, marker(row)].join('\0'),
  (row) => row.one.name,
];

/** Across files: only where one went and one came. */
const ACROSS: readonly Key[] = [(row) => `${folderOf(row.file)}\0${row.one.name}`, (row) => row.one.name];

export function pairedRequirements(base: readonly Manifest[], head: readonly Manifest[]): readonly Pair[] {
  const moved = movedFiles(base, head);
  const taken = new Set(moved.values());
  const before = new Map(base.map((manifest) => [manifest.file, manifest]));
  const after = new Map(head.map((manifest) => [manifest.file, manifest]));
  const files = [...after.keys(), ...[...before.keys()].filter((file) => !after.has(file) && !taken.has(file))];
  const pairs: Pair[] = [];
  const gone: Row[] = [];
  const came: Row[] = [];
  for (const file of files.toSorted()) {
    const was = moved.get(file);
    const old = (before.get(was ?? file)?.requirements ?? []).map((one) => ({ file: was ?? file, one }));
    const current = (after.get(file)?.requirements ?? []).map((one) => ({ file, one }));
    const left = matched(IN_FILE, ...apartFromSame(old, current, pairs), pairs);
    gone.push(...left.gone.filter((row) => !covered(row, left.came, current, pairs)));
    came.push(...left.came.filter((row) => !split(row, old, pairs)));
  }
  const rest = matched(ACROSS.map(onlyOne(gone, came)), gone, came, pairs);
  return [
    ...pairs,
    ...rest.gone.map(({ file, one }) => ({ file, old: one })),
    ...rest.came.map(({ file, one }) => ({ file, current: one })),
  ].toSorted(byPlace);
}

/** Rows that stand where they stood are themselves; the rest of both sides has to be looked at. */
function apartFromSame(old: readonly Row[], current: readonly Row[], pairs: Pair[]): readonly [Row[], Row[]] {
  const isSame = (index: number) => {
    const [before, after] = [old[index]?.one, current[index]?.one];
    return (
      before?.name === after?.name &&
      before?.written === after?.written &&
      before?.group === after?.group &&
      before?.source === after?.source
    );
  };
  const rest = (rows: readonly Row[]) => rows.filter((_, index) => !isSame(index));
  for (const [index, row] of current.entries()) {
    const before = old[index];
    if (before && isSame(index)) pairs.push(pairOf(before, row));
  }
  return [rest(old), rest(current)];
}

function byPlace(left: Pair, right: Pair): number {
  if (left.file !== right.file) return left.file < right.file ? -1 : 1;
  return (left.current?.line ?? Number.MAX_SAFE_INTEGER) - (right.current?.line ?? Number.MAX_SAFE_INTEGER);
}

/** Pairs by one key after the other; what is left of both sides is the answer. */
function matched(keys: readonly (Key | undefined)[], old: readonly Row[], current: readonly Row[], pairs: Pair[]) {
  let [gone, came] = [old, current];
  for (const key of keys) {
    if (key === undefined || gone.length === 0 || came.length === 0) continue;
    const waiting = new Map<string, Row[]>();
    for (const row of gone) push(waiting, key(row), row);
    const used = new Set<Row>();
    came = came.filter((row) => {
      const partner = waiting.get(key(row))?.shift();
      if (partner === undefined) return true;
      used.add(partner);
      pairs.push(pairOf(partner, row));
      return false;
    });
    gone = gone.filter((row) => !used.has(row));
  }
  return { gone, came };
}

function pairOf(old: Row, current: Row): Pair {
  const { file, one } = current;
  return { file, ...(old.file !== file && { was: old.file }), old: old.one, current: one };
}

/** One requirement for all became several by marker: each of them follows the one. */
function split(row: Row, old: readonly Row[], pairs: Pair[]): boolean {
  const whole = old.find(({ one }) => one.name === row.one.name && one.group === row.one.group && one.marker === '');
  if (whole) pairs.push(pairOf(whole, row));
  return whole !== undefined;
}

/** Several by marker became one for all: it follows each of them. */
function covered(row: Row, came: readonly Row[], current: readonly Row[], pairs: Pair[]): boolean {
  const whole = current.find(
    (other) =>
      other.one.name === row.one.name &&
      other.one.group === row.one.group &&
      other.one.marker === '' &&
      !came.includes(other),
  );
  if (whole && row.one.marker !== '') pairs.push(pairOf(row, whole));
  return whole !== undefined && row.one.marker !== '';
}

/** A key that fits only what stands alone on both sides. */
function onlyOne(gone: readonly Row[], came: readonly Row[]): (key: Key) => Key {
  return (key) => {
    const [left, right] = [gone, came].map((rows) => {
      const counts = new Map<string, number>();
      for (const row of rows) counts.set(key(row), (counts.get(key(row)) ?? 0) + 1);
      return counts;
    });
    return (row) => {
      const own = key(row);
      const isAlone = left?.get(own) === 1 && right?.get(own) === 1;
      return isAlone ? own : `${own}\0${row.file}\0${row.one.line}\0${row.one.columns.join()}`;
    };
  };
}

function push(map: Map<string, Row[]>, key: string, row: Row): void {
  const known = map.get(key);
  if (known) known.push(row);
  else map.set(key, [row]);
}
