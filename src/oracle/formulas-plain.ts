/** Methods that save what takes a weight's place, single entries of it, or a bias. */
import { type LinearChange, movedBy, part, requireForm, type Saved, withBias } from './formula.ts';
import { added, ShapeError, scaled, type Tensor, tensor } from './tensor.ts';

/** Zhao and others 2023 (LN tuning): a norm of its own. */
export function normTuning(saved: Saved): LinearChange {
  const own = part(saved, 'ln_tuning_layers');
  const bias = saved.tensors.get('ln_tuning_layers.bias');
  return (base, departure) => ({
    weight: between(base.weight, own, departure.share),
    bias: bias === undefined ? base.bias : between(base.bias, bias, departure.share),
  });
}

function between(from: Tensor, to: Tensor, share = 1): Tensor {
  return share === 1 ? to : added(from, scaled(added(to, scaled(from, -1)), share));
}

/** Bhardwaj and others 2024 (SHiRA): some entries of a weight, the places of which are saved beside them. */
export function shira(saved: Saved): LinearChange {
  const [entries, places] = [part(saved, 'shira_weight').values, part(saved, 'shira_indices').values];
  return movedBy(({ weight }) => {
    const [, columns = 0] = weight.shape;
    const values = new Float32Array(weight.values.length);
    for (const [index, entry] of entries.entries()) {
      const place = (places[index] ?? 0) * columns + (places[entries.length + index] ?? 0);
      if (!(place >= 0 && place < values.length)) throw new ShapeError('an entry lies outside of its weight');
      values[place] = (values[place] ?? 0) + entry;
    }
    return tensor(weight.shape, values);
  });
}

/** Bhattacharyya and others 2025 (BEFT): a sum for the bias. */
export function beft(saved: Saved): LinearChange {
  const { values } = part(saved, 'beft_bias');
  return withBias((base) => base, tensor([values.length], values));
}

/** Supertuning: some entries of a weight, by their place in it read row by row. */
export function supertuning(saved: Saved): LinearChange {
  const { r } = saved.configuration;
  requireForm((r ?? 0) === 0, 'supertuning with LoRA beside it');
  const [entries, places] = [part(saved, 'supertuning_values').values, part(saved, 'supertuning_indices').values];
  return movedBy(({ weight }) => {
    const values = new Float32Array(weight.values.length);
    for (const [index, entry] of entries.entries()) {
      const place = places[index] ?? -1;
      if (!(place >= 0 && place < values.length)) throw new ShapeError('an entry lies outside of its weight');
      values[place] = (values[place] ?? 0) + entry;
    }
    return tensor(weight.shape, values);
  });
}
