/** Configurations of public reports: what a snippet of each asks now, with its own arguments. Sources are those of the breaks. */
import { describe, expect, it } from '@jest/globals';
import { readRepository } from '../../src/detect/repository.ts';
import { carriedText } from '../../src/domain/own-configuration.ts';
import { codeCells } from '../../src/intake/code-cells.ts';
import { treeOf } from '../factories/manifests.ts';

const IMPORTS = `import torch
from peft import *
from peft import AdaLoraConfig, IA3Config, LoraConfig, PrefixTuningConfig, PromptTuningConfig, get_peft_model, prepare_model_for_kbit_training
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification, BitsAndBytesConfig, QuantoConfig, Trainer, TrainingArguments
`;
const load = (name: string, more = '', auto = 'AutoModelForCausalLM') =>
  `model = ${auto}.from_pretrained("${name}"${more})\n`;
const QV = 'target_modules=["q_proj", "v_proj"]';

interface Asked {
  readonly cell: string;
  readonly carried: string;
  readonly left: readonly string[];
}

/** The first cell that a snippet uses, what is carried into it and what is not. */
async function asked(snippet: string): Promise<Asked> {
  const { code } = await readRepository(treeOf(new Map([['train.py', `${IMPORTS}${snippet}`]])));
  const { sure, configurations, notCarried } = codeCells({ code });
  const [first] = sure;
  const [configuration] = Object.values(configurations);
  const left = [...(configuration?.left ?? []), ...notCarried].map(({ argument }) => argument);
  return {
    cell: first?.id.replace(/own-[0-9a-f]{8}/, 'own') ?? '',
    carried: configuration ? carriedText(configuration) : '',
    left,
  };
}

