/** Releases that cannot be imported together. */
import type { KnownBreak } from './known-break.ts';

export const IMPORTS: readonly KnownBreak[] = [
  {
    id: 'hybridcache-import',
    change: 'transformers:4.57.1..5.4.0',
    held: ['peft==0.17.1'],
    cells: 'lora/none/llama/causal-lm',
    expected: [
      {
        cell: 'lora/none/llama/causal-lm',
        direction: 'regressed',
        library: 'transformers',
        lastGood: '4.57.6',
        firstBad: '5.0.0',
        stage: 'import',
        symptom: 'HybridCache',
      },
    ],
    unharmed: [],
    sources: ['huggingface/peft#2735', 'huggingface/peft#3333'],
  },
  {
    id: 'peft014-old-transformers',
    change: 'peft:0.10.0..0.17.0',
    held: ['transformers==4.41.2'],
    cells: '{lora,ia3}/none/llama/causal-lm',
    expected: ['lora', 'ia3'].map((method) => ({
      cell: `${method}/none/llama/causal-lm`,
      direction: 'regressed',
      library: 'peft',
      lastGood: '0.13.2',
      firstBad: '0.14.0',
      stage: 'import',
      symptom: 'EncoderDecoderCache',
    })),
    unharmed: [],
    sources: ['haotian-liu/LLaVA#1794', 'huggingface/peft#2362'],
  },
  {
    id: 'accelerate-helper',
    change: 'peft:0.14.0..0.15.2',
    held: ['accelerate==0.31.0', 'transformers==4.44.2'],
    cells: 'lora/none/llama/causal-lm',
    expected: [
      {
        cell: 'lora/none/llama/causal-lm',
        direction: 'regressed',
        library: 'peft',
        lastGood: '0.14.0',
        firstBad: '0.15.0',
        stage: 'import',
        symptom: 'accelerate.utils.memory',
      },
    ],
    unharmed: [],
    offered: 'accelerate>=',
    sources: ['nullquant/ComfyUI-BrushNet#183'],
  },
  {
    id: 'hub-errors',
    change: 'peft:0.12.0..0.13.0',
    held: ['huggingface_hub==0.19.4', 'transformers==4.37.2', 'accelerate==0.26.1'],
    cells: '{lora,ia3}/none/llama/causal-lm',
    expected: ['lora', 'ia3'].map((method) => ({
      cell: `${method}/none/llama/causal-lm`,
      direction: 'regressed',
      library: 'peft',
      lastGood: '0.12.0',
      firstBad: '0.13.0',
      stage: 'import',
      symptom: 'huggingface_hub.errors',
    })),
    unharmed: [],
    sources: ['huggingface/peft#2116'],
  },
];
