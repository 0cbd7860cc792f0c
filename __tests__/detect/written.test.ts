import { describe, expect, it } from '@jest/globals';
import { usedCells } from '../../src/detect/cells.ts';
import { readRepository } from '../../src/detect/repository.ts';
import type { Written } from '../../src/domain/own-configuration.ts';
import { allCells } from '../../src/plan/matrix.ts';
import { treeOf } from '../factories/manifests.ts';

const IMPORTS = `import torch
from peft import LoraConfig, PromptTuningConfig, PromptTuningInit, get_peft_model
from transformers import AutoModelForCausalLM, BitsAndBytesConfig
`;
const MODEL = 'model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-3.2-1B")\n';

/** What the cells of one file are made with, way by way. */
async function writtenIn(body: string) {
  const { code } = await readRepository(treeOf(new Map([['train.py', `${IMPORTS}${body}`]])));
  const { cells, partial } = usedCells(code, allCells(), 36);
  return [...cells, ...partial].flatMap(({ written }) => written);
}

function tableOf(written: readonly Written[] = []) {
  return Object.fromEntries(written.map(({ argument, value }) => [argument, value]));
}

const lora = async (body: string) => tableOf((await writtenIn(`${MODEL}${body}`))[0]?.method);

describe('arguments that stand in the code', () => {
  it.each<[string, string, Record<string, unknown>]>([
    [
      'literals of every kind',
      'LoraConfig(r=64, lora_alpha=1.5e1, lora_dropout=.05, target_modules=["q_proj", "v_proj"], use_dora=True, bias="none", modules_to_save=None, rank_pattern={"q_proj": 4})',
      {
        ...{ r: 64, lora_alpha: 15, lora_dropout: 0.05, target_modules: ['q_proj', 'v_proj'], use_dora: true },
        ...{ bias: 'none', modules_to_save: null, rank_pattern: { q_proj: 4 } },
      },
    ],
    ['a number that looks like a text', 'LoraConfig(r="8")', { r: '8' }],
    ['a name that is assigned once', 'rank = 32\nLoraConfig(r=rank, lora_alpha=2 * rank)', { r: 32, lora_alpha: 64 }],
    ['a list by its name', 'names = ["q_proj"]\nLoraConfig(target_modules=names)', { target_modules: ['q_proj'] }],
    [
      'a list that grows',
      'names = ["q_proj"]\nnames.append(find())\nLoraConfig(target_modules=names)',
      { target_modules: undefined },
    ],
    [
      'a text that is split',
      'LoraConfig(target_modules="q_proj, v_proj".split(","))',
      { target_modules: ['q_proj', 'v_proj'] },
    ],
    ['what a function finds', 'LoraConfig(target_modules=find_all(model), r=4)', { target_modules: undefined, r: 4 }],
    ['keywords of a table', 'more = {"r": 4, "use_rslora": True}\nLoraConfig(**more)', { r: 4, use_rslora: true }],
    [
      'the default of an argument of the command line',
      'import argparse\np = argparse.ArgumentParser()\np.add_argument("--rank", type=int, default=128)\nargs = p.parse_args()\nLoraConfig(r=args.rank)',
      { r: 128 },
    ],
    ['either of two', 'import sys\nLoraConfig(r=8 if sys.argv else 16)', { r: undefined }],
    ['an object', 'LoraConfig(loftq_config=make())', { loftq_config: undefined }],
    [
      'ranges of layers',
      'LoraConfig(layer_replication=[[0, 2], [1, 2]])',
      {
        layer_replication: [
          [0, 2],
          [1, 2],
        ],
      },
    ],
    ['a set', 'LoraConfig(target_modules={"q_proj"})', { target_modules: ['q_proj'] }],
    ['code in a text', 'LoraConfig(init_lora_weights="__import__(\'os\')")', { init_lora_weights: "__import__('os')" }],
  ])('%s', async (_name, body, expected) => {
    expect(await lora(`${body}\n`)).toEqual(expected);
  });

  it('of the quantization and of loading, each with its place', async () => {
    const [way] = await writtenIn(`q = BitsAndBytesConfig(
    load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True, bnb_4bit_compute_dtype=torch.bfloat16)
model = AutoModelForCausalLM.from_pretrained(
    "meta-llama/Llama-3.2-1B", quantization_config=q, dtype=torch.bfloat16, attn_implementation="eager")
LoraConfig(r=16)
`);
    expect(tableOf(way?.quantization)).toMatchObject({
      bnb_4bit_use_double_quant: true,
      bnb_4bit_compute_dtype: { torch: 'bfloat16' },
    });
    expect(tableOf(way?.loading)).toEqual({
      torch_dtype: { torch: 'bfloat16' },
      attn_implementation: 'eager',
    });
    expect(way?.at).toEqual(['train.py:8', 'train.py:4', 'train.py:6']);
  });

  it('of two quantizations are nobody’s: only their names are told', async () => {
    const body = `def main(big):
    a = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True)
    b = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4")
    model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-3.2-1B", quantization_config=a if big else b)
    LoraConfig(r=16)
`;
    const [way] = await writtenIn(body);
    expect(way?.quantization).toContainEqual({ argument: 'bnb_4bit_use_double_quant' });
    expect(way?.quantization.every(({ value }) => value === undefined)).toBe(true);
  });

  it('once for each way of one cell that differs', async () => {
    const ways = await writtenIn(
      `${MODEL}LoraConfig(r=4, target_modules=["q_proj"])\nLoraConfig(r=8, target_modules=["q_proj"])\nLoraConfig(r=4, target_modules=["q_proj"])\n`,
    );
    expect(ways.map(({ method }) => tableOf(method).r)).toEqual([4, 8]);
  });

  it('and says where there are more ways than are measured', async () => {
    const lines = [4, 8, 16, 32, 4, 64].map((rank) => `LoraConfig(r=${rank}, target_modules=["q_proj"])\n`);
    for (const model of [MODEL, '']) {
      const tree = treeOf(new Map([['train.py', `${IMPORTS}${model}${lines.join('')}`]]));
      const { code } = await readRepository(tree);
      const { cells, partial, unsure } = usedCells(code, allCells(), 36);
      expect([...cells, ...partial].map(({ written }) => written.length)).toEqual([3]);
      const start = model === '' ? 3 : 4;
      const more = unsure.filter(({ value }) => /other arguments again: 3 ways of it are measured/.test(value));
      expect(more.map(({ file, line }) => `${file}:${line}`)).toEqual([
        `train.py:${start + 4}`,
        `train.py:${start + 6}`,
      ]);
    }
  });

  it('that lead to names of names are read in so many steps', async () => {
    const names = (name: string) => `[${Array.from({ length: 700 }, () => name).join(', ')}]`;
    const body = `c = ${names('1')}\nb = ${names('c')}\na = ${names('b')}\nLoraConfig(r=8, target_modules=a, lora_alpha=32)\n`;
    const before = process.cpuUsage();
    expect(await lora(body)).toMatchObject({ r: 8, target_modules: undefined });
    expect(process.cpuUsage(before).user).toBeLessThan(8_000_000);
  });

  it('of unsloth and of trl by PEFT’s names', async () => {
    const unsloth = await writtenIn(`from unsloth import FastLanguageModel
model, tokenizer = FastLanguageModel.from_pretrained("unsloth/llama-3-8b-bnb-4bit", load_in_4bit=True)
model = FastLanguageModel.get_peft_model(model, r=16, lora_alpha=32, use_gradient_checkpointing="unsloth", random_state=3407)
`);
    expect(tableOf(unsloth[0]?.method)).toEqual({ r: 16, lora_alpha: 32 });
    const trl = await writtenIn(`from trl import ModelConfig, get_peft_config
config = ModelConfig(model_name_or_path="meta-llama/Llama-3.2-1B", use_peft=True, lora_r=32, lora_target_modules=["q_proj"])
peft = get_peft_config(config)
`);
    expect(tableOf(trl[0]?.method)).toEqual({ r: 32, target_modules: ['q_proj'] });
  });
});

