/** The weights of the tiny checkpoints by name and shape: what of a user's arguments fits them. */
import { z } from 'zod';
import shapes from '../../probe/matrix/shapes.json' with { type: 'json' };
import { own } from './own.ts';

const Shape = z.strictObject({
  hidden: z.int().positive(),
  layers: z.int().positive(),
  vocabulary: z.int().positive(),
  /** Places of a text; absent where their number is open. */
  positions: z.int().positive().optional(),
  /** Layer -> shape of its weight. */
  weights: z.record(z.string(), z.array(z.int().positive())),
});
export type Shape = z.infer<typeof Shape>;

const SHAPES: Readonly<Record<string, Shape>> = z.record(z.string(), Shape).parse(shapes);

export function shapeOf(architecture: string): Shape | undefined {
  return own(SHAPES, architecture);
}

/** The layers that a name means, as PEFT reads it: the whole path, or the end of one. */
export function layersNamed({ weights }: Shape, name: string): readonly string[] {
  return Object.keys(weights).filter((layer) => layer === name || layer.endsWith(`.${name}`));
}

/** The two sides of each matrix among some layers. */
export function sidesOf({ weights }: Shape, layers: readonly string[]): readonly number[] {
  return layers.flatMap((layer) => {
    const [out, into] = weights[layer] ?? [];
    return out === undefined || into === undefined ? [] : [out, into];
  });
}
