import { describe, expect, it } from '@jest/globals';
import { readRepository } from '../../src/detect/repository.ts';
import { codeCells, withCells } from '../../src/intake/code-cells.ts';
import { treeOf } from '../factories/manifests.ts';

async function cellsOf(train: string) {
  const { code } = await readRepository(treeOf(new Map([['train.py', train]])));
  return codeCells({ code }).sure.map(({ id }) => id.replace(/own-[0-9a-f]{8}/, 'own'));
}

const START = `from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training
from transformers import AutoModelForCausalLM, BitsAndBytesConfig, Trainer, TrainingArguments
`;
const LORA = 'lora = LoraConfig(task_type="CAUSAL_LM", target_modules=["q_proj", "v_proj"])\n';
const PLAIN = 'model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-3.2-1B")\n';

describe('the code path by which code comes by its adapter', () => {
  it.each<[string, string, string]>([
    ['nothing but the adapter', `${PLAIN}${LORA}`, 'lora/none'],
    ['a Trainer', `${PLAIN}${LORA}Trainer(model=model, args=TrainingArguments("out"))\n`, 'lora+trainer/none'],
    [
      "trl's trainer, with checkpointing by its arguments",
      `${PLAIN}${LORA}from trl import SFTConfig, SFTTrainer\nSFTTrainer(model=model, args=SFTConfig("out", gradient_checkpointing=True), peft_config=lora)\n`,
      'lora+sft+checkpointing/none',
    ],
    [
      'checkpointing by its arguments',
      `${PLAIN}${LORA}Trainer(model=model, args=TrainingArguments("out", gradient_checkpointing=True))\n`,
      'lora+trainer+checkpointing/none',
    ],
    [
      'checkpointing without reentrance',
      `${PLAIN}${LORA}args = TrainingArguments("out", gradient_checkpointing=True, gradient_checkpointing_kwargs={"use_reentrant": False})\nTrainer(model=model, args=args)\n`,
      'lora+trainer+checkpointing-direct/none',
    ],
    [
      'checkpointing that is said to be off',
      `${PLAIN}${LORA}args = TrainingArguments("out", gradient_checkpointing=False)\n`,
      'lora/none',
    ],
    ['a cache that is switched off', `${PLAIN}model.config.use_cache = False\n${LORA}`, 'lora+no-cache/none'],
    [
      'a cache that may be switched off',
      `${PLAIN}import sys\nif sys.argv[1]:\n    model.config.use_cache = False\n${LORA}`,
      'lora/none',
    ],
    ['checkpointing of the model', `${PLAIN}${LORA}model.gradient_checkpointing_enable()\n`, 'lora+checkpointing/none'],
    [
      'two kinds of checkpointing, of which neither is sure',
      `${PLAIN}${LORA}model.gradient_checkpointing_enable()\nmodel.gradient_checkpointing_enable({"use_reentrant": True})\n`,
      'lora/none',
    ],
    [
      'k-bit preparation of a quantized model',
      `model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-3.2-1B", torch_dtype=torch.bfloat16, quantization_config=BitsAndBytesConfig(load_in_8bit=True))\nmodel = prepare_model_for_kbit_training(model)\n${LORA}`,
      'lora+kbit+own/bnb-int8',
    ],
    [
      'bfloat16',
      `model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-3.2-1B", dtype="bfloat16")\n${LORA}`,
      'lora+bf16/none',
    ],
    [
      'a Trainer that may not run',
      `${PLAIN}${LORA}import sys\nif sys.argv[1]:\n    Trainer(model=model)\n`,
      'lora/none',
    ],
  ])('%s', async (_name, body, cell) => {
    expect(await cellsOf(`${START}${body}`)).toEqual([`${cell}/llama/causal-lm`]);
  });
});

const TUNED =
  'lora = LoraConfig(task_type="CAUSAL_LM", r=16, lora_alpha=32, use_rslora=True, target_modules=["q_proj", "in_proj"])\n';

async function usedBy(train: string) {
  const { code } = await readRepository(treeOf(new Map([['train.py', `${START}${train}`]])));
  return codeCells({ code });
}

describe('arguments of the user’s own', () => {
  it('make a cell, with what they stand for, beside the one of the matrix', async () => {
    const { sure, configurations, beside } = await usedBy(`${PLAIN}${TUNED}`);
    const [name = ''] = Object.keys(configurations);
    expect(sure).toEqual([{ id: `lora+rslora+${name}/none/llama/causal-lm`, source: 'train.py:4' }]);
    expect(beside).toEqual(['lora+rslora/none/llama/causal-lm']);
    expect(configurations).toEqual({
      [name]: {
        arguments: { r: 16, lora_alpha: 32, target_modules: ['q_proj'] },
        ...{ quantization: {}, loading: {}, left: [], at: ['train.py:4'] },
        scaled: [
          {
            argument: 'target_modules',
            ...{ from: ['q_proj', 'in_proj'], to: ['q_proj'], why: 'the tiny llama has no `in_proj`' },
          },
        ],
      },
    });
  });

  it('leave nothing beside a cell that the code uses as the matrix has it, too', async () => {
    const { sure, beside } = await usedBy(
      `${PLAIN}${TUNED}${LORA.replace('lora', 'other').replace(')', ', use_rslora=True)')}`,
    );
    expect(sure.map(({ id }) => id.replace(/own-\w+/, 'own'))).toEqual([
      'lora+rslora+own/none/llama/causal-lm',
      'lora+rslora/none/llama/causal-lm',
    ]);
    expect(beside).toEqual([]);
  });

  it('are tried on each architecture that stands for a model that is not in the source', async () => {
    const { partial, configurations } = await usedBy(
      `import sys\nmodel = AutoModelForCausalLM.from_pretrained(sys.argv[1])\n${TUNED}`,
    );
    expect(partial[0]?.measured.map((id) => id.replace(/own-\w+/, 'own'))).toEqual([
      'lora+rslora+own/none/llama/causal-lm',
      'lora+rslora+own/none/qwen2/causal-lm',
    ]);
    expect(Object.keys(configurations)).toHaveLength(1);
  });

  it('that cannot be carried are said', async () => {
    const { sure, notCarried } = await usedBy(`${PLAIN}LoraConfig(target_modules=["c_attn"], task_type="CAUSAL_LM")\n`);
    expect(sure.map(({ id }) => id)).toEqual(['lora/none/llama/causal-lm']);
    expect(notCarried).toEqual([
      { argument: 'target_modules', why: 'the tiny llama has no `c_attn`', at: 'train.py:4' },
    ]);
  });

  it('go with the request that asks for their cells', async () => {
    const cells = await usedBy(`${PLAIN}${TUNED}`);
    const request = { changes: [], held: {}, cells: ['ia3'], minutes: 1, environments: 2, search: 'bisect' as const };
    const asked = withCells({ ...request, chosenBy: 'default' }, cells);
    expect(asked.cells).toEqual([cells.sure[0]?.id, ...cells.beside]);
    expect(asked).toMatchObject({ configurations: cells.configurations, beside: cells.beside });
    const mine = { source: { path: 'x' }, trustsCode: false, tasks: ['causal-lm'] };
    const declared = withCells({ ...request, chosenBy: 'default', checkpoints: { mine } }, cells);
    expect(declared.cells).toEqual([...asked.cells, '{lora,ia3,prompt-tuning,p-tuning,prefix-tuning}/none/mine']);
    const named = withCells({ ...request, chosenBy: 'user' }, cells);
    expect(named).toMatchObject({ cells: ['ia3'], configurations: cells.configurations });
    expect(named.beside).toBeUndefined();
  });
});