describe('arguments in YAML', () => {
  async function inYaml(name: string, text: string) {
    const { code } = await readRepository(treeOf(new Map([[name, text]])));
    const { cells, partial } = usedCells(code, allCells(), 36);
    return [...cells, ...partial].flatMap(({ written }) => written);
  }

  it.each<[string, string, Record<string, unknown>]>([
    [
      'axolotl',
      'base_model: meta-llama/Llama-3.2-1B\nadapter: lora\nlora_r: 32\nlora_alpha: 64\nlora_target_modules: [q_proj, v_proj]\npeft_use_dora: true\nlora_modules_to_save:\n',
      { r: 32, lora_alpha: 64, target_modules: ['q_proj', 'v_proj'], use_dora: true },
    ],
    [
      'LLaMA-Factory',
      'model_name_or_path: meta-llama/Llama-3.2-1B\nfinetuning_type: lora\nlora_rank: 16\nlora_target: q_proj, v_proj\nuse_rslora: true\n',
      { r: 16, target_modules: ['q_proj', 'v_proj'], use_rslora: true },
    ],
    [
      'LLaMA-Factory with all modules',
      'model_name_or_path: meta-llama/Llama-3.2-1B\nfinetuning_type: lora\nlora_rank: 16\nlora_target: all\n',
      { r: 16 },
    ],
    [
      'autotrain',
      'task: llm-sft\nbase_model: meta-llama/Llama-3.2-1B\nparams:\n  peft: true\n  lora_r: 4\n  quantization: none\n',
      { r: 4 },
    ],
    [
      'hydra',
      'lora:\n  _target_: peft.LoraConfig\n  r: 4\n  lora_alpha: ${alpha}\n  task_type: CAUSAL_LM\n  target_modules: [q_proj]\n',
      { r: 4, lora_alpha: undefined, task_type: 'CAUSAL_LM', target_modules: ['q_proj'] },
    ],
  ])('of %s', async (_name, text, expected) => {
    const [way] = await inYaml('config.yaml', text);
    expect(tableOf(way?.method)).toEqual(expected);
  });
});
