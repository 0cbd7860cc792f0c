/** Sequence and token classifiers. */
import type { KnownBreak } from './known-break.ts';

export const CLASSIFIERS: readonly KnownBreak[] = [
  {
    id: 'seqcls-head-silent',
    change: 'peft:0.14.0..0.16.0',
    held: ['transformers==4.49.0'],
    cells: '{lora,prompt-tuning,p-tuning}/none/{bert,llama}/seq-cls',
    expected: ['prompt-tuning', 'p-tuning'].flatMap((method) =>
      ['bert', 'llama'].map((architecture) => ({
        cell: `${method}/none/${architecture}/seq-cls`,
        direction: 'degraded',
        library: 'peft',
        lastGood: '0.14.0',
        firstBad: '0.15.2',
        stage: 'train',
        symptom: 'head',
      })),
    ),
    unharmed: ['lora/none/bert/seq-cls', 'lora/none/llama/seq-cls'],
    sources: ['huggingface/peft#2646'],
    inCi: true,
  },
  {
    id: 'seqcls-lowcpu-013',
    change: 'peft:0.9.0..0.13.2',
    held: ['transformers==4.45.2'],
    cells: '{lora,prompt-tuning,prefix-tuning}/none/bert/seq-cls',
    expected: ['prompt-tuning', 'prefix-tuning'].map((method) => ({
      cell: `${method}/none/bert/seq-cls`,
      direction: 'regressed',
      library: 'peft',
      lastGood: '0.12.0',
      firstBad: '0.13.0',
      stage: 'attach',
      symptom: 'low_cpu_mem_usage',
    })),
    unharmed: ['lora/none/bert/seq-cls'],
    sources: ['huggingface/peft#1961', 'huggingface/peft#2156'],
  },
  {
    // Silent: the last token of a row is found by its ids, and PEFT hands embeddings. No release is known that does not.
    id: 'prompts-right-padded',
    entries: [],
    change: 'transformers:4.57.5..4.57.6',
    held: ['peft==0.18.1'],
    cells: '{lora,prompt-tuning,p-tuning}/none/llama/seq-cls',
    expected: [],
    still: ['prompt-tuning', 'p-tuning'].map((method) => ({
      cell: `${method}/none/llama/seq-cls`,
      symptom: 'logits of rows that are padded on the right, and of the same rows without padding',
    })),
    unharmed: ['lora/none/llama/seq-cls'],
    sources: ['our own measurement'],
  },
];
