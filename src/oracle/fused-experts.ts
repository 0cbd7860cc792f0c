/** LoRA on experts that are one tensor: its matrices hold those of all experts, behind each other and between each other. */
import { type LinearChange, moved, part, requireForm, type Saved } from './formula.ts';
import { loraScale, patterned } from './formulas-low-rank.ts';
import { matmul, matrixOf, reshaped, scaled, slice, stacked, type Tensor, turned } from './tensor.ts';

type Changes = readonly (readonly [module: string, change: LinearChange])[];

const FUSED = /^(.*\.)mlp\.(?:experts(?:\.base_layer)?|gate)$/;

/** The changes by the modules that Mixtral's checkpoint has; undefined for a module that is not fused or renamed. */
export function expertChanges(saved: Saved, change: (saved: Saved) => LinearChange): Changes | undefined {
  const [, path] = FUSED.exec(saved.module) ?? [];
  if (path === undefined || saved.configuration.peft_type !== 'LORA') return undefined;
  if (saved.module.endsWith('.gate')) return [[`${path}block_sparse_moe.gate`, change(saved)]];
  const [first, second] = [part(saved, 'lora_A'), part(saved, 'lora_B')];
  const name = matrixOf(second)[0] > matrixOf(first)[1] ? 'gate_up_proj' : 'down_proj';
  const rank = rankOf(saved, name);
  const count = matrixOf(first)[0] / rank;
  const scale = loraScale({ ...saved, module: `${saved.module}.${name}` }, rank);
  return Array.from({ length: count }, (_, expert) => {
    const own = slice(first, expert * rank, (expert + 1) * rank);
    const delta = scaled(matmul(everyOf(second, expert, count), own), scale);
    return partsOf(delta, name).map(
      ([part, made]) => [`${path}block_sparse_moe.experts.${expert}.${part}`, moved(made)] as const,
    );
  }).flat();
}

function rankOf({ configuration, tensors, module }: Saved, name: string): number {
  const rank = patterned(configuration.rank_pattern, `${module}.${name}`) ?? configuration.r ?? 0;
  const rows = tensors.get('lora_A')?.shape[0] ?? 0;
  requireForm(rank >= 1 && rows % rank === 0, 'LoRA on experts without one rank for all');
  return rank;
}

/** Every n-th column of a matrix, from one on. */
function everyOf(matrix: Tensor, from: number, step: number): Tensor {
  const rows = turned(matrix);
  const count = matrixOf(rows)[0] / step;
  const kept = Array.from({ length: count }, (_, place) => slice(rows, place * step + from, place * step + from + 1));
  return turned(reshaped(stacked(kept), count, matrixOf(rows)[1]));
}

/** What opens stands before what goes up. */
function partsOf(delta: Tensor, name: string): readonly (readonly [string, Tensor])[] {
  const rows = matrixOf(delta)[0];
  if (name === 'down_proj') return [['w2', delta]];
  return [
    ['w1', slice(delta, 0, rows / 2)],
    ['w3', slice(delta, rows / 2, rows)],
  ];
}
