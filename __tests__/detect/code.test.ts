import { describe, expect, it } from '@jest/globals';
import { usedCells } from '../../src/detect/cells.ts';
import { readRepository } from '../../src/detect/repository.ts';
import { cellId } from '../../src/domain/cell.ts';
import { allCells } from '../../src/plan/matrix.ts';
import { treeOf } from '../factories/manifests.ts';

/** What a repository's code comes to: sure cells, then patterns, each with its place; what the matrix lacks last. */
async function seen(files: Readonly<Record<string, string>>) {
  const { code } = await readRepository(treeOf(new Map(Object.entries(files))));
  const { cells, partial, unsure } = usedCells(code, allCells(), 36);
  return {
    sure: cells.map(({ cell, source }) => `${cellId(cell)} ${source}`),
    partial: partial.map(({ pattern, source }) => `${pattern} ${source}`),
    outside: unsure.flatMap(({ value }) => /^`([^`]+\/[^`]+)` is used; it is not/.exec(value)?.[1] ?? []),
  };
}

const NOTHING = { sure: [], partial: [], outside: [] };
const BNB = 'from transformers import AutoModelForCausalLM, BitsAndBytesConfig\n';
const notebook = (...sources: readonly (readonly string[])[]) =>
  JSON.stringify(
    { cells: sources.map((source) => ({ cell_type: 'code', metadata: {}, outputs: [], source })), nbformat: 4 },
    undefined,
    1,
  );

