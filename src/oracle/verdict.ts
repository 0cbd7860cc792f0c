/** What the oracle says of a cell. */
import type { OracleAnswer } from '../domain/oracle-answer.ts';
import { BAND, MOST_ROUNDING } from './bands.ts';
import { both, type Departure } from './departure.ts';
import { diagnoseLogits, diagnoseTokens } from './diagnose.ts';
import type { Evidence } from './evidence.ts';
import { generatedGap, logitsDistance } from './examine.ts';
import { requireForm } from './formula.ts';
import { forward, type Prepared, prepared, type Runtime } from './forward.ts';
import { isDecomposed } from './residual.ts';
import { distance as distanceOf } from './tensor.ts';

export type Verdict = Extract<OracleAnswer, { kind: 'agrees' | 'disagrees' }>;

interface Definition {
  readonly departure: Departure;
  readonly but?: string;
}

export async function verdictOn(runtime: Runtime, evidence: Evidence): Promise<Verdict> {
  const definitions = definitionsOf(evidence);
  const { nearest, ready, distance } = await nearestOf(definitions, runtime, evidence);
  const band = distance <= BAND ? BAND : await bandOf(runtime, evidence, ready);
  if (distance > band) {
    const bases = definitions.map(({ departure }) => departure);
    const found = await diagnoseLogits(runtime, evidence, bases, band);
    return { kind: 'disagrees', distance, band, where: 'logits', ...found };
  }
  const { generated } = evidence;
  const gap = generated === undefined ? 0 : await generatedGap(runtime, generated, ready);
  if (gap > band) {
    const found = await diagnoseTokens(runtime, evidence, nearest.departure, band);
    return { kind: 'disagrees', distance: gap, band, where: 'tokens', ...found };
  }
  return nearest.but === undefined ? { kind: 'agrees', distance } : { kind: 'agrees', distance, but: nearest.but };
}

/** Where a weight was decomposed in 32 bit: wider by what another rounding would have made of these very logits. */
async function bandOf(runtime: Runtime, { model, text }: Evidence, ready: Prepared): Promise<number> {
  if (model.adapter === undefined || !isDecomposed(model.adapter.configuration)) return BAND;
  const other = prepared(model, both(ready.departure, { rounded: true }));
  const rounding = distanceOf(await forward(runtime, ready, text), await forward(runtime, other, text));
  requireForm(rounding <= MOST_ROUNDING, 'a weight whose singular values are too close to be told apart');
  return BAND + rounding;
}

/** An architecture can have another form that is in use and known. */
function definitionsOf({ model }: Evidence): readonly Definition[] {
  const forms = model.architecture.alsoInUse ?? [];
  return [{ departure: {} }, ...forms.map(({ shape, but }) => ({ departure: { shape: () => shape }, but }))];
}

interface Nearest {
  readonly nearest: Definition;
  readonly ready: Prepared;
  readonly distance: number;
}

/** The first definition within the band, else the nearest. */
async function nearestOf(definitions: readonly Definition[], runtime: Runtime, evidence: Evidence): Promise<Nearest> {
  let best: Nearest | undefined;
  for (const nearest of definitions) {
    const ready = prepared(evidence.model, nearest.departure);
    const distance = await logitsDistance(runtime, evidence, ready);
    if (best === undefined || distance < best.distance) best = { nearest, ready, distance };
    if (distance <= BAND) break;
  }
  if (best === undefined) throw new Error('An architecture has at least its definition.');
  return best;
}