describe('a public report as code', () => {
  it.each<[string, string, Asked]>([
    [
      'huggingface/peft#2035: prefix tuning without the cache on CodeLlama',
      `${load('codellama/CodeLlama-7b-hf')}model.config.use_cache = False\nPrefixTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=30)\n`,
      {
        cell: 'prefix-tuning+no-cache+own/none/codellama/causal-lm',
        carried: 'num_virtual_tokens=30',
        left: [],
      },
    ],
    [
      'the same as a classifier in 4 bit, prepared',
      `q = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=torch.float16)\n${load('meta-llama/Llama-2-7b-hf', ', quantization_config=q', 'AutoModelForSequenceClassification')}model = prepare_model_for_kbit_training(model)\nPrefixTuningConfig(task_type="SEQ_CLS", num_virtual_tokens=20)\n`,
      {
        cell: 'prefix-tuning+kbit+own/bnb-nf4/llama/seq-cls',
        carried: 'num_virtual_tokens=20, bnb_4bit_compute_dtype=torch.bfloat16',
        left: [],
      },
    ],
    [
      'LoRA, Trainer and checkpointing with defaults',
      `${load('meta-llama/Llama-3.2-1B')}LoraConfig(task_type="CAUSAL_LM", r=16, lora_alpha=32, ${QV})\nTrainer(model=model, args=TrainingArguments("out", gradient_checkpointing=True))\n`,
      {
        cell: 'lora+trainer+checkpointing+own/none/llama/causal-lm',
        carried: 'r=16, lora_alpha=32',
        left: [],
      },
    ],
    [
      'all linear layers of Mixtral',
      `${load('mistralai/Mixtral-8x7B-v0.1')}LoraConfig(task_type="CAUSAL_LM", r=64, lora_dropout=0.1, target_modules="all-linear")\n`,
      { cell: 'lora+all-linear+own/none/mixtral/causal-lm', carried: 'r=64, lora_dropout=0.1', left: [] },
    ],
    [
      'huggingface/peft#2586: QLoRA that is merged, in its usual configuration',
      `q = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True, bnb_4bit_compute_dtype=torch.bfloat16)\n${load('meta-llama/Llama-3.1-8B', ', quantization_config=q, torch_dtype=torch.bfloat16')}LoraConfig(task_type="CAUSAL_LM", r=8, lora_alpha=16, ${QV})\n`,
      {
        cell: 'lora+own/bnb-nf4/llama/causal-lm',
        carried: 'bnb_4bit_use_double_quant=True, bnb_4bit_compute_dtype=torch.bfloat16, torch_dtype=torch.bfloat16',
        left: [],
      },
    ],
    [
      'layers that are repeated',
      `${load('meta-llama/Llama-3.2-1B')}LoraConfig(task_type="CAUSAL_LM", ${QV}, layer_replication=[[0, 2], [1, 2]])\n`,
      // The matrix has this one as it stands.
      { cell: 'lora+layer-replication/none/llama/causal-lm', carried: '', left: [] },
    ],
    [
      'DoRA in 8 bit, with modules that are trained whole',
      `q = BitsAndBytesConfig(load_in_8bit=True)\n${load('meta-llama/Llama-3.2-1B', ', quantization_config=q')}LoraConfig(task_type="CAUSAL_LM", ${QV}, use_dora=True, modules_to_save=["lm_head", "embed_tokens"])\n`,
      {
        cell: 'lora+dora+own/bnb-int8/llama/causal-lm',
        carried: 'modules_to_save=["lm_head", "embed_tokens"]',
        left: [],
      },
    ],
    [
      'PiSSA that is found by drawing',
      `${load('meta-llama/Llama-3.2-1B')}LoraConfig(task_type="CAUSAL_LM", ${QV}, init_lora_weights="pissa_niter_16")\n`,
      { cell: 'lora+own/none/llama/causal-lm', carried: 'init_lora_weights="pissa"', left: [] },
    ],
    [
      'a rank for each module',
      `${load('Qwen/Qwen2.5-7B')}LoraConfig(task_type="CAUSAL_LM", ${QV}, rank_pattern={"q_proj": 4}, alpha_pattern={"v_proj": 32})\n`,
      {
        cell: 'lora+own/none/qwen2/causal-lm',
        carried: 'rank_pattern={"q_proj": 4}, alpha_pattern={"v_proj": 32}',
        left: [],
      },
    ],
    [
      'tokens that are trained',
      `${load('meta-llama/Llama-3.2-1B')}LoraConfig(task_type="CAUSAL_LM", ${QV}, trainable_token_indices=[128000, 128009])\n`,
      {
        cell: 'lora+trainable-tokens+own/none/llama/causal-lm',
        carried: 'trainable_token_indices=[0, 9]',
        left: [],
      },
    ],
    [
      'huggingface/peft#2123: a prompt that begins as a text',
      `${load('bigscience/bloom-560m')}PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=8, prompt_tuning_init="TEXT", prompt_tuning_init_text="Classify", tokenizer_name_or_path="bigscience/bloom-560m")\n`,
      {
        cell: 'prompt-tuning+own/none/bloom/causal-lm',
        carried: 'num_virtual_tokens=8',
        left: ['prompt_tuning_init', 'prompt_tuning_init_text', 'tokenizer_name_or_path'],
      },
    ],
    [
      'AdaLoRA with the steps of a long training',
      `${load('facebook/opt-350m')}AdaLoraConfig(task_type="CAUSAL_LM", init_r=12, target_r=8, total_step=3000, ${QV})\n`,
      {
        cell: 'adalora+own/none/opt/causal-lm',
        carried: 'init_r=12, target_r=8, target_modules=["q_proj", "v_proj"]',
        left: ['total_step'],
      },
    ],
    [
      'quanto, whose own arguments are its form',
      `${load('meta-llama/Llama-3.2-1B', ', quantization_config=QuantoConfig(weights="int8")')}LoraConfig(task_type="CAUSAL_LM", r=4, ${QV})\n`,
      { cell: 'lora+own/quanto-int8/llama/causal-lm', carried: 'r=4', left: ['weights'] },
    ],
  ])('%s', async (_report, snippet, expected) => {
    expect(await asked(snippet)).toEqual(expected);
  });
});
