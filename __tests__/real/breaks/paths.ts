/** Ways by which users come to an adapter: the Trainer, another release, transformers itself. */
import type { KnownBreak } from './known-break.ts';

export const PATHS: readonly KnownBreak[] = [
  {
    // Back: what the newer release saved is read by the older one.
    id: 'older-reader',
    change: 'peft:0.15.2..0.13.0',
    held: ['transformers==4.49.0'],
    cells: 'lora/none/llama/causal-lm',
    expected: [
      {
        cell: 'lora/none/llama/causal-lm',
        direction: 'regressed',
        library: 'peft',
        lastGood: '0.14.0',
        firstBad: '0.13.2',
        stage: 'carry',
        symptom: 'corda_config',
      },
    ],
    offered: 'peft>=0.14.0',
    unharmed: [],
    sources: ['oobabooga/text-generation-webui#6819'],
  },
  {
    // No gradient reaches an adapter behind reentrant checkpointing whose inputs need none.
    id: 'trainer-checkpointing-v5',
    entries: ['trainer-checkpointing'],
    change: 'transformers:4.57.5..5.1.0',
    held: ['peft==0.18.1'],
    cells: 'lora{,+trainer,+trainer+checkpointing,+trainer+checkpointing-direct}/none/llama/causal-lm',
    expected: [
      {
        cell: 'lora+trainer+checkpointing/none/llama/causal-lm',
        direction: 'fixed',
        library: 'transformers',
        lastGood: '4.57.6',
        firstBad: '5.0.0',
        stage: 'train',
        symptom: 'does not require grad',
      },
    ],
    unharmed: ['lora', 'lora+trainer', 'lora+trainer+checkpointing-direct'].map(
      (method) => `${method}/none/llama/causal-lm`,
    ),
    sources: ['our own measurement'],
  },
  {
    // transformers asks for a release of PEFT that there is not.
    id: 'add-adapter-524',
    change: 'transformers:5.22.0..5.24.0',
    held: ['peft==0.21.2'],
    cells: 'lora{,+add-adapter}/none/llama/causal-lm',
    expected: [
      {
        cell: 'lora+add-adapter/none/llama/causal-lm',
        direction: 'regressed',
        library: 'transformers',
        lastGood: '5.23.0',
        firstBad: '5.24.0',
        stage: 'attach',
        symptom: 'please use a version >= 0.22.0',
      },
    ],
    unharmed: ['lora/none/llama/causal-lm'],
    sources: ['our own measurement'],
  },
  {
    // transformers loads adapters by itself, with a function that only newer releases of PEFT have.
    id: 'native-load-56',
    change: 'transformers:5.4.0..5.8.0',
    held: ['peft==0.18.1'],
    cells: 'lora{,+load-adapter}/none/llama/causal-lm',
    expected: [
      {
        cell: 'lora+load-adapter/none/llama/causal-lm',
        direction: 'regressed',
        library: 'transformers',
        lastGood: '5.5.4',
        firstBad: '5.6.0',
        stage: 'reload',
        symptom: 'cannot import name',
      },
    ],
    offered: 'peft>=0.19',
    unharmed: ['lora/none/llama/causal-lm'],
    sources: ['huggingface/transformers#46605'],
  },
  {
    id: 'lora-gc-436',
    change: 'transformers:4.35.2..4.36.2',
    held: ['peft==0.7.1'],
    cells: 'lora{,+checkpointing-reentrant,+checkpointing-direct}/none/codellama/causal-lm',
    search: 'islands',
    expected: [],
    unharmed: ['lora/none/codellama/causal-lm'],
    sources: ['huggingface/transformers#28023', 'huggingface/transformers#28031'],
  },
];
