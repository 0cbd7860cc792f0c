/** Diffs of lines that were replaced: hunks, context, and files without a newline at their end. */
import { describe, expect, it } from '@jest/globals';
import { unifiedDiff } from '../../src/pins/unified.ts';

const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(index + 1));
const text = (lines: readonly string[], end = '\n') => lines.join('\n') + end;

function changed(count: number, at: readonly number[], end = '\n'): string {
  const before = numbers(count);
  const after = before.map((line, index) => (at.includes(index + 1) ? `new ${line}` : line));
  return unifiedDiff('a/x.txt', text(before, end), text(after, end));
}

describe('a diff of replaced lines', () => {
  it('is empty where nothing differs', () => {
    expect(changed(5, [])).toBe('');
    expect(unifiedDiff('x', '', '')).toBe('');
  });

  it('has three lines around the change', () => {
    expect(changed(9, [5])).toBe('--- a/a/x.txt\n+++ b/a/x.txt\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+new 5\n 6\n 7\n 8\n');
  });

  it('has fewer at both ends of the file', () => {
    expect(changed(3, [1])).toBe('--- a/a/x.txt\n+++ b/a/x.txt\n@@ -1,3 +1,3 @@\n-1\n+new 1\n 2\n 3\n');
    expect(changed(3, [3])).toBe('--- a/a/x.txt\n+++ b/a/x.txt\n@@ -1,3 +1,3 @@\n 1\n 2\n-3\n+new 3\n');
  });

  it('writes neighbours as all old lines, then all new ones', () => {
    expect(changed(4, [2, 3])).toBe('--- a/a/x.txt\n+++ b/a/x.txt\n@@ -1,4 +1,4 @@\n 1\n-2\n-3\n+new 2\n+new 3\n 4\n');
  });

  it.each<[readonly number[], readonly string[]]>([
    [[2, 8], ['@@ -1,11 +1,11 @@']],
    [[2, 9], ['@@ -1,12 +1,12 @@']],
    [
      [2, 10],
      ['@@ -1,5 +1,5 @@', '@@ -7,7 +7,7 @@'],
    ],
    [
      [2, 8, 20],
      ['@@ -1,11 +1,11 @@', '@@ -17,4 +17,4 @@'],
    ],
  ])('joins what is near: %j', (at, heads) => {
    expect(changed(20, at).match(/^@@.*@@$/gm)).toEqual(heads);
  });

  it('says where the file ends without a newline, on each side that shows its end', () => {
    expect(changed(2, [2], '')).toBe(
      '--- a/a/x.txt\n+++ b/a/x.txt\n@@ -1,2 +1,2 @@\n 1\n-2\n\\ No newline at end of file\n+new 2\n\\ No newline at end of file\n',
    );
    expect(changed(2, [1], '')).toBe(
      '--- a/a/x.txt\n+++ b/a/x.txt\n@@ -1,2 +1,2 @@\n-1\n+new 1\n 2\n\\ No newline at end of file\n',
    );
    expect(changed(9, [1], '')).not.toContain('No newline');
  });

  it('refuses texts of different lengths', () => {
    expect(() => unifiedDiff('x', 'a\n', 'a\nb\n')).toThrow('a patch replaces lines, it adds and removes none');
  });
});
