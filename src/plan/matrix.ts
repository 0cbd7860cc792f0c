/**
 * The axes of the matrix, as far as planning needs them. The probe's tables (probe/peft_probe) hold the same names with
 * what it takes to run them; a contract test keeps the two alike.
 */
import { type Cell, CONTROL } from '../domain/cell.ts';

export const METHODS = [
  CONTROL,
  'lora',
  'lora+dora',
  'lora+all-linear',
  'lora+defaults',
  'ia3',
  'ia3+defaults',
  'adalora',
  'adalora+defaults',
  'prompt-tuning',
  'prefix-tuning',
  'p-tuning',
  'adaption-prompt',
] as const;

export interface Quantization {
  /** What an environment must hold besides the libraries that every cell needs. */
  readonly packages: readonly string[];
  /** Storage of one quantized weight, in bytes; unquantized weights are counted as 16-bit. */
  readonly bytesPerWeight: number;
}

export const QUANTIZATIONS: Readonly<Record<string, Quantization>> = {
  none: { packages: [], bytesPerWeight: 2 },
  'bnb-int8': { packages: ['bitsandbytes'], bytesPerWeight: 1 },
  'bnb-nf4': { packages: ['bitsandbytes'], bytesPerWeight: 0.5 },
};

/** Architecture -> the tasks that its checkpoint can be loaded for. */
export const ARCHITECTURES: Readonly<Record<string, readonly string[]>> = {
  llama: ['causal-lm', 'seq-cls'],
  qwen2: ['causal-lm', 'seq-cls'],
  mistral: ['causal-lm', 'seq-cls'],
  gemma2: ['causal-lm', 'seq-cls'],
  mixtral: ['causal-lm'],
  opt: ['causal-lm'],
  gpt2: ['causal-lm'],
  gpt_bigcode: ['causal-lm'],
  t5: ['seq2seq-lm'],
  bert: ['seq-cls', 'token-cls'],
};

export const TASKS = ['causal-lm', 'seq-cls', 'token-cls', 'seq2seq-lm'] as const;

export const DEFAULT_PATTERNS = [
  '{lora,ia3,prompt-tuning,p-tuning,prefix-tuning}/{none,bnb-nf4}/{llama,qwen2}/causal-lm',
  'lora/none/{gemma2,mixtral}/causal-lm',
  '{lora,prompt-tuning}/none/bert/seq-cls',
] as const;

/** Methods that are tried in place of one that fails, most used first. */
export const ALTERNATIVES = ['lora', 'ia3', 'prompt-tuning', 'p-tuning', 'prefix-tuning'] as const;

export function packagesOf(quantization: string): readonly string[] {
  return QUANTIZATIONS[quantization]?.packages ?? [];
}

/** Every cell of the matrix, method by method. */
export function allCells(): readonly Cell[] {
  const cells: Cell[] = [];
  for (const [architecture, tasks] of Object.entries(ARCHITECTURES))
    for (const task of tasks)
      for (const quantization of Object.keys(QUANTIZATIONS))
        for (const method of METHODS) cells.push({ method, quantization, architecture, task });
  return cells;
}
