import { describe, expect, it } from '@jest/globals';
import { cellId } from '../../../src/domain/cell.ts';
import { parseCommandLine } from '../../../src/inputs.ts';
import { makePlan } from '../../../src/plan/plan.ts';
import { cellsThatCount } from '../../../src/publish/counts.ts';

const RELEASES = new Map(
  ['transformers', 'peft', 'accelerate', 'bitsandbytes'].map((name) => [
    name,
    ['1.0', '1.1'].map((version) => ({ version, yanked: false, hasWheel: true })),
  ]),
);

function asked(configuration: string, ...typed: readonly string[]) {
  const problems: string[] = [];
  const { request } = parseCommandLine(['plan', 'peft:1.0..1.1', ...typed], () => configuration, problems);
  return { request, problems };
}

const TUNED = `cells:
  - cell: lora/bnb-nf4/llama
    arguments: {r: 256, use_dora: true}
    quantization: {bnb_4bit_use_double_quant: true}
    loading: {torch_dtype: bfloat16}
  - ia3/none/llama/causal-lm
`;

describe('arguments under `cells:`', () => {
  it('make the cells that they are named for, each with what fits, and the plain one beside', () => {
    const { request, problems } = asked(TUNED);
    expect(problems).toEqual([]);
    const [name = ''] = Object.keys(request.configurations ?? {});
    expect(request.cells).toEqual([
      `lora+${name}/bnb-nf4/llama/causal-lm`,
      `lora+${name}/bnb-nf4/llama/seq-cls`,
      'ia3/none/llama/causal-lm',
      'lora/bnb-nf4/llama/causal-lm',
      'lora/bnb-nf4/llama/seq-cls',
    ]);
    expect(request.beside).toEqual(['lora/bnb-nf4/llama/causal-lm', 'lora/bnb-nf4/llama/seq-cls']);
    expect(request.configurations?.[name]).toMatchObject({
      arguments: { r: 64, use_dora: true },
      quantization: { bnb_4bit_use_double_quant: true },
      loading: { torch_dtype: { torch: 'bfloat16' } },
      at: ['.github/peft-sweep.yml'],
    });
  });

  it('are planned with what they stand for, and the plain cell as a way out', () => {
    const { request } = asked(TUNED, '--cells', 'ia3/none/llama/causal-lm');
    const [name = ''] = Object.keys(request.configurations ?? {});
    const own = `lora+${name}/bnb-nf4/llama/causal-lm`;
    const problems: string[] = [];
    const planned = makePlan({ ...request, cells: [own] }, RELEASES, '3.11', problems);
    expect(problems).toEqual([]);
    expect(Object.keys(planned?.configurations ?? {})).toEqual([name]);
    expect(planned?.alternatives).toContainEqual({
      ...{ method: 'lora', quantization: 'bnb-nf4', architecture: 'llama', task: 'causal-lm' },
    });
    expect(makePlan(request, RELEASES, '3.11', [])).not.toHaveProperty('configurations');
  });

  it('leave a cell that is named as it is one that counts', () => {
    const arguments_ = '{cell: lora/bnb-nf4/llama/causal-lm, arguments: {r: 32}}';
    expect(asked(`cells: ['lora/*/llama/causal-lm', ${arguments_}]`).request.beside).toEqual([]);
    expect(asked(`cells: [${arguments_}, 'lora/bnb-nf4']`).request.beside).toEqual([]);
    const plain = ['lora/bnb-nf4/llama/causal-lm'];
    expect(asked(`cells: [lora/bnb-nf4, '!lora/bnb-nf4/llama', ${arguments_}]`).request.beside).toEqual(plain);
    expect(asked(`cells: ['lora/none', ${arguments_}]`).request.beside).toEqual(plain);
  });

  it('take nothing from a cell that is typed', () => {
    const { request } = asked(TUNED, '--cells', 'lora/bnb-nf4/llama/causal-lm');
    const { cells } = makePlan(request, RELEASES, '3.11', []) ?? { cells: [] };
    expect(cells.map(cellId)).toContain('lora/bnb-nf4/llama/causal-lm');
    const planned = { cells, chosenBy: request.chosenBy, beside: request.beside };
    expect(cellsThatCount([planned])('lora/bnb-nf4/llama/causal-lm')).toBe(true);
  });

  it('are needed for the name that stands for them', () => {
    const problems: string[] = [];
    const { request } = asked('cells: [lora/none/llama]');
    makePlan({ ...request, cells: ['lora+own-1a2b3c4d/none/llama/causal-lm'] }, RELEASES, '3.11', problems);
    expect(problems).toEqual([
      '`own-1a2b3c4d` stands for arguments that no code here has now. `peft-sweep diff` shows the cells of the code; `cells:` of the configuration can name arguments.',
    ]);
  });

  it.each<[string, string, RegExp]>([
    ['a name that is none', 'cells: [{cell: lora, arguments: {"__class__": 1}}]', /cells/],
    ['code in place of data', 'cells: [{cell: lora, arguments: {r: {a: {b: 1}}}}]', /cells/],
    ['a key that nobody reads', 'cells: [{cell: lora, argument: {r: 1}}]', /cells/],
    ['a cell that is not there', 'cells: [{cell: lroa, arguments: {r: 4}}]', /Unknown method `lroa`.*`lora`/],
    [
      'what cannot be carried',
      'cells: [{cell: lora/none/llama/causal-lm, arguments: {target_modules: [c_attn]}}]',
      /`target_modules` cannot be carried: the tiny llama has no `c_attn`/,
    ],
    [
      'a checkpoint of the user’s own',
      'checkpoints: {mine: {path: models/mine}}\ncells: [{cell: lora/none/mine/causal-lm, arguments: {r: 32}}]',
      /`r` cannot be carried: arguments are fitted to the tiny models of the matrix, and `mine` is none of them\. Leave it out, or name other cells\./,
    ],
    [
      'the control',
      'cells: [{cell: base/bnb-nf4/llama/causal-lm, quantization: {bnb_4bit_use_double_quant: true}}]',
      /`bnb_4bit_use_double_quant` cannot be carried: the control has no adapter/,
    ],
  ])('of %s are a problem', (_name, text, said) => {
    expect(asked(text).problems.join('\n')).toMatch(said);
  });
});