describe('the shapes that people train in', () => {
  it.each<[string, Readonly<Record<string, string>>, Partial<typeof NOTHING> | Record<string, string[]>]>([
    [
      'a plain script with argparse: what its defaults run',
      {
        'train.py': `import argparse\nfrom peft import LoraConfig, get_peft_model\n${BNB}
def parse():
    p = argparse.ArgumentParser()
    p.add_argument("--model", type=str, default="mistralai/Mistral-7B-v0.1")
    p.add_argument("--load_in_4bit", action="store_true")
    return p.parse_args()

def main():
    args = parse()
    q = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4")
    model = AutoModelForCausalLM.from_pretrained(args.model, quantization_config=q)
    model = get_peft_model(model, LoraConfig(r=8, task_type="CAUSAL_LM"))
`,
      },
      { sure: ['lora+defaults/bnb-nf4/mistral/causal-lm train.py:15'] },
    ],
    [
      'known method, quantization and task with a model that is given',
      {
        'train.py': `import sys\nfrom peft import LoraConfig\n${BNB}q = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4")\nm = AutoModelForCausalLM.from_pretrained(sys.argv[1], quantization_config=q)\nc = LoraConfig(task_type="CAUSAL_LM")\n`,
      },
      { partial: ['lora+defaults/bnb-nf4/*/causal-lm train.py:6'] },
    ],
    [
      'an unreadable quantization is never none',
      {
        'train.py': `from peft import LoraConfig\n${BNB}def run(bits):\n    q = BitsAndBytesConfig(load_in_4bit=bits == 4, bnb_4bit_quant_type="nf4")\n    m = AutoModelForCausalLM.from_pretrained("facebook/opt-350m", quantization_config=q)\n    return LoraConfig(task_type="CAUSAL_LM")\n`,
      },
      { partial: ['lora+defaults/bnb-nf4/opt/causal-lm train.py:6'] },
    ],
    [
      'a quantization from somewhere else is never none',
      {
        'train.py': `from peft import LoraConfig\n${BNB}def run(q):\n    m = AutoModelForCausalLM.from_pretrained("facebook/opt-350m", quantization_config=q)\n    return LoraConfig()\n`,
      },
      { partial: ['lora+defaults/bnb-*/opt/causal-lm train.py:5'] },
    ],
    [
      'a quantization behind a condition is one of two',
      {
        'train.py': `from peft import LoraConfig\n${BNB}q = None\nif flag():\n    q = BitsAndBytesConfig(load_in_8bit=True)\nm = AutoModelForCausalLM.from_pretrained("gpt2", quantization_config=q)\nLoraConfig()\n`,
      },
      { partial: ['lora+defaults/{bnb-int8,none}/gpt2/causal-lm train.py:7'] },
    ],
    [
      'a comparison that the default decides',
      {
        'train.py': `from dataclasses import dataclass, field\nfrom transformers import HfArgumentParser\nfrom peft import LoraConfig\n${BNB}
@dataclass
class Args:
    model_name: str = field(default="huggyllama/llama-7b")
    bits: int = field(default=4)
    quant_type: str = field(default="nf4")

def main():
    (args,) = HfArgumentParser(Args).parse_args_into_dataclasses()
    m = AutoModelForCausalLM.from_pretrained(
        args.model_name,
        load_in_4bit=args.bits == 4,
        quantization_config=BitsAndBytesConfig(load_in_4bit=args.bits == 4, bnb_4bit_quant_type=args.quant_type),
    )
    return LoraConfig(task_type="CAUSAL_LM")
`,
      },
      { sure: ['lora+defaults/bnb-nf4/llama/causal-lm train.py:19'] },
    ],
    [
      'an alias',
      { 'a.py': 'from peft import LoraConfig as Lora\nLora(task_type="SEQ_CLS")\n' },
      { partial: ['lora+defaults/*/*/seq-cls a.py:2'] },
    ],
    [
      'a module under another name, and a deeper one',
      { 'a.py': 'import peft as p\nfrom peft.tuners.lora import LoraConfig\np.IA3Config()\nLoraConfig()\n' },
      { partial: ['ia3+defaults/*/*/* a.py:3', 'lora+defaults/*/*/* a.py:4'] },
    ],
    [
      'a table of classes with a key that is known',
      {
        'a.py':
          'from peft import LoraConfig, PromptTuningConfig\nKINDS = {"lora": LoraConfig, "prompt": PromptTuningConfig}\ncls = KINDS["prompt"]\ncls(task_type="CAUSAL_LM")\n',
      },
      { partial: ['prompt-tuning/*/*/causal-lm a.py:4'] },
    ],
    [
      'a table of classes with a key that is not',
      {
        'a.py':
          'import sys\nfrom peft import LoraConfig, PromptTuningConfig\nKINDS = {"lora": LoraConfig, "prompt": PromptTuningConfig}\nKINDS[sys.argv[1]](task_type="CAUSAL_LM")\n',
      },
      { partial: ['lora+defaults/*/*/causal-lm a.py:4', 'prompt-tuning/*/*/causal-lm a.py:4'] },
    ],
    [
      'a list of classes by a number that is not known',
      {
        'a.py':
          'from peft import LoraConfig, PrefixTuningConfig\nmakers = (LoraConfig, PrefixTuningConfig)\ndef make(i):\n    return makers[i](task_type="CAUSAL_LM")\n',
      },
      { partial: ['lora+defaults/*/*/causal-lm a.py:4', 'prefix-tuning/*/*/causal-lm a.py:4'] },
    ],
    [
      'a loader under another name',
      {
        'a.py': `from peft import LoraConfig\n${BNB}def run():\n    load = AutoModelForCausalLM.from_pretrained\n    load("gpt2")\n    LoraConfig()\n`,
      },
      { sure: ['lora+defaults/none/gpt2/causal-lm a.py:6'] },
    ],
    [
      'an adapter that is only loaded: of any method',
      {
        'infer.py':
          'from peft import PeftModel\nfrom transformers import AutoModelForCausalLM\nbase = AutoModelForCausalLM.from_pretrained("gpt2")\nmodel = PeftModel.from_pretrained(base, "me/adapter")\n',
      },
      { partial: ['*/none/gpt2/causal-lm infer.py:4'] },
    ],
    [
      'PEFT’s own table',
      {
        'a.py':
          'from peft import get_peft_config\nget_peft_config({"peft_type": "PREFIX_TUNING", "task_type": "CAUSAL_LM"})\n',
      },
      { partial: ['prefix-tuning/*/*/causal-lm a.py:2'] },
    ],
    [
      'trl’s trainer with the name of a model',
      {
        'sft.py':
          'from peft import LoraConfig\nfrom trl import SFTTrainer\ntrainer = SFTTrainer(model="Qwen/Qwen2.5-0.5B", peft_config=LoraConfig(r=8))\n',
      },
      { sure: ['lora+defaults/none/qwen2/causal-lm sft.py:3'] },
    ],
    [
      'trl’s ModelConfig',
      {
        'sft.py':
          'from trl import ModelConfig, get_peft_config\ncfg = ModelConfig(model_name_or_path="Qwen/Qwen2.5-0.5B", use_peft=True, load_in_4bit=True)\npeft_config = get_peft_config(cfg)\n',
      },
      { sure: ['lora+defaults/bnb-nf4/qwen2/causal-lm sft.py:2'] },
    ],
    [
      'trl’s script: LoRA and a quantization that its options decide',
      {
        'sft.py': `from trl import SFTTrainer, TrlParser, ModelConfig, get_peft_config, get_quantization_config\nfrom transformers import AutoModelForCausalLM\ndef main(model_args):\n    q = get_quantization_config(model_args)\n    model = AutoModelForCausalLM.from_pretrained(model_args.model_name_or_path, quantization_config=q)\n    trainer = SFTTrainer(model=model, peft_config=get_peft_config(model_args))\n`,
      },
      { partial: ['lora+defaults/{bnb-nf4,bnb-int8,none}/*/causal-lm sft.py:6'] },
    ],
    [
      'unsloth',
      {
        'u.py':
          'from unsloth import FastLanguageModel\nmodel, tokenizer = FastLanguageModel.from_pretrained(model_name="unsloth/llama-3-8b-bnb-4bit", load_in_4bit=True)\nmodel = FastLanguageModel.get_peft_model(model, r=16)\n',
      },
      { sure: ['lora/bnb-nf4/llama/causal-lm u.py:3'] },
    ],
    [
      'a notebook, at the line of its own file',
      {
        'n.ipynb': notebook(
          ['!pip install peft\n', 'from peft import IA3Config\n', 'from transformers import AutoModelForSeq2SeqLM\n'],
          [
            'model = AutoModelForSeq2SeqLM.from_pretrained("google/flan-t5-base")\n',
            'config = IA3Config(task_type="SEQ_2_SEQ_LM")',
          ],
        ),
      },
      { sure: ['ia3+defaults/none/t5/seq2seq-lm n.ipynb:19'] },
    ],
    [
      'hydra, with its list of defaults',
      {
        'train.py':
          'import hydra\nfrom peft import LoraConfig\nfrom transformers import AutoModelForCausalLM\n\n@hydra.main(config_path="conf", config_name="config")\ndef main(cfg):\n    model = AutoModelForCausalLM.from_pretrained(cfg.model.name, load_in_8bit=cfg["eight"])\n    LoraConfig(task_type=cfg.task)\n',
        'conf/config.yaml': 'defaults:\n  - model: small\neight: true\ntask: CAUSAL_LM\n',
        'conf/model/small.yaml': 'name: Qwen/Qwen2.5-0.5B\n',
      },
      { sure: ['lora+defaults/bnb-int8/qwen2/causal-lm train.py:8'] },
    ],
    [
      'hydra, which makes the objects itself',
      {
        'conf/train.yaml':
          'model:\n  _target_: transformers.AutoModelForCausalLM.from_pretrained\n  pretrained_model_name_or_path: mistralai/Mistral-7B-v0.1\n  quantization_config:\n    _target_: transformers.BitsAndBytesConfig\n    load_in_4bit: true\n    bnb_4bit_quant_type: nf4\npeft:\n  _target_: peft.LoraConfig\n  use_dora: true\n',
      },
      { sure: ['lora+dora/bnb-nf4/mistral/causal-lm conf/train.yaml:9'] },
    ],
    [
      'hydra’s objects without a model',
      { 'conf/peft.yaml': '_target_: peft.IA3Config\ntask_type: SEQ_CLS\n' },
      { partial: ['ia3+defaults/*/*/seq-cls conf/peft.yaml:1'] },
    ],
    [
      'axolotl',
      { 'q.yml': 'base_model: NousResearch/Llama-3.2-1B\nload_in_4bit: true\nadapter: qlora\nlora_r: 8\n' },
      { sure: ['lora/bnb-nf4/llama/causal-lm q.yml:3'] },
    ],
    [
      'LLaMA-Factory',
      { 'q.yaml': 'model_name_or_path: Qwen/Qwen2.5-7B\nquantization_bit: 8\nstage: sft\nfinetuning_type: lora\n' },
      { sure: ['lora+all-linear/bnb-int8/qwen2/causal-lm q.yaml:4'] },
    ],
    [
      'trl’s recipes',
      { 'r.yaml': 'model_name_or_path: mistralai/Mistral-7B-v0.1\nload_in_4bit: true\nuse_peft: true\n' },
      { sure: ['lora+defaults/bnb-nf4/mistral/causal-lm r.yaml:3'] },
    ],
    [
      'ms-swift',
      { 's.yaml': 'model: Qwen/Qwen2.5-7B\ntuner_type: lora\nquant_bits: 4\nquant_method: bnb\n' },
      { sure: ['lora+all-linear/bnb-nf4/qwen2/causal-lm s.yaml:2'] },
    ],
    [
      'autotrain',
      {
        'a.yml':
          'task: llm-dpo\nbase_model: meta-llama/Meta-Llama-3-8B\ndata:\n  path: x\nparams:\n  peft: true\n  quantization: int4\n  target_modules: all-linear\n',
        'b.yml': 'task: seq2seq\nbase_model: google/flan-t5-base\nparams:\n  peft: true\n',
        'c.yml': 'task: llm-reward\nbase_model: gpt2\nparams:\n  quantization: int8\n  peft: true\n',
        'd.yml': 'task: llm-sft\nbase_model: gpt2\nparams:\n  epochs: 3\n',
        'e.yml': 'task: text_classification\nbase_model: gpt2\nparams:\n  peft: true\n',
        'f.yml': 'task: llm-sft\nbase_model: gpt2\nparams:\n  peft: true\n  quantization: ${BITS}\n',
      },
      {
        sure: ['lora+all-linear/bnb-nf4/llama/causal-lm a.yml:6', 'lora+all-linear/bnb-int8/t5/seq2seq-lm b.yml:4'],
        partial: ['lora+all-linear/bnb-*/gpt2/causal-lm f.yml:4'],
        outside: ['lora+all-linear/bnb-int8/gpt2/seq-cls'],
      },
    ],
    [
      'trl’s trainer with arguments that load nothing quantized',
      {
        'sft.py':
          'from peft import LoraConfig\nfrom trl import SFTConfig, SFTTrainer\nargs = SFTConfig(output_dir="out")\nSFTTrainer("facebook/opt-125m", args=args, peft_config=LoraConfig())\n',
      },
      { sure: ['lora+defaults/none/opt/causal-lm sft.py:4'] },
    ],
    [
      'trl’s trainer with arguments that load what cannot be read',
      {
        'sft.py':
          'from peft import LoraConfig\nfrom trl import SFTConfig, SFTTrainer\nSFTTrainer("facebook/opt-125m", args=SFTConfig(model_init_kwargs=k), peft_config=LoraConfig())\n',
      },
      { partial: ['lora+defaults/bnb-*/opt/causal-lm sft.py:3'] },
    ],
    [
      'a ModelConfig whose bits cannot be read',
      {
        'a.py':
          'import sys\nfrom trl import ModelConfig\nModelConfig(model_name_or_path="gpt2", use_peft=True, load_in_4bit=len(sys.argv) > 1)\n',
      },
      { partial: ['lora+defaults/bnb-nf4/gpt2/causal-lm a.py:3'] },
    ],
    [
      'bits that YAML puts together when it runs',
      { 'q.yml': 'base_model: gpt2\nload_in_4bit: ${bits}\nadapter: lora\n' },
      { partial: ['lora/bnb-*/gpt2/causal-lm q.yml:3'] },
    ],
    ['a trainer’s YAML without PEFT', { 'q.yaml': 'model_name_or_path: gpt2\nfinetuning_type: full\n' }, {}],
    [
      'diffusers’ dreambooth: nothing of the matrix, and said',
      {
        'train_dreambooth_lora.py':
          'from diffusers import UNet2DConditionModel\nfrom peft import LoraConfig\ndef main(args):\n    unet = UNet2DConditionModel.from_pretrained(args.m, subfolder="unet")\n    unet.add_adapter(LoraConfig(r=4))\n',
      },
      { outside: ['lora+defaults/none/unet2d/denoise'] },
    ],
    [
      'a name whose family is plain',
      {
        'a.py':
          'from peft import LoraConfig\nfrom transformers import AutoModelForCausalLM\nm = AutoModelForCausalLM.from_pretrained("google/gemma-7b")\nLoraConfig()\n',
      },
      { partial: ['lora+defaults/none/gemma2/causal-lm a.py:4'] },
    ],
    [
      'a function that is a command line',
      {
        'finetune.py':
          'import fire\nfrom peft import LoraConfig\nfrom transformers import LlamaForCausalLM\ndef train(base_model: str = "", r: int = 8):\n    model = LlamaForCausalLM.from_pretrained(base_model, load_in_8bit=True)\n    LoraConfig(r=r, task_type="CAUSAL_LM")\nif __name__ == "__main__":\n    fire.Fire(train)\n',
      },
      { sure: ['lora+defaults/bnb-int8/llama/causal-lm finetune.py:6'] },
    ],
  ])('%s', async (_name, files, expected) => {
    expect(await seen(files)).toEqual({ ...NOTHING, ...expected });
  });
});

