/** What one kind of model does, and one pair of releases that is sound. */
import type { KnownBreak } from './known-break.ts';

export const MODELS: readonly KnownBreak[] = [
  {
    id: 'healthy',
    change: 'transformers:4.57.1..4.57.6',
    held: ['peft==0.18.1'],
    cells: '{lora,ia3,prompt-tuning,p-tuning,prefix-tuning}/none/{llama,gpt2}/causal-lm',
    expected: [],
    unharmed: ['lora', 'ia3', 'prompt-tuning', 'p-tuning', 'prefix-tuning'].flatMap((method) =>
      ['llama', 'gpt2'].map((architecture) => `${method}/none/${architecture}/causal-lm`),
    ),
    sources: ['our own measurement'],
    inCi: true,
  },
  {
    id: 'moe-ia3-silent-v5',
    change: 'transformers:4.57.1..5.4.0',
    held: ['peft==0.18.1'],
    cells: '{ia3,prompt-tuning}/none/mixtral/causal-lm',
    expected: [
      {
        cell: 'ia3/none/mixtral/causal-lm',
        direction: 'degraded',
        library: 'transformers',
        lastGood: '4.57.6',
        firstBad: '5.0.0',
        stage: 'carry',
        symptom: 'trainable parameters 896 -> 128',
      },
    ],
    unharmed: ['prompt-tuning/none/mixtral/causal-lm'],
    sources: ['our own measurement'],
  },
  {
    id: 'adaption-448',
    change: 'transformers:4.46.1..4.49.0',
    held: ['peft==0.14.0'],
    cells: '{lora,adaption-prompt}/none/{llama,mistral}/causal-lm',
    expected: ['llama', 'mistral'].map((architecture) => ({
      cell: `adaption-prompt/none/${architecture}/causal-lm`,
      direction: 'regressed',
      library: 'transformers',
      lastGood: '4.47.1',
      firstBad: '4.48.0',
      stage: 'attach',
      symptom: 'hidden_size',
    })),
    unharmed: ['lora/none/llama/causal-lm', 'lora/none/mistral/causal-lm'],
    sources: ['huggingface/peft#2314', 'huggingface/transformers#35235'],
  },
  {
    id: 'moe-lora-defaults-019',
    change: 'peft:0.18.1..0.21.0',
    held: ['transformers==5.17.0'],
    cells: '{lora,lora+defaults}/none/mixtral/causal-lm',
    expected: [
      {
        cell: 'lora+defaults/none/mixtral/causal-lm',
        direction: 'regressed',
        library: 'peft',
        lastGood: '0.18.1',
        firstBad: '0.19.0',
        stage: 'attach',
        symptom: 'target_modules',
      },
    ],
    unharmed: ['lora/none/mixtral/causal-lm'],
    sources: ['our own measurement'],
  },
  {
    id: 'moe-all-linear-019',
    change: 'peft:0.18.1..0.19.1',
    held: ['transformers==5.17.0'],
    cells: '{lora,lora+all-linear}/none/mixtral/causal-lm',
    expected: [
      {
        cell: 'lora+all-linear/none/mixtral/causal-lm',
        direction: 'regressed',
        library: 'peft',
        lastGood: '0.18.1',
        firstBad: '0.19.0',
        stage: 'attach',
        symptom: 'not found in the base model',
      },
    ],
    offered: 'peft>=0.20.0',
    unharmed: ['lora/none/mixtral/causal-lm'],
    sources: ['huggingface/peft#3232'],
  },
];
