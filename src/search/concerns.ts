import type { Concern } from './concern.ts';
import { boundary } from './concerns/boundary.ts';
import { ends } from './concerns/ends.ts';
import { heldBack } from './concerns/held-back.ts';
import { hold } from './concerns/hold.ts';
import { partner } from './concerns/partner.ts';
import { partnerEverywhere } from './concerns/partner-everywhere.ts';
import { repeat } from './concerns/repeat.ts';
import { otherSamples, samples } from './concerns/samples.ts';
import { together } from './concerns/together.ts';
import { workaround } from './concerns/workaround.ts';

/** In the order of their worth: a later one asks when the earlier ones have nothing left to ask. */
export const CONCERNS: readonly Concern[] = [
  ends,
  together,
  samples,
  boundary,
  repeat,
  workaround,
  hold,
  partner,
  partnerEverywhere,
  heldBack,
  otherSamples,
];
