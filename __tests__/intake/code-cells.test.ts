import { describe, expect, it } from '@jest/globals';
import { readRepository } from '../../src/detect/repository.ts';
import { codeCells } from '../../src/intake/code-cells.ts';
import { treeOf } from '../factories/manifests.ts';

async function cellsOf(train: string) {
  const { code } = await readRepository(treeOf(new Map([['train.py', train]])));
  return codeCells({ code }).sure.map(({ id }) => id);
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
    ['checkpointing of the model', `${PLAIN}${LORA}model.gradient_checkpointing_enable()\n`, 'lora+checkpointing/none'],
    [
      'two kinds of checkpointing, of which neither is sure',
      `${PLAIN}${LORA}model.gradient_checkpointing_enable()\nmodel.gradient_checkpointing_enable({"use_reentrant": True})\n`,
      'lora/none',
    ],
    [
      'k-bit preparation of a quantized model',
      `model = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-3.2-1B", torch_dtype=torch.bfloat16, quantization_config=BitsAndBytesConfig(load_in_8bit=True))\nmodel = prepare_model_for_kbit_training(model)\n${LORA}`,
      'lora+kbit/bnb-int8',
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
