/**
 * What the seed of this project reports: prefix tuning raises on CodeLlama, in training between two patch releases and
 * without the cache over a long range; LoRA, IA3 and prompt tuning go on.
 */
import type { ExpectedBoundary, KnownBreak } from './known-break.ts';

const SOURCES = ['huggingface/peft#2035', 'meta-llama/llama-cookbook#359', 'huggingface/peft#869'];

/** In training, with the cache: an island. */
const TRAINING: ExpectedBoundary = {
  cell: 'prefix-tuning/none/codellama/causal-lm',
  direction: 'regressed',
  library: 'transformers',
  lastGood: '4.43.1',
  firstBad: '4.43.2',
  firstFixed: '4.45.0',
  stage: 'train',
  symptom: "'tuple' object has no attribute 'get_seq_length'",
};

const WITHOUT_CACHE: ExpectedBoundary = {
  cell: 'prefix-tuning+no-cache/none/codellama/causal-lm',
  direction: 'regressed',
  library: 'transformers',
  lastGood: '4.35.2',
  firstBad: '4.36.0',
  stage: 'forward',
  // The same tuple raises three ways: for its length here, for `update` from 4.38 on, for `get_seq_length` from 4.41 on.
  symptom: 'The size of tensor a (16) must match the size of tensor b (12)',
};

export const SEED: readonly KnownBreak[] = [
  {
    id: 'seed-2035-training',
    change: 'transformers:4.43.1..4.45.0',
    held: ['peft==0.12.0'],
    cells: '{lora,ia3,prompt-tuning,prefix-tuning}/none/codellama/causal-lm',
    search: 'islands',
    expected: [TRAINING],
    unharmed: ['lora', 'ia3'].map((method) => `${method}/none/codellama/causal-lm`),
    sources: SOURCES,
  },
  {
    id: 'seed-2035-nocache',
    change: 'transformers:4.35.2..4.44.2',
    held: ['peft==0.12.0'],
    cells: '{lora,prefix-tuning+no-cache}/none/codellama/causal-lm',
    expected: [WITHOUT_CACHE],
    environments: 24,
    offered: 'peft>=0.14.0',
    unharmed: ['lora/none/codellama/causal-lm'],
    sources: SOURCES,
  },
  {
    id: 'seed-whole-range',
    entries: [],
    change: 'transformers:4.35.2..4.47.1',
    held: ['peft==0.12.0'],
    cells: '{lora,ia3,prompt-tuning,prefix-tuning,prefix-tuning+no-cache}/none/codellama/causal-lm',
    search: 'islands',
    environments: 40,
    expected: [WITHOUT_CACHE, TRAINING],
    unharmed: ['lora', 'ia3'].map((method) => `${method}/none/codellama/causal-lm`),
    sources: SOURCES,
  },
];
