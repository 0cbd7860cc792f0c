import { describe, expect, it } from '@jest/globals';
import { replacedLine } from '../../src/report/replaced.ts';
import { report } from '../factories/report.ts';

const OUT = 'peft-sweep-out';
const CHANGE = { library: 'transformers', from: '4.55.4', to: '4.57.6', kind: 'minor' as const };

function earlier(changes: readonly (typeof CHANGE)[], held: Readonly<Record<string, string>>) {
  const made = report({ changes: [...changes] });
  return { ...made, run: { ...made.run, held } };
}

describe('a report that stands where another one will be written', () => {
  const SWEEP = earlier([CHANGE], { peft: '0.17.1', torch: '2.4.1' });

  it('is no news where it answers the same question, whatever the order of what is held', () => {
    expect(replacedLine(SWEEP, { changes: [CHANGE], held: { torch: '2.4.1', peft: '0.17.1' } }, OUT)).toBeUndefined();
  });

  it.each([
    ['other releases', { changes: [{ ...CHANGE, to: '4.56.0' }], held: SWEEP.run.held }],
    ['another library', { changes: [{ ...CHANGE, library: 'peft' }], held: SWEEP.run.held }],
    ['another version held', { changes: [CHANGE], held: { ...SWEEP.run.held, peft: '0.18.0' } }],
    ['one version more', { changes: [CHANGE], held: { ...SWEEP.run.held, accelerate: '1.0.0' } }],
    ['a check', { changes: [], held: SWEEP.run.held }],
  ])('is named, with the way to keep it, where %s is asked for', (_what, asked) => {
    expect(replacedLine(SWEEP, asked, OUT)).toBe(
      'This replaces the report of transformers 4.55.4 -> 4.57.6 in peft-sweep-out; --out DIR keeps it.',
    );
  });

  it('is named by what it held where it was a check', () => {
    const check = earlier([], { transformers: '4.57.6', peft: '0.18.1' });
    expect(replacedLine(check, { changes: [CHANGE], held: {} }, 'a\u001b[2Jfolder')).toMatch(
      /^This replaces the report of a check of transformers 4\.57\.6 peft 0\.18\.1 in a.*folder; --out DIR keeps it\.$/,
    );
    expect(replacedLine(check, { changes: [CHANGE], held: {} }, 'a\u001b[2Jfolder')).not.toContain('\u001b');
  });
});
