import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseCellId } from '../../src/domain/cell.ts';
import { ARCHITECTURES, METHODS } from '../../src/domain/matrix.ts';
import { UserError } from '../../src/errors.ts';
import { allCells } from '../../src/plan/matrix.ts';
import { literal } from '../../src/report/script/literals.ts';
import { withoutScript } from '../../src/report/script/without.ts';
import { renderScript, type ScriptFacts } from '../../src/report/script.ts';

const PINS = { transformers: '5.24.0', peft: '0.21.2', torch: '2.15.0+cpu' };

function script(id: string, failure?: ScriptFacts['failure']): string {
  const cell = parseCellId(id);
  const config = JSON.parse(readFileSync(join('probe/checkpoints', cell.architecture, 'config.json'), 'utf8'));
  return renderScript({ cell, pins: PINS, python: '3.11.7', config, failure });
}

/** What Python says of some programs; nothing where it reads them all. */
function readByPython(programs: readonly string[]): string {
  const read = 'import ast, json, sys\nfor one in json.load(sys.stdin): ast.parse(one)';
  return spawnSync('python3', ['-c', read], { input: JSON.stringify(programs), encoding: 'utf8' }).stderr;
}

const raised = (stage: string, message = 'no') => ({ stage, type: 'ValueError', message });

