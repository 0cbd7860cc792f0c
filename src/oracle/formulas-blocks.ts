/** Methods that multiply a weight place by place, or add thin products block by block. Weights lie as [out, in]. */
import { type LinearChange, moved, movedBy, part, requireForm, type Saved } from './formula.ts';
import { added, matmul, product, reshaped, room, scaled, type Tensor, tensor } from './tensor.ts';

/** Huang and others 2025 (HiRA): W + W * (B A). */
export function hira(saved: Saved): LinearChange {
  const factors = matmul(part(saved, 'hira_B'), part(saved, 'hira_A'));
  return movedBy(({ weight }) => product(weight, factors));
}

/** Jung and others 2025 (GraLoRA): blocks of inputs and outputs, each pair with a thin product of its own. */
export function gralora(saved: Saved): LinearChange {
  const [a, b] = [part(saved, 'gralora_A'), part(saved, 'gralora_B')];
  const { alpha, hybrid_r, r } = saved.configuration;
  requireForm((hybrid_r ?? 0) === 0, 'GraLoRA with LoRA beside it');
  const rank = a.shape[2] ?? 1;
  return moved(scaled(blocksOf(a, b), (alpha ?? rank) / (r ?? rank)));
}

/** A [blocks, inputs of one, rank] and B [blocks, rank, outputs of one]: of a block's rank each other block gets its part. */
function blocksOf(a: Tensor, b: Tensor): Tensor {
  const [blocks = 0, wide = 0, rank = 0] = a.shape;
  const high = b.shape[2] ?? 0;
  const own = rank / blocks;
  const values = room([blocks * high, blocks * wide]);
  for (let row = 0; row < blocks * high; row += 1)
    for (let column = 0; column < blocks * wide; column += 1) {
      const [to, from] = [Math.floor(row / high), Math.floor(column / wide)];
      let sum = 0;
      for (let place = 0; place < own; place += 1)
        sum +=
          (a.values[(from * wide + (column % wide)) * rank + to * own + place] ?? 0) *
          (b.values[(to * rank + from * own + place) * high + (row % high)] ?? 0);
      values[row * blocks * wide + column] = sum;
    }
  return tensor([blocks * high, blocks * wide], values);
}

/** Chavan and others 2023 (GLoRA): W + W * A + B, and b + b * D + E + W C. */
export function glora(saved: Saved): LinearChange {
  const [a, b] = (['A', 'B'] as const).map((name) =>
    matmul(part(saved, `glora_${name}.Xd`), part(saved, `glora_${name}.Xu`)),
  );
  const [c, d, e] = (['C', 'D', 'E'] as const).map((name) => vectorOf(saved, name));
  return (base, { share = 1 }) => {
    if (a === undefined || b === undefined || c === undefined || d === undefined || e === undefined) return base;
    const column = matmul(base.weight, reshaped(c, c.values.length, 1));
    const bias = added(added(product(base.bias, d), e), reshaped(column, column.values.length));
    return {
      weight: added(base.weight, scaled(added(product(base.weight, a), b), share)),
      bias: added(base.bias, scaled(bias, share)),
    };
  };
}

/** Zeros where the path is left out. */
function vectorOf(saved: Saved, name: string): Tensor {
  const { values } = saved.tensors.get(`glora_${name}.X`) ?? part(saved, `glora_${name}.zeros`);
  return tensor([values.length], values);
}
