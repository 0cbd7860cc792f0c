/** Which lines of the new side a unified diff shows: only there a review comment can stand. */

/** `patch` is one file's hunks, as the API gives them. Lines count from 1. */
export function shownLines(patch: string): readonly number[] {
  const lines: number[] = [];
  let next = 0;
  for (const line of patch.split('\n')) {
    const hunk = /^@@ -\d+(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(line);
    if (hunk) next = Number(hunk[1]);
    else if (line.startsWith('+') || line.startsWith(' ')) lines.push(next++);
  }
  return lines;
}
