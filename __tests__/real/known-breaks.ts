/**
 * Real incompatibilities, replayed end to end against the real index. Boundaries and symptoms are from the sources
 * named and from our own measurements; docs/measurements.md says where the two differ.
 */
export interface KnownBreak {
  readonly id: string;
  readonly change: string;
  readonly held: readonly string[];
  readonly cells: string;
  readonly expected: readonly {
    readonly cell: string;
    readonly direction: 'regressed' | 'degraded' | 'fixed';
    readonly library: string;
    readonly lastGood: string;
    readonly firstBad: string;
    readonly stage: string;
    readonly symptom: string;
  }[];
  /** How the way out that is offered first begins, where one way is right. */
  readonly offered?: string;
  /** A sentence that the report says. */
  readonly says?: string;
  /** Cells that must not get worse. */
  readonly unharmed: readonly string[];
  readonly sources: readonly string[];
  /** Replayed by CI; the others by `npm run test:real` alone. */
  readonly inCi?: boolean;
}

export const KNOWN_BREAKS: readonly KnownBreak[] = [
  {
    id: 'prefix-from-legacy-v5',
    change: 'transformers:4.57.1..5.4.0',
    held: ['peft==0.15.2'],
    cells: '{lora,prefix-tuning}/none/{llama,gemma2}/causal-lm',
    expected: ['llama', 'gemma2'].map((architecture) => ({
      cell: `prefix-tuning/none/${architecture}/causal-lm`,
      direction: 'regressed',
      library: 'transformers',
      lastGood: '4.57.6',
      firstBad: '5.0.0',
      stage: 'forward',
      symptom: 'from_legacy_cache',
    })),
    unharmed: ['lora/none/llama/causal-lm', 'lora/none/gemma2/causal-lm'],
    sources: ['huggingface/peft#2767', 'huggingface/transformers#48479'],
    inCi: true,
  },
  {
    id: 'promptgen-silent-012',
    change: 'transformers:4.53.1..4.57.6',
    held: ['peft==0.13.2'],
    cells: '{lora,prompt-tuning,p-tuning}/none/{llama,mixtral}/causal-lm',
    expected: ['prompt-tuning', 'p-tuning'].flatMap((method) =>
      ['llama', 'mixtral'].map((architecture) => ({
        cell: `${method}/none/${architecture}/causal-lm`,
        direction: 'degraded',
        library: 'transformers',
        lastGood: '4.55.4',
        firstBad: '4.56.0',
        stage: 'generate',
        symptom: 'cached greedy tokens are not the argmax',
      })),
    ),
    unharmed: ['lora/none/llama/causal-lm', 'lora/none/mixtral/causal-lm'],
    sources: [
      'huggingface/peft#2123',
      'huggingface/peft#2043',
      'huggingface/peft#2096',
      'our own measurement of the boundary',
    ],
    inCi: true,
  },
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
    id: 'prefix-gptbigcode',
    change: 'transformers:4.52.1..4.55.4',
    held: ['peft==0.16.0'],
    cells: '{lora,prefix-tuning}/none/gpt_bigcode/causal-lm',
    expected: [
      {
        cell: 'prefix-tuning/none/gpt_bigcode/causal-lm',
        direction: 'regressed',
        library: 'transformers',
        lastGood: '4.53.3',
        firstBad: '4.54.0',
        stage: 'forward',
        symptom: 'Tensors must have same number of dimensions',
      },
    ],
    unharmed: ['lora/none/gpt_bigcode/causal-lm'],
    sources: ['huggingface/peft#2662', 'huggingface/transformers#38635'],
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
    id: 'prefix-tuple',
    change: 'peft:0.9.0..0.17.1',
    held: ['transformers==4.57.6'],
    cells: '{lora,prefix-tuning}/none/{llama,gpt2}/causal-lm',
    expected: [
      {
        cell: 'prefix-tuning/none/llama/causal-lm',
        direction: 'fixed',
        library: 'peft',
        lastGood: '0.13.2',
        firstBad: '0.14.0',
        stage: 'forward',
        symptom: 'get_seq_length',
      },
    ],
    unharmed: ['lora/none/llama/causal-lm', 'lora/none/gpt2/causal-lm', 'prefix-tuning/none/gpt2/causal-lm'],
    sources: ['huggingface/peft#2096', 'huggingface/peft#869'],
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
    // Silent, and two defects: one for prompts, one for prefixes.
    id: 'cache-argument-524',
    change: 'transformers:5.23.0..5.24.0',
    held: ['peft==0.21.2'],
    cells: '{lora,prompt-tuning,prefix-tuning}/none/llama/causal-lm',
    expected: (
      [
        ['prompt-tuning', 'the virtual tokens are put in again at each step'],
        ['prefix-tuning', 'The prefix is ignored'],
      ] as const
    ).map(([method, symptom]) => ({
      cell: `${method}/none/llama/causal-lm`,
      direction: 'degraded',
      library: 'transformers',
      lastGood: '5.23.0',
      firstBad: '5.24.0',
      stage: 'generate',
      symptom,
    })),
    says: 'you would find out after the fine-tune',
    offered: 'transformers<5.24.0',
    unharmed: ['lora/none/llama/causal-lm'],
    sources: ['our own measurement'],
  },
  {
    id: 'prompt-524-cache-name',
    change: 'transformers:5.23.0..5.24.0',
    held: ['peft==0.21.2'],
    cells: '{lora,prompt-tuning}/none/llama/causal-lm',
    expected: [
      {
        cell: 'prompt-tuning/none/llama/causal-lm',
        direction: 'degraded',
        library: 'transformers',
        lastGood: '5.23.0',
        firstBad: '5.24.0',
        stage: 'generate',
        symptom: 'cached greedy tokens are not the argmax',
      },
    ],
    unharmed: ['lora/none/llama/causal-lm'],
    sources: ['our own measurement'],
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
    // No gradient reaches an adapter behind reentrant checkpointing whose inputs need none.
    id: 'trainer-checkpointing-v5',
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
];
