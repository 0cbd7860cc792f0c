import { describe, expect, it } from '@jest/globals';
import { configurationOf } from '../../src/configuration.ts';
import { cellId } from '../../src/domain/cell.ts';
import type { Checkpoints } from '../../src/domain/checkpoint.ts';
import { declaredCheckpoints, withOpened } from '../../src/plan/checkpoints.ts';
import { allCells, usualOf } from '../../src/plan/matrix.ts';
import { selectCells } from '../../src/plan/patterns.ts';
import { ruledOut } from '../../src/plan/ruled-out.ts';

const REVISION = '0123456789abcdef0123456789abcdef01234567';
const MINE: Checkpoints = { mine: { source: { path: 'here' }, trustsCode: false, tasks: ['causal-lm'] } };
const STORED: Checkpoints = {
  mine: { source: { path: 'here' }, trustsCode: false, tasks: ['causal-lm'], isOpened: true, stored: 'ct-int4' },
};

function declared(text: string) {
  const problems: string[] = [];
  const checkpoints = declaredCheckpoints(configurationOf(`checkpoints: ${text}`, 'x.yml', problems), problems);
  return { checkpoints, problems };
}

describe('checkpoints of the configuration', () => {
  it('are folders, or repositories of the hub at one commit', () => {
    expect(
      declared(
        `{a: {path: x/y}, b: {id: o/n, revision: ${REVISION}, trust-remote-code: true, task: [causal-lm, seq-cls]}}`,
      ),
    ).toEqual({
      checkpoints: {
        a: { source: { path: 'x/y' }, trustsCode: false, tasks: ['causal-lm'] },
        b: { source: { id: 'o/n', revision: REVISION }, trustsCode: true, tasks: ['causal-lm', 'seq-cls'] },
      },
      problems: [],
    });
  });

  it.each<[string, string]>([
    [
      '{llama: {path: x}}',
      '`checkpoints.llama`: `llama` is an architecture of the matrix. Give it another name, e.g. `my-llama`.',
    ],
    ['{"A/b": {path: x}}', '`checkpoints.A/b`: a name is small letters'],
    ['{__proto__x: {path: x}}', 'a name is small letters'],
    ['{a: {}}', 'name either `path`, a local folder, or `id` with `revision`'],
    [`{a: {path: x, id: o/n, revision: ${REVISION}}}`, 'name either `path`'],
    ['{a: {path: x, revision: main}}', '`revision` belongs to `id`'],
    ['{a: {id: o/n}}', 'give `revision` as the full SHA of a commit, 40 digits'],
    ['{a: {id: o/n, revision: main}}', 'a branch or a tag can be moved'],
    ['{a: {id: o/n, revision: 0123456789ab}}', 'a branch or a tag can be moved'],
    [`{a: {id: ../n, revision: ${REVISION}}}`, '`../n` is not `owner/name`'],
    [`{a: {id: "o/n?x=1", revision: ${REVISION}}}`, 'is not `owner/name`'],
    ['{a: {path: x, task: casual-lm}}', 'there is no task `casual-lm`. Did you mean `causal-lm`?'],
    [
      '{a: {path: x, task: image-cls}}',
      '`image-cls` needs pictures or sound, which are made for the tiny models alone',
    ],
    ['{a: {path: x, trust-remote-code: yes please}}', '`checkpoints.a.trust-remote-code`'],
  ])('%s is refused: %s', (text, message) => {
    const { checkpoints, problems } = declared(text);
    expect(problems.join('\n')).toContain(message);
    expect(checkpoints).toEqual({});
  });

  it('are all told of at once', () => {
    expect(declared('{llama: {path: x}, b: {id: o/n}}').problems).toHaveLength(2);
  });
});

describe('cells of a checkpoint', () => {
  function select(own: Checkpoints, ...patterns: string[]) {
    const problems: string[] = [];
    return { ids: selectCells(patterns, allCells(own), problems).map(cellId), problems };
  }

  it('have its name in the place of the architecture', () => {
    expect(select(MINE, 'lora/*/mine').ids).toEqual([
      'lora/none/mine/causal-lm',
      'lora/bnb-int8/mine/causal-lm',
      'lora/bnb-nf4/mine/causal-lm',
    ]);
    expect(select({}, 'lora/none/mine').problems[0]).toContain('Unknown architecture `mine`');
  });

  it('have the one form that its files are in, which a star stands for', () => {
    expect(select(STORED, 'lora/*/mine').ids).toEqual(['lora/ct-int4/mine/causal-lm']);
    expect(select(STORED, 'lora/ct-*/mine').ids).toEqual(['lora/ct-int4/mine/causal-lm']);
    expect(select(STORED, 'lora/bnb-*/mine').ids).toEqual([]);
    expect(select(STORED, 'lora/*/{mine,llama}/causal-lm').ids).toEqual([
      'lora/none/llama/causal-lm',
      'lora/bnb-int8/llama/causal-lm',
      'lora/bnb-nf4/llama/causal-lm',
      'lora/ct-int4/mine/causal-lm',
    ]);
  });

  it('may be in a form of files until somebody has looked, and then only where they are', () => {
    expect(select(MINE, 'lora/ct-int4/mine').ids).toEqual(['lora/ct-int4/mine/causal-lm']);
    const cell = { method: 'lora', quantization: 'ct-int4', architecture: 'mine', task: 'causal-lm' };
    expect(ruledOut(cell, { checkpoints: MINE })).toBeUndefined();
    const floats: Checkpoints = {
      mine: { source: { path: 'x' }, trustsCode: false, tasks: ['causal-lm'], isOpened: true },
    };
    expect(ruledOut(cell, { checkpoints: floats })).toMatchObject({ outcome: 'skipped', reason: 'not stored so' });
    expect(ruledOut({ ...cell, quantization: 'bnb-nf4' }, { checkpoints: floats })).toBeUndefined();
  });

  it('are those of five methods where nobody names any, in the form that was found', () => {
    const [before, after] = [MINE, STORED].map((own) => (own.mine ? usualOf('mine', own.mine) : ''));
    const request = {
      ...({ changes: [], held: {}, minutes: 1, environments: 2, search: 'bisect', chosenBy: 'default' } as const),
      cells: ['lora/none/llama', before ?? ''],
      checkpoints: MINE,
    };
    expect(select(MINE, before ?? '').ids).toHaveLength(5);
    expect(withOpened(request, STORED)).toEqual({ ...request, checkpoints: STORED, cells: ['lora/none/llama', after] });
    expect(select(STORED, after ?? '').ids[0]).toBe('lora/ct-int4/mine/causal-lm');
  });

  it('are skipped where something is wrong with it, with the reason', () => {
    const unfit = { reason: 'partial', message: 'A file is gone.' };
    const broken: Checkpoints = { mine: { source: { path: 'here' }, trustsCode: false, tasks: ['causal-lm'], unfit } };
    const cell = { method: 'lora', quantization: 'none', architecture: 'mine', task: 'causal-lm' };
    expect(ruledOut(cell, { checkpoints: broken })).toMatchObject({
      outcome: 'skipped',
      reason: 'partial',
      message: '`mine` (here): A file is gone.',
    });
    expect(ruledOut(cell, { checkpoints: MINE })).toBeUndefined();
    expect(ruledOut(cell, { checkpoints: STORED })).toMatchObject({ reason: 'stored quantized' });
    expect(ruledOut({ ...cell, quantization: 'ct-int4' }, { checkpoints: STORED })).toBeUndefined();
  });
});