describe('which modules an adapter is put on is part of the method', () => {
  const model = 'from transformers import AutoModelForCausalLM\nm = AutoModelForCausalLM.from_pretrained("gpt2")\n';
  const script = (config: string, before = '') => `import peft\n${model}${before}${config}\n`;

  it.each<[string, string, string]>([
    ['named', script('peft.LoraConfig(target_modules=["c_attn"])'), 'lora'],
    ['found by a function', script('peft.LoraConfig(target_modules=linear_names(m))'), 'lora'],
    ['weights instead of modules', script('peft.LoraConfig(target_parameters=["experts.down_proj"])'), 'lora'],
    ['all linear ones', script('peft.LoraConfig(target_modules="all-linear")'), 'lora+all-linear'],
    ['none at all', script('peft.LoraConfig(r=8)'), 'lora+defaults'],
    ['None', script('peft.LoraConfig(target_modules=None)'), 'lora+defaults'],
    ['DoRA goes before the default', script('peft.LoraConfig(use_dora=True)'), 'lora+dora'],
    ['IA3', script('peft.IA3Config(r=8)'), 'ia3+defaults'],
    ['IA3, named', script('peft.IA3Config(target_modules=["k"], feedforward_modules=["k"])'), 'ia3'],
    ['AdaLoRA', script('peft.AdaLoraConfig(total_step=10)'), 'adalora+defaults'],
    ['a prompt method has none', script('peft.PromptTuningConfig(num_virtual_tokens=8)'), 'prompt-tuning'],
    [
      'an argument without a default',
      script('peft.LoraConfig(target_modules=a.modules)', 'p.add_argument("--modules", default=None)\n'),
      'lora+defaults',
    ],
    [
      'an argument with one',
      script('peft.LoraConfig(target_modules=a.modules)', 'p.add_argument("--modules", default="all-linear")\n'),
      'lora+all-linear',
    ],
    ['a table that is spread', script('peft.LoraConfig(**T)', 'T = {"r": 8, "target_modules": ["c_attn"]}\n'), 'lora'],
    ['a table without any', script('peft.LoraConfig(**T)', 'T = dict(r=8)\n'), 'lora+defaults'],
    ['a table of PEFT’s own', script('peft.get_peft_config({"peft_type": "LORA", "r": 8})'), 'lora+defaults'],
    [
      'trl’s options',
      'from trl import ModelConfig\nModelConfig(model_name_or_path="gpt2", use_peft=True)\n',
      'lora+defaults',
    ],
    [
      'trl’s options, named',
      'from trl import ModelConfig\nModelConfig(model_name_or_path="gpt2", use_peft=True, lora_target_modules=["a", "b"])\n',
      'lora',
    ],
    [
      'trl’s options, all',
      'from trl import ModelConfig\nModelConfig(model_name_or_path="gpt2", use_peft=True, lora_target_modules=["all-linear"])\n',
      'lora+all-linear',
    ],
  ])('%s', async (_name, text, method) => {
    const { sure, partial } = await seen({ 'a.py': text });
    expect({ sure: sure.map((one) => one.replace(/ a\.py:\d+$/, '')), partial }).toEqual({
      sure: [`${method}/none/gpt2/causal-lm`],
      partial: [],
    });
  });

  it.each([
    ['options that are given when it runs', 'lora/*', 'def run(**more):\n    return peft.LoraConfig(r=8, **more)'],
    ['a parameter of a function', 'lora+defaults/*', 'def run(t=None):\n    return peft.LoraConfig(target_modules=t)'],
    ['modules that are put in afterwards', 'lora/none', 'c = peft.LoraConfig(\n  r=8)\nc.target_modules = ["c_attn"]'],
  ])('%s leave it a guess', async (_name, known, text) => {
    const { sure, partial } = await seen({ 'a.py': script(text) });
    expect(sure).toEqual([]);
    expect(partial.map((one) => one.replace(/ a\.py:\d+$/, ''))).toEqual([`${known}/gpt2/causal-lm`]);
  });

  it.each<[string, string, string]>([
    ['axolotl names them', 'base_model: gpt2\nadapter: lora\nlora_target_modules: [c_attn]\n', 'lora'],
    ['axolotl, all', 'base_model: gpt2\nadapter: lora\nlora_target_linear: true\n', 'lora+all-linear'],
    [
      'axolotl, all and DoRA',
      'base_model: gpt2\nadapter: lora\nlora_target_linear: true\npeft_use_dora: true\n',
      'lora+dora',
    ],
    ['axolotl, another method', 'base_model: gpt2\nadapter: ia3\nlora_target_linear: true\n', 'ia3'],
    ['LLaMA-Factory takes all', 'model_name_or_path: gpt2\nfinetuning_type: lora\n', 'lora+all-linear'],
    ['LLaMA-Factory, all', 'model_name_or_path: gpt2\nfinetuning_type: lora\nlora_target: all\n', 'lora+all-linear'],
    ['LLaMA-Factory, named', 'model_name_or_path: gpt2\nfinetuning_type: lora\nlora_target: q_proj,v_proj\n', 'lora'],
    [
      'autotrain takes all',
      'task: llm-sft\nbase_model: gpt2\nparams:\n  peft: true\n  quantization: null\n',
      'lora+all-linear',
    ],
    [
      'autotrain, named',
      'task: llm-dpo\nbase_model: gpt2\nparams:\n  peft: true\n  quantization: none\n  target_modules: c_attn,c_proj\n',
      'lora',
    ],
    ['trl leaves it to PEFT', 'model_name_or_path: gpt2\nuse_peft: true\n', 'lora+defaults'],
    ['trl, one', 'model_name_or_path: gpt2\nuse_peft: true\nlora_target_modules: c_attn\n', 'lora'],
    ['trl, all', 'model_name_or_path: gpt2\nuse_peft: true\nlora_target_modules: [all-linear]\n', 'lora+all-linear'],
    ['ms-swift takes all', 'model: gpt2\ntrain_type: lora\n', 'lora+all-linear'],
    ['ms-swift, named', 'model: gpt2\ntrain_type: lora\ntarget_modules: [c_attn, c_proj]\n', 'lora'],
    ['ms-swift’s old releases name them', 'model_id_or_path: gpt2\nsft_type: lora\n', 'lora'],
    [
      'ms-swift’s old releases, all',
      'model_id_or_path: gpt2\nsft_type: lora\nlora_target_modules: ALL\n',
      'lora+all-linear',
    ],
  ])('%s', async (_name, text, method) => {
    const { sure } = await seen({ 'q.yaml': text });
    expect(sure.map((one) => one.replace(/ q\.yaml:\d+$/, ''))).toEqual([`${method}/none/gpt2/causal-lm`]);
  });
});

