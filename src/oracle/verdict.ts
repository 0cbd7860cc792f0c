/** What the oracle says of a cell. */
import type { OracleAnswer } from '../domain/oracle-answer.ts';
import { BAND } from './bands.ts';
import type { Departure } from './departure.ts';
import { diagnoseLogits, diagnoseTokens } from './diagnose.ts';
import type { Evidence } from './evidence.ts';
import { generatedGap, logitsDistance } from './examine.ts';
import { type Prepared, prepared, type Runtime } from './forward.ts';

export type Verdict = Extract<OracleAnswer, { kind: 'agrees' | 'disagrees' }>;

interface Definition {
  readonly departure: Departure;
  readonly but?: string;
}

export async function verdictOn(runtime: Runtime, evidence: Evidence): Promise<Verdict> {
  const definitions = definitionsOf(evidence);
  const { nearest, ready, distance } = await nearestOf(definitions, runtime, evidence);
  if (distance > BAND) {
    const bases = definitions.map(({ departure }) => departure);
    const found = await diagnoseLogits(runtime, evidence, bases);
    return { kind: 'disagrees', distance, band: BAND, where: 'logits', ...found };
  }
  const { generated } = evidence;
  const gap = generated === undefined ? 0 : await generatedGap(runtime, generated, ready);
  if (gap > BAND) {
    const found = await diagnoseTokens(runtime, evidence, nearest.departure);
    return { kind: 'disagrees', distance: gap, band: BAND, where: 'tokens', ...found };
  }
  return nearest.but === undefined ? { kind: 'agrees', distance } : { kind: 'agrees', distance, but: nearest.but };
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
