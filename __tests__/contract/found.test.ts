import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const FOLDER = 'results/found';
const sections = readFileSync('docs/found.md', 'utf8')
  .split(/^## /m)
  .filter((part) => /^\d+\. /.test(part));
const linked = (section: string) =>
  [...section.matchAll(/\]\(\.\.\/results\/found\/([\w-]+\.py)\)/g)].map(([, name]) => name);

describe('a break that was live when it was found', () => {
  it.each(sections.map((section) => [section.split('\n')[0], section] as const))(
    '%s: has a program of its own that shows it',
    (_title, section) => {
      expect(linked(section).length > 0 || section.includes('```python')).toBe(true);
    },
  );

  it('has each program once, and no other is kept', () => {
    expect(sections.flatMap(linked).toSorted()).toEqual(readdirSync(FOLDER).toSorted());
  });
});