describe('files of one program are joined', () => {
  const load =
    'from transformers import AutoModelForCausalLM\ndef load_model():\n    return AutoModelForCausalLM.from_pretrained("gpt2")\ndef load_other():\n    return AutoModelForCausalLM.from_pretrained("facebook/opt-125m")\n';
  const config = 'from peft import LoraConfig\ndef make():\n    return LoraConfig(task_type="CAUSAL_LM")\n';

  it('where one function calls both', async () => {
    const main =
      'from tools.load import load_model\nfrom tools.config import make\ndef main():\n    load_model()\n    make()\n';
    const { sure } = await seen({ 'tools/load.py': load, 'tools/config.py': config, 'main.py': main });
    expect(sure).toEqual(['lora+defaults/none/gpt2/causal-lm tools/config.py:3']);
  });

  it('through modules that are imported as such, and relative ones', async () => {
    const main = 'from . import load, config\ndef main():\n    load.load_other()\n    config.make()\n';
    const { sure } = await seen({ 'p/load.py': load, 'p/config.py': config, 'p/main.py': main });
    expect(sure).toEqual(['lora+defaults/none/opt/causal-lm p/config.py:3']);
  });

  it('and a class that an own module hands on is that of PEFT', async () => {
    const files = {
      'a/__init__.py': 'from peft import LoraConfig\n',
      'b.py': 'from a import LoraConfig\nLoraConfig()  # peft\n',
    };
    expect((await seen(files)).partial).toEqual(['lora+defaults/*/*/* b.py:2']);
  });

  it('but two programs that share a configuration leave the model open', async () => {
    const main = (name: string) =>
      `from load import ${name}\nfrom config import make\ndef main():\n    ${name}()\n    make()\n`;
    const files = { 'load.py': load, 'config.py': config, 'a.py': main('load_model'), 'b.py': main('load_other') };
    expect(await seen(files)).toEqual({ ...NOTHING, partial: ['lora+defaults/none/{gpt2,opt}/causal-lm config.py:3'] });
  });

  it('and two functions of one file are two', async () => {
    const text =
      'from peft import LoraConfig, IA3Config\nfrom transformers import AutoModelForCausalLM as A\ndef one():\n    A.from_pretrained("gpt2")\n    LoraConfig()\ndef two():\n    A.from_pretrained("facebook/opt-125m")\n    IA3Config()\n';
    expect((await seen({ 'a.py': text })).sure).toEqual([
      'lora+defaults/none/gpt2/causal-lm a.py:5',
      'ia3+defaults/none/opt/causal-lm a.py:8',
    ]);
  });
});