describe('a cell as one Python file', () => {
  it('says what it needs, what failed, and how to run it', () => {
    const text = script('prompt-tuning/none/gpt2/causal-lm', raised('generate', 'no such name'));
    expect(text.split('\n').slice(0, 9)).toEqual([
      '# /// script',
      '# requires-python = "==3.11.*"',
      '# dependencies = ["transformers==5.24.0", "peft==0.21.2", "torch==2.15.0"]',
      '# ///',
      '# prompt-tuning/none/gpt2/causal-lm, with transformers 5.24.0, peft 0.21.2, torch 2.15.0+cpu',
      '# generate: no such name',
      '#',
      '# Run it with `uv run`, or in an environment that has these packages. Status 1 where it still does that.',
      '# The weights are random: what counts is the code that they go through.',
    ]);
    expect(text).toContain('peft.PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=4)');
  });

  it('is Python for every method, quantization and task that has one', () => {
    const cells = allCells().filter(({ method, quantization, architecture }) => {
      if (ARCHITECTURES[architecture]?.feeds !== undefined || METHODS[method]?.prepared !== undefined) return false;
      const isOnce = quantization === 'none' || (method === 'lora' && architecture === 'llama');
      return method !== 'base' && isOnce && /^(none|bnb|torchao-int8wo$|quanto)/.test(quantization);
    });
    expect(cells.length).toBeGreaterThan(300);
    const ids = cells.map(({ method, quantization, architecture, task }) =>
      [method, quantization, architecture, task].join('/'),
    );
    expect(readByPython(ids.map((id) => script(id)))).toBe('');
  });

  it.each([
    ['attach', ['get_peft_model'], ['model(**batch)', 'raise SystemExit("the loss does']],
    ['train', ['range(25)', 'the loss does not fall'], ['not torch.isfinite', 'generate(']],
    ['disable', ['range(25)', 'disable_adapter()'], ['the loss does not fall', 'generate(', 'merge_and_unload']],
    ['merge', ['merge_and_unload()'], ['disable_adapter()', 'generate(']],
  ])('that fails at %s goes there, with no check on the way', (stage, has, lacks) => {
    const text = script('ia3/none/roberta/seq-cls', raised(stage));
    expect(has.filter((one) => !text.includes(one))).toEqual([]);
    expect(lacks.filter((one) => text.includes(one))).toEqual([]);
  });

  it('goes through all stages of a cell that passes, but for those that have no meaning for it', () => {
    const text = script('prompt-tuning/none/gpt2/causal-lm');
    for (const one of ['generate(', 'save_pretrained(FOLDER + "/adapter")', 'disable_adapter()'])
      expect(text).toContain(one);
    expect(text).not.toContain('merge_and_unload');
  });

  it('trains at the rate that the method has on that architecture', () => {
    expect(script('prompt-tuning/none/roberta/seq-cls')).toContain(', lr=0.01, ');
    expect(script('prompt-tuning/none/bert/seq-cls')).not.toContain(', lr=0.01, ');
  });

  it('lets stand still what gets no gradient by design', () => {
    const [shadow, lora] = ['shadow', 'lora'].map((method) => script(`${method}/none/llama/causal-lm`));
    expect(shadow).toContain('not any(fnmatch.fnmatch(name, pattern) for pattern in ["*.1.shadow_update_*"])');
    expect(shadow).toContain('import fnmatch\n');
    expect(lora).not.toContain('fnmatch');
    expect(readByPython([shadow ?? ''])).toBe('');
  });

  it('is refused where something of the run stands in an argument', () => {
    const { lora } = METHODS;
    if (lora === undefined) throw new Error('the matrix has no LoRA');
    const why = (given: typeof lora.arguments) =>
      withoutScript(parseCellId('lora/none/llama/causal-lm'), { ...lora, arguments: given });
    expect(why({ r: 4, hidden_size: { model: 'width' } })).toBe(
      'its argument `hidden_size` is worked out by peft-sweep.',
    );
    expect(why({ adapters: { made: 'experts' } })).toContain('`adapters`');
    expect(why({ r: 4, total_step: { job: 'steps' }, target_modules: { modules: 'lora' } })).toBeUndefined();
  });

  it('asks for the new head by its name', () => {
    const type = { stage: 'train', type: 'head-not-trained', message: 'no' };
    expect(script('prompt-tuning/none/llama/seq-cls', type)).toContain('"score" in name.split(".")');
  });

  it('keeps what strangers say in one line of a comment', () => {
    const hostile = 'no"""\nimport os\u2028os.system("x")\r#\u001b[31m';
    const text = script('lora/none/gpt2/causal-lm', raised('forward', hostile));
    expect(text.split(/[\n\r\u2028]/).filter((line) => line.includes('os.system') && !line.startsWith('# '))).toEqual(
      [],
    );
    expect(text).not.toContain('\u001b');
    expect(readByPython([text])).toBe('');
  });

  it.each([
    ['base/none/gpt2/causal-lm', undefined, 'it is the model alone'],
    ['lora+trainer/none/llama/causal-lm', undefined, 'it is reached by a code path, `trainer`'],
    ['lora+own-1a2b3c4d/none/llama/causal-lm', undefined, 'it has arguments of your own'],
    ['lora/none/vit/image-cls', undefined, 'its rows are no text'],
    [
      'xlora/none/llama/causal-lm',
      undefined,
      'something is prepared for it by peft-sweep before it is attached, `experts`',
    ],
    ['poly/none/t5/seq2seq-lm', undefined, '`task-ids`'],
    ['multitask-prompt-tuning/none/t5/seq2seq-lm', undefined, '`task-ids`'],
    ['lora+eva/none/llama/causal-lm', undefined, '`eva`'],
    ['lora+corda/none/llama/causal-lm', undefined, '`corda`'],
    ['lora+lora-ga/none/llama/causal-lm', undefined, '`lora-ga`'],
    ['lora+target-parameters/none/mixtral/causal-lm', undefined, '`fused-weights`'],
    ['lora/ct-int4/llama/causal-lm', undefined, 'its checkpoint is packed by peft-sweep'],
    [
      'lora/none/llama/causal-lm',
      { stage: 'forward', type: 'transplant-differs', message: 'x' },
      '`transplant-differs` at forward, is a check that takes peft-sweep to make',
    ],
    ['lora/none/llama/causal-lm', raised('carry'), '`ValueError` at carry'],
  ])('is refused for %s with the reason', (id, failure, why) => {
    expect(() => script(id, failure)).toThrow(why);
    expect(() => script(id, failure)).toThrow(UserError);
  });

  it('is refused for an architecture that the matrix lacks, as a checkpoint of the user’s own is', () => {
    const cell = parseCellId('lora/none/mine/causal-lm');
    const refused = () => renderScript({ cell, pins: PINS, python: '3.11.7', config: {} });
    expect(refused).toThrow(UserError);
    expect(refused).toThrow('`mine` is no architecture of the matrix. Replay it without --script.');
  });
});

describe('a value in Python', () => {
  it.each([
    [null, 'None'],
    [[true, false], '[True, False]'],
    [{ a: [1, 0.5, 'b"'] }, '{"a": [1, 0.5, "b\\""]}'],
    [{ torch: 'float32' }, 'torch.float32'],
    [{ is: { a: 1 } }, '{"a": 1}'],
    [{ peft: 'KasaConfig', with: { beta: 0.1 } }, 'peft.tuners.lora.config.KasaConfig(beta=0.1)'],
    [{ make: 'torchao.quantization.Int8WeightOnlyConfig' }, 'torchao.quantization.Int8WeightOnlyConfig()'],
  ])('%j', (value, text) => {
    expect(literal(value)).toBe(text);
  });
});
