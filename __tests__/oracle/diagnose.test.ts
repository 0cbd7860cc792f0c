/** @jest-environment ./__tests__/factories/native-arrays.mjs */
import { describe, expect, it } from '@jest/globals';
import { BAND } from '../../src/oracle/bands.ts';
import type { Evidence } from '../../src/oracle/evidence.ts';
import { logitsDistance } from '../../src/oracle/examine.ts';
import { forward, prepared, realPlaces } from '../../src/oracle/forward.ts';
import { hypothesesFor } from '../../src/oracle/hypotheses.ts';
import type { Hypothesis } from '../../src/oracle/hypothesis.ts';
import { mapped } from '../../src/oracle/tensor.ts';
import { verdictOn } from '../../src/oracle/verdict.ts';
import { damagedCells, recorded, runtime } from '../factories/oracle.ts';

const run = runtime();

/** Each hypothesis is tried with all before it, so the cells with many are left to the recorded defects. */
const FEW = ['prefix-tuning/none/llama/causal-lm', 'base/none/bert/seq-cls'];

describe('a cell that computes something else', () => {
  it.each(damagedCells())('%s: %s', async (_, says, evidence) => {
    expect(await verdictOn(run, evidence())).toMatchObject({ kind: 'disagrees', says });
  });

  it('is told with its distance where nothing explains it', async () => {
    const evidence = recorded('base/none/llama/causal-lm');
    const logits = mapped(evidence.logits, (number, index) => number + Math.sin(index));
    const verdict = await verdictOn(run, { ...evidence, logits });
    expect(verdict).toEqual({ kind: 'disagrees', where: 'logits', distance: expect.closeTo(1, 2), band: BAND });
  });

  it('is not told where its numbers are within the band', async () => {
    const evidence = recorded('base/none/llama/causal-lm');
    const logits = mapped(evidence.logits, (number, index) => number + (Math.sin(index) * BAND) / 2);
    expect(await verdictOn(run, { ...evidence, logits })).toMatchObject({ kind: 'agrees' });
  });
});

describe('every hypothesis', () => {
  it.each(FEW)('is told by its sentence, or by one that stands for the same numbers: %s', async (cell) => {
    const evidence = recorded(cell);
    let told = 0;
    for (const hypothesis of hypothesesFor(evidence.model)) {
      const logits = await logitsWith(evidence, hypothesis);
      if (
        logits === undefined ||
        (await logitsDistance(run, { ...evidence, logits }, prepared(evidence.model))) <= BAND
      )
        continue;
      told += 1;
      const verdict = await verdictOn(run, { ...evidence, logits });
      const says = verdict.kind === 'disagrees' ? verdict.says : verdict.but;
      if (says !== hypothesis.says) await expectSameNumbers({ ...evidence, logits }, says);
    }
    expect(told).toBeGreaterThan(5);
  });
});

async function logitsWith(evidence: Evidence, { departure }: Hypothesis): Promise<Evidence['logits'] | undefined> {
  try {
    const made = await forward(run, prepared(evidence.model, departure), evidence.text);
    return evidence.model.task === 'seq-cls' ? made : realPlaces(made, evidence.text.mask);
  } catch {
    return undefined; // Shapes that do not fit: this cell cannot be wrong in that way.
  }
}

async function expectSameNumbers(evidence: Evidence, says: string | undefined): Promise<void> {
  const other = hypothesesFor(evidence.model).find((hypothesis) => hypothesis.says === says);
  expect(other).toBeDefined();
  const distance = await logitsDistance(run, evidence, prepared(evidence.model, other?.departure));
  expect(distance).toBeLessThanOrEqual(BAND);
}
