/** What models do that take pictures, with text alone. */
import type { KnownBreak } from './known-break.ts';

export const PICTURES: readonly KnownBreak[] = [
  {
    id: 'gemma3-token-types',
    change: 'transformers:4.57.6..5.5.4',
    held: ['peft==0.18.1'],
    cells: '{base,lora}/none/{gemma3,llava}/text-only',
    expected: [
      {
        // The model alone breaks, so the boundary is its control's.
        cell: 'base/none/gemma3/text-only',
        direction: 'regressed',
        library: 'transformers',
        lastGood: '4.57.6',
        firstBad: '5.0.0',
        stage: 'train',
        symptom: '`token_type_ids` is required as a model input when training',
      },
    ],
    offered: 'transformers>=5.6.0',
    unharmed: ['lora/none/llava/text-only'],
    sources: ['huggingface/trl#5807'],
  },
  {
    id: 'vlm-keys-452',
    change: 'transformers:4.51.3..4.52.1',
    held: ['peft==0.15.2'],
    cells: 'lora/none/{llava,qwen2_5_vl,llama}/{text-only,causal-lm}',
    expected: ['llava', 'qwen2_5_vl'].map((architecture) => ({
      cell: `lora/none/${architecture}/text-only`,
      direction: 'degraded' as const,
      library: 'transformers',
      lastGood: '4.51.3',
      firstBad: '4.52.1',
      stage: 'carry',
      symptom: 'logits of the adapter that the base environment saved',
    })),
    offered: 'peft>=0.16.0',
    unharmed: ['lora/none/llama/causal-lm'],
    sources: ['huggingface/peft#2574', 'huggingface/transformers#38927'],
  },
];
