import { describe, expect, it } from '@jest/globals';
import { usedCells } from '../../src/detect/cells.ts';
import { readRepository } from '../../src/detect/repository.ts';
import { cellId } from '../../src/domain/cell.ts';
import { allCells } from '../../src/plan/matrix.ts';
import { treeOf } from '../factories/manifests.ts';

/** The cells that a script is sure to use, and what of it the matrix lacks. */
async function cellsOf(loader: string, model: string, config: string, more = '') {
  const name = config.slice(0, config.indexOf('('));
  const text = `import transformers
from transformers import ${loader}, BitsAndBytesConfig
from peft import ${name}, get_peft_model
model = ${loader}.from_pretrained("${model}"${more})
model = get_peft_model(model, ${config})
`;
  const { code } = await readRepository(treeOf(new Map([['train.py', text]])));
  const { cells, partial } = usedCells(code, allCells(), 36);
  return [...cells.map(({ cell }) => cellId(cell)), ...partial.map(({ pattern }) => pattern)];
}

const QV = 'LoraConfig(target_modules=["q_proj", "v_proj"], r=8, lora_alpha=16)';
const CAUSAL = QV.replace('r=8', 'task_type="CAUSAL_LM", r=8');
const INT8 = ', quantization_config=BitsAndBytesConfig(load_in_8bit=True)';

describe('models that look and listen', () => {
  it.each<[string, string, string, string, string]>([
    ['WhisperForConditionalGeneration', 'openai/whisper-small', QV, INT8, 'lora/bnb-int8/whisper/speech-seq2seq'],
    ['AutoModelForSpeechSeq2Seq', 'openai/whisper-large-v3', QV, '', 'lora/none/whisper/speech-seq2seq'],
    ['AutoModelForImageClassification', 'google/vit-base-patch16-224-in21k', QV, '', 'lora/none/vit/image-cls'],
    ['AutoModelForImageTextToText', 'google/gemma-3-4b-it', QV, '', 'lora/none/gemma3/image-text'],
    ['AutoModelForImageTextToText', 'google/gemma-3-4b-it', CAUSAL, '', 'lora/none/gemma3/image-text'],
    ['AutoModelForCausalLM', 'google/gemma-3-4b-it', CAUSAL, '', 'lora/none/gemma3/text-only'],
    ['AutoModelForCausalLM', 'google/gemma-3-1b-it', CAUSAL, '', 'lora/none/gemma3_text/causal-lm'],
    [
      'Qwen2_5_VLForConditionalGeneration',
      'Qwen/Qwen2.5-VL-3B-Instruct',
      CAUSAL,
      INT8,
      'lora/bnb-int8/qwen2_5_vl/image-text',
    ],
    ['LlavaForConditionalGeneration', 'llava-hf/llava-1.5-7b-hf', QV, '', 'lora/none/llava/image-text'],
    ['AutoModelForImageTextToText', 'stepfun-ai/GOT-OCR-2.0-hf', QV, '', 'lora/none/got_ocr2/image-text'],
    [
      'AutoModelForImageTextToText',
      'baidu/ERNIE-4.5-VL-28B-A3B-PT',
      CAUSAL,
      '',
      'lora/none/ernie4_5_vl_moe/image-text',
    ],
    ['AutoModel', 'google/siglip2-base-patch16-224', QV, '', 'lora/none/siglip2/image-text-pairs'],
    ['AutoModelForCausalLM', 'deepseek-ai/DeepSeek-V2-Lite', CAUSAL, '', 'lora/none/deepseek_v2/causal-lm'],
    ['AutoModelForCausalLM', 'tencent/Hunyuan-A13B-Instruct', CAUSAL, '', 'lora/none/hunyuan_v1_moe/causal-lm'],
  ])('%s of %s with %s%s is %s', async (loader, model, config, more, expected) => {
    // Arguments of one's own make a cell of their own: these are those of the matrix.
    const [found = ''] = await cellsOf(loader, model, config, more);
    expect(found.replace(/\+own-\w+/, '')).toBe(expected);
  });

  it('a family member that no cell measures is measured by its family, and said so', async () => {
    const found = await cellsOf('Qwen3VLForConditionalGeneration', 'Qwen/Qwen3-VL-4B-Instruct', QV);
    expect(found.map((one) => one.replace(/\+own-\w+/, ''))).toEqual(['lora/none/qwen2_5_vl/image-text']);
  });

  it('no method that adds tokens has a cell where no text goes in', async () => {
    const tuned = 'PromptTuningConfig(num_virtual_tokens=4)';
    expect(await cellsOf('AutoModelForImageClassification', 'google/vit-base-patch16-224', tuned)).toEqual([]);
    const tasks = allCells()
      .filter(({ method }) => method === 'prompt-tuning')
      .map(({ task }) => task);
    expect(new Set(tasks)).toEqual(
      new Set(['causal-lm', 'seq-cls', 'token-cls', 'seq2seq-lm', 'image-text', 'text-only']),
    );
  });
});
