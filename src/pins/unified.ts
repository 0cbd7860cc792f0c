/** A change of single lines as a unified diff, as git writes and applies it. */

const CONTEXT = 3;
const NO_NEWLINE = '\\ No newline at end of file';

/**
 * Both texts have the same number of lines; `file` is the path from the top of the repository. Empty where nothing
 * differs.
 */
export function unifiedDiff(file: string, before: string, after: string): string {
  const [old, current] = [before.split('\n'), after.split('\n')];
  if (old.length !== current.length) throw new Error('a patch replaces lines, it adds and removes none');
  const endsOpen = old.at(-1) !== '';
  const count = endsOpen ? old.length : old.length - 1;
  const changed = Array.from({ length: count }, (_, index) => index).filter((index) => old[index] !== current[index]);
  if (changed.length === 0) return '';
  const hunks = grouped(changed, count).map(([from, to]) => {
    const lines = linesOf(old, current, from, to, endsOpen ? count - 1 : undefined);
    return [`@@ -${from + 1},${to - from} +${from + 1},${to - from} @@`, ...lines].join('\n');
  });
  return `--- a/${file}\n+++ b/${file}\n${hunks.join('\n')}\n`;
}

/** Ranges of lines with their context, those that touch joined. */
function grouped(changed: readonly number[], count: number): readonly (readonly [number, number])[] {
  const ranges: [number, number][] = [];
  for (const index of changed) {
    const [from, to] = [Math.max(0, index - CONTEXT), Math.min(count, index + CONTEXT + 1)];
    const last = ranges.at(-1);
    if (last && from <= last[1]) last[1] = to;
    else ranges.push([from, to]);
  }
  return ranges;
}

function linesOf(
  old: readonly string[],
  current: readonly string[],
  from: number,
  to: number,
  open: number | undefined,
): readonly string[] {
  const lines: string[] = [];
  for (let index = from; index < to; index++) {
    const mark = index === open ? [NO_NEWLINE] : [];
    if (old[index] === current[index]) {
      lines.push(` ${old[index]}`, ...mark);
      continue;
    }
    // Neighbouring changes: all old lines, then all new ones.
    let end = index;
    while (end < to && old[end] !== current[end]) end++;
    const isLast = end - 1 === open ? [NO_NEWLINE] : [];
    lines.push(...old.slice(index, end).map((line) => `-${line}`), ...isLast);
    lines.push(...current.slice(index, end).map((line) => `+${line}`), ...isLast);
    index = end - 1;
  }
  return lines;
}
