/** Quantized models, and libraries that quantize. */
import type { KnownBreak } from './known-break.ts';

export const QUANTIZED: readonly KnownBreak[] = [
  {
    id: 'torchao-018-lora',
    change: 'torchao:0.13.0..0.18.0',
    held: ['peft==0.18.1'],
    cells: '{lora,ia3,prompt-tuning}/none/llama/causal-lm',
    expected: [
      {
        cell: 'lora/none/llama/causal-lm',
        direction: 'regressed',
        library: 'torchao',
        lastGood: '0.17.0',
        firstBad: '0.18.0',
        stage: 'attach',
        symptom: 'LinearActivationQuantizedTensor',
      },
    ],
    unharmed: ['ia3/none/llama/causal-lm', 'prompt-tuning/none/llama/causal-lm'],
    sources: ['unslothai/unsloth#11168', 'pytorch/ao commit 4c82ea7de'],
  },
  {
    // Nothing that holds for this processor alone is told to people who have a GPU.
    id: 'bnb-049-cpu-repack',
    change: 'bitsandbytes:0.48.2..0.49.2',
    held: ['transformers==4.57.6', 'peft==0.18.1'],
    cells: '{lora,ia3,prompt-tuning}/bnb-nf4/llama/causal-lm',
    expected: [],
    unharmed: ['lora', 'ia3', 'prompt-tuning'].map((method) => `${method}/bnb-nf4/llama/causal-lm`),
    sources: ['our own measurement'],
  },
  {
    id: 'torchao-min-016',
    change: 'peft:0.17.1..0.19.1',
    held: ['torchao==0.15.0', 'transformers==4.57.6'],
    cells: '{lora,ia3}/none/llama/causal-lm',
    expected: [
      {
        cell: 'lora/none/llama/causal-lm',
        direction: 'regressed',
        library: 'peft',
        lastGood: '0.18.1',
        firstBad: '0.19.0',
        stage: 'attach',
        symptom: 'incompatible version of torchao',
      },
    ],
    offered: 'torchao>=0.16.0',
    unharmed: ['ia3/none/llama/causal-lm'],
    sources: ['our own measurement'],
  },
  {
    // Silent: the experts are one tensor since transformers 5, which bitsandbytes does not quantize.
    id: 'moe-experts-unquantized',
    change: 'transformers:4.57.1..5.1.0',
    held: ['peft==0.18.1', 'bitsandbytes==0.49.2'],
    cells: '{base,ia3,lora}/{bnb-int8,bnb-nf4}/mixtral/causal-lm',
    expected: ['bnb-int8', 'bnb-nf4'].flatMap((quantization) =>
      ['base', 'ia3'].map((method) => ({
        cell: `${method}/${quantization}/mixtral/causal-lm`,
        direction: 'degraded',
        library: 'transformers',
        lastGood: '4.57.6',
        firstBad: '5.0.0',
        stage: 'quantize',
        symptom: 'The experts are not quantized: 4 of 12 linear layers',
      })),
    ),
    offered: 'transformers<5.0.0',
    isWithoutMethods: true,
    unharmed: [],
    sources: ['bitsandbytes-foundation/bitsandbytes#1849'],
  },
  {
    id: 'ct-int4-lora',
    change: 'peft:0.20.0..0.21.2',
    held: ['transformers==5.24.0', 'compressed-tensors==0.20.0'],
    cells: 'lora/{ct-int4,ct-int4+decompressed}/llama/causal-lm',
    expected: [],
    still: [{ cell: 'lora/ct-int4/llama/causal-lm', symptom: "'Linear' object has no attribute 'weight'" }],
    unharmed: ['lora/ct-int4+decompressed/llama/causal-lm'],
    sources: ['vllm-project/compressed-tensors#652'],
  },
  {
    id: 'ct-int8-dtype',
    change: 'peft:0.20.0..0.21.2',
    held: ['transformers==5.24.0', 'compressed-tensors==0.20.0'],
    cells: 'lora/ct-fp8/llama/causal-lm',
    expected: [
      {
        cell: 'lora/ct-fp8/llama/causal-lm',
        direction: 'fixed',
        library: 'peft',
        lastGood: '0.20.0',
        firstBad: '0.21.0',
        stage: 'reload',
        symptom: 'expected m1 and m2 to have the same dtype',
      },
    ],
    unharmed: [],
    sources: ['our own measurement'],
  },
  {
    // Silent: the merged model is the base model.
    id: 'quanto-merge-vanishes',
    change: 'peft:0.18.1..0.21.2',
    held: ['transformers==4.57.6', 'optimum-quanto==0.2.7'],
    cells: '{lora,ia3}/quanto-int8/llama/causal-lm',
    expected: [],
    still: [{ cell: 'lora/quanto-int8/llama/causal-lm', symptom: 'merg' }],
    unharmed: ['ia3/quanto-int8/llama/causal-lm'],
    sources: ['our own measurement'],
  },
];