describe('quantizations of other libraries are named by their classes', () => {
  const trained = (made: string) =>
    [
      'import torchao',
      'from torchao.quantization import Float8WeightOnlyConfig, Int8WeightOnlyConfig, quantize_',
      'from transformers import *',
      'from transformers import AutoModelForCausalLM, AwqConfig, BitNetQuantConfig, CompressedTensorsConfig',
      'from transformers import AutoRoundConfig, FineGrainedFP8Config, GPTQConfig, HiggsConfig, HqqConfig, QuantoConfig, TorchAoConfig',
      'from peft import LoraConfig, get_peft_model',
      made,
      "model = AutoModelForCausalLM.from_pretrained('meta-llama/Llama-3.2-1B', quantization_config=config)",
      "model = get_peft_model(model, LoraConfig(target_modules=['q_proj', 'v_proj']))",
    ].join('\n');

  it.each([
    ['config = TorchAoConfig(quant_type=Int8WeightOnlyConfig())', 'torchao-int8wo'],
    ['config = TorchAoConfig(Float8WeightOnlyConfig())', 'torchao-fp8wo'],
    ["config = TorchAoConfig('int8_weight_only')", 'torchao-int8wo'],
    ['kind = Int8WeightOnlyConfig()\nconfig = TorchAoConfig(quant_type=kind)', 'torchao-int8wo'],
    ["config = QuantoConfig(weights='float8')", 'quanto-float8'],
    ['config = QuantoConfig()', 'quanto-int8'],
    ['config = HqqConfig(nbits=4)', 'hqq-int4'],
    ['config = GPTQConfig(bits=4)', 'gptq-int4'],
    ['config = AwqConfig(bits=4)', 'awq-int4'],
    ['config = AutoRoundConfig()', 'auto-round-int4'],
    ['config = CompressedTensorsConfig()', 'ct-int4'],
    ['config = CompressedTensorsConfig(run_compressed=False)', 'ct-int4+decompressed'],
    ['config = FineGrainedFP8Config()', 'fp8'],
    ['config = BitNetQuantConfig()', 'bitnet'],
    ['config = HiggsConfig(bits=4)', 'higgs-int4'],
  ])('%s is %s', async (made, quantization) => {
    const { sure } = await seen({ 'train.py': trained(made) });
    expect(sure.map((one) => one.split(' ')[0])).toEqual([`lora/${quantization}/llama/causal-lm`]);
  });

  it('and by the function that makes them once a model is loaded', async () => {
    const text = trained('config = Int8WeightOnlyConfig()').replace(
      ', quantization_config=config)',
      ')\nquantize_(model, config)',
    );
    const { sure } = await seen({ 'train.py': text });
    expect(sure.map((one) => one.split(' ')[0])).toEqual(['lora/torchao-int8wo+own/llama/causal-lm']);
  });
});

describe('what is no cell', () => {
  const use = 'from peft import LoraConfig\nLoraConfig()\n';
  it.each(['tests/a.py', 'tests_v1/a.py', 'pkg/test_lora.py', 'docs/a.py', 'venv/lib/a.py'])(
    '%s is nobody’s training code',
    async (path) => {
      expect(await seen({ [path]: use })).toEqual(NOTHING);
    },
  );

  it('a file that is larger than what is read is said', async () => {
    const tree = treeOf(new Map([['big.py', `${use}${'# x\n'.repeat(200_000)}`]]));
    const { findings } = await readRepository(tree);
    expect(findings).toMatchObject([{ kind: 'code-not-read', file: 'big.py', line: 1 }]);
  });

  it('names that lead back to themselves end', async () => {
    const loops = Array.from(
      { length: 40 },
      (_, at) => `x = f(x) if x else y${at % 3}\ny${at % 3} = x or y${(at + 1) % 3}\n`,
    ).join('');
    const text = `from peft import LoraConfig\n${loops}LoraConfig(task_type=x)\n`;
    expect((await seen({ 'a.py': text })).partial).toEqual(['lora+defaults/*/*/* a.py:82']);
  });
});
