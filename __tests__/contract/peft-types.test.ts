import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { METHOD_OF_CONFIG } from '../../src/detect/code/known-names.ts';
import { METHODS } from '../../src/domain/matrix.ts';
import recorded from '../fixtures/peft-types.json' with { type: 'json' };

/** Recorded from that release's calls of `register_peft_method`, since unit tests install nothing. */
const TYPES: Readonly<Record<string, string>> = recorded.configOfType;

/** Of the rows `| TYPES | why |` in the section about what the matrix lacks. */
function missingTypes(): readonly string[] {
  const [, section = ''] = readFileSync('docs/matrix.md', 'utf8').split('## What PEFT has and the matrix lacks');
  const [table = ''] = section.split('\n## ');
  const rows = [...table.matchAll(/^\| (`.+`) \| .+ \|$/gm)];
  return rows.flatMap(([, types = '']) => [...types.matchAll(/`(\w+)`/g)].map(([, type = '']) => type));
}

describe(`the methods of PEFT ${recorded.peft}`, () => {
  const ours = Object.values(METHODS).flatMap(({ peftType, config }) =>
    peftType === undefined ? [] : [{ peftType, config }],
  );

  it('are each in the matrix, or on its page with the reason why not, and never both', () => {
    const told = [...ours.map(({ peftType }) => peftType), ...missingTypes()];
    expect(told.toSorted()).toEqual(Object.keys(TYPES).toSorted());
  });

  it('are made by the configuration class that the matrix names', () => {
    const asRecorded = ours.map(({ peftType }) => ({ peftType, config: TYPES[peftType] }));
    expect(ours).toEqual(asRecorded);
  });

  it.each(Object.entries(TYPES))('%s is known in code by %s', (_type, config) => {
    expect(METHOD_OF_CONFIG[config]).toBeDefined();
  });

  it.each(Object.values(METHODS).filter(({ peftType }) => peftType === undefined))(
    '$words, which is a variant, is one of a method that is there',
    ({ config }) => {
      expect(ours.map((one) => one.config)).toContain(config);
    },
  );

  it('are counted on the page, with the release', () => {
    expect(readFileSync('docs/matrix.md', 'utf8')).toContain(
      `PEFT ${recorded.peft} has ${Object.keys(TYPES).length} types`,
    );
  });
});
