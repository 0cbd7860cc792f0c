import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { runExplain } from '../../src/commands/read.ts';
import { parseCommandLine } from '../../src/inputs.ts';
import type { Report } from '../../src/report/model.ts';
import { compared, report } from '../factories/report.ts';
import { scratch } from '../factories/scratch.ts';

const METHODS = ['lora', 'ia3', 'prompt-tuning', 'p-tuning', 'prefix-tuning'];
const CELLS = METHODS.flatMap((method) => ['none', 'bnb-int8'].map((one) => `${method}/${one}/llama/causal-lm`));

/** What `explain` prints, or what it says is wrong. */
async function explained(typed: string, made: Report): Promise<string> {
  const out = join(scratch('explain'), 'out');
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'report.json'), JSON.stringify(made));
  const printed: string[] = [];
  const surroundings = { environment: {}, folder: out, signal: new AbortController().signal, say: () => undefined };
  const clock = { now: () => 0, date: () => '2026-01-01T00:00:00.000Z' };
  const line = parseCommandLine(['explain', typed, '--out', out], () => undefined, []);
  const context = { ...surroundings, clock, line, print: (text: string) => printed.push(text) };
  const wrong = await runExplain(context).then(
    () => undefined,
    (error: unknown) => String(error).replace(out, 'OUT'),
  );
  return wrong ?? printed.join('');
}

const REPORT = report({ comparisons: CELLS.map((cell) => compared(cell, 'same')), results: [] });

describe('explain', () => {
  it.each<[string, readonly string[]]>([
    [CELLS[0] ?? '', CELLS.slice(0, 1)],
    ['lora', CELLS.slice(0, 2)],
    ['lora/', CELLS.slice(0, 2)],
    ['{lora,ia3}/none', [CELLS[0] ?? '', CELLS[2] ?? '']],
    ['*/bnb-int8', CELLS.filter((cell) => cell.includes('int8'))],
  ])('explains each cell of %s', async (typed, expected) => {
    const text = await explained(typed, REPORT);
    expect(CELLS.filter((cell) => text.includes(`${cell}  `))).toEqual(expected);
  });

  it('says which cells there are where none is selected, and how many more', async () => {
    expect(await explained('lora/bnb-nf4', REPORT)).toContain(
      `The report in \`OUT\` has no cell that \`lora/bnb-nf4\` selects.`,
    );
    expect(await explained('lora/bnb-nf4', REPORT)).toMatch(
      / It has: (?:[\w-]+\/[\w-]+\/llama\/causal-lm, ){8}and 2 more\.$/,
    );
  });

  it('says what a name is not', async () => {
    expect(await explained('lara/none', REPORT)).toContain('Unknown method `lara`. Did you mean `lora`?');
  });
});
