/** What can be wrong with the virtual tokens of prompt tuning and P-tuning. */
import type { Positions } from './departure.ts';
import type { Hypotheses } from './hypothesis.ts';
import { roundedToBrain } from './places.ts';
import { filled, reshaped, scaled, slice, stacked, type Tensor } from './tensor.ts';

export const VIRTUAL_HYPOTHESES: Hypotheses = (model) => {
  const count = model.adapter?.virtual?.shape[0];
  if (count === undefined) return [];
  const restart: Positions = (positions) =>
    positions.map((position, place) => (place < count ? position : position - count));
  const scale = (factor: number) => (tokens: Tensor) => scaled(tokens, factor);
  return [
    { says: 'The virtual tokens are ignored.', departure: { virtual: () => filled([0, model.shape.width], 0) } },
    {
      says: 'The virtual tokens are there and masked, so that nothing sees them.',
      departure: { mask: 'virtual-unseen' as const },
    },
    { says: 'The virtual tokens are in reverse order.', departure: { virtual: reversed } },
    {
      says: 'The virtual tokens stand behind the text, not before it.',
      departure: { virtualPlace: 'behind' as const },
    },
    { says: 'Positions begin again at 0 behind the virtual tokens.', departure: { positions: restart } },
    { says: 'The virtual tokens are rounded to bfloat16.', departure: { virtual: roundedToBrain } },
    { says: 'The first virtual token is lost.', departure: { virtual: (tokens: Tensor) => slice(tokens, 1, count) } },
    {
      says: 'The last virtual token is lost.',
      departure: { virtual: (tokens: Tensor) => slice(tokens, 0, count - 1) },
    },
    { says: 'All virtual tokens are the first one.', departure: { virtual: repeatedFirst } },
    {
      says: 'The virtual tokens are put in twice.',
      departure: { virtual: (tokens: Tensor) => stacked([tokens, tokens]) },
    },
    { says: 'The virtual tokens are zero.', departure: { virtual: scale(0) } },
    { says: 'The virtual tokens are put in at half their size.', departure: { virtual: scale(0.5) } },
    { says: 'The virtual tokens are put in at twice their size.', departure: { virtual: scale(2) } },
  ];
};

function reversed(tokens: Tensor): Tensor {
  const count = tokens.shape[0] ?? 0;
  return stacked(Array.from({ length: count }, (_, token) => slice(tokens, count - 1 - token, count - token)));
}

function repeatedFirst(tokens: Tensor): Tensor {
  const count = tokens.shape[0] ?? 0;
  return reshaped(stacked(Array.from({ length: count }, () => slice(tokens, 0, 1))), ...tokens.shape);
}
