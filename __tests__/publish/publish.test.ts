import { describe, expect, it } from '@jest/globals';
import type { Markdown, Plain } from '../../src/domain/safe.ts';
import { Refused } from '../../src/errors.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { planOfShard, shardsOf, usdOf } from '../../src/plan/shards.ts';
import type { CheckState, GitHub } from '../../src/ports/github.ts';
import { checkStates, conclusionOf } from '../../src/publish/check.ts';
import { concludeWithout, publish } from '../../src/publish/publish.ts';
import { offers } from '../../src/publish/safe-patch.ts';
import { stickyStep } from '../../src/publish/sticky.ts';
import { SUGGESTION_MARKER, suggestionSteps } from '../../src/publish/suggestions.ts';
import { MARKER, renderComments } from '../../src/report/comment.ts';
import { inline, md, plain } from '../../src/report/escape.ts';
import type { Report } from '../../src/report/model.ts';
import { compared, report } from '../factories/report.ts';

const CELL = 'prefix-tuning/bnb-int8/llama/causal-lm';
const patch = (before: string, after: string): Report['patches'][number] => ({
  specifier: 'peft>=0.18.0',
  file: 'requirements.txt',
  line: 4,
  before,
  after,
  diff: '',
});
const judged = (reports: readonly Report[], more: object = {}) => ({
  reports,
  failOn: ['regressed', 'degraded'] as const,
  counts: () => true,
  isKnown: () => false,
  missing: [] as readonly Plain[],
  ...more,
});

describe('the one comment', () => {
  const own = { id: 1, author: 'bot', body: `${MARKER}\r\nsame` };
  it.each<[string, readonly { id: number; author: string; body: string }[], Markdown | undefined, unknown]>([
    ['is created where there is none', [], md`${MARKER}\nnew`, { kind: 'create' }],
    ['is updated in place', [own], md`${MARKER}\nnew`, { kind: 'update', id: 1 }],
    ['is left alone where it says so already', [own], md`${MARKER}\nsame\n`, { kind: 'leave' }],
    ['is not a stranger’s with our marker', [{ ...own, author: 'stranger' }], md`${MARKER}\nsame`, { kind: 'create' }],
    [
      'is not one that only quotes the marker',
      [{ ...own, body: `> ${MARKER}` }],
      md`${MARKER}\nsame`,
      { kind: 'create' },
    ],
    ['is not written where there is nothing to say', [], undefined, { kind: 'leave' }],
  ])('%s', (_name, comments, wanted, expected) => {
    expect(stickyStep(comments, 'bot', MARKER, wanted)).toMatchObject(expected as object);
  });

  it('holds a section for each request, and fits whatever they are', () => {
    const many = Array.from({ length: 40 }, (_, index) =>
      report({
        comparisons: Array.from({ length: 60 }, (_cell, at) =>
          compared(`lora/none/m${index}x${at}/causal-lm`, 'regressed'),
        ),
      }),
    );
    const text = renderComments(many, { link: 'https://github.example/run/1' });
    expect(text.length).toBeLessThanOrEqual(65_536);
    expect(text.match(/^### ❌/gm)?.length).toBe(40);
    expect(text).toContain('[the run](https://github.example/run/1)');
  });
});

describe('one-click pins', () => {
  const safe = report({ patches: [patch('peft==0.17.1  # adapters', 'peft==0.18.0  # adapters')] });

  it('are offered on lines of the diff only, and edited in place', () => {
    const [step] = suggestionSteps(safe, { 'requirements.txt': [4] }, [], 'bot');
    expect(step).toMatchObject({ kind: 'create', path: 'requirements.txt', line: 4 });
    expect(suggestionSteps(safe, { 'requirements.txt': [3] }, [], 'bot')).toEqual([]);
    const body = step?.kind === 'create' ? step.body : '';
    const known = { id: 9, author: 'bot', path: 'requirements.txt', line: 4, body, url: 'u' };
    expect(suggestionSteps(safe, { 'requirements.txt': [4] }, [known], 'bot')).toEqual([]);
    expect(
      suggestionSteps(safe, { 'requirements.txt': [4] }, [{ ...known, body: `${SUGGESTION_MARKER}\nold` }], 'bot'),
    ).toMatchObject([{ kind: 'update', id: 9 }]);
    expect(suggestionSteps(report(), {}, [known], 'bot')).toMatchObject([
      { kind: 'update', id: 9, body: expect.stringContaining('out of date') },
    ]);
  });

  it.each<[string, string, string]>([
    ['another package on the line', 'peft==0.17.1', 'pefft==0.18.0'],
    ['a version that was not measured', 'peft==0.17.1', 'peft==0.19.0'],
    ['more than the version', 'peft==0.17.1', 'peft==0.18.0 --index-url https://evil.example'],
    ['a second requirement', 'peft==0.17.1', 'peft==0.18.0 evil==1'],
    ['a second line', 'peft==0.17.1', 'peft==0.18.0\nevil==1'],
    ['a zero-width character', 'peft==0.17.1', 'peft==0.18.0\u200b'],
    ['a line separator', 'peft==0.17.1  # a', 'peft==0.18.0  # a\u2028'],
    ['a bidirectional override', 'peft==0.17.1', 'peft==0.18.0\u202e'],
    ['an address', 'peft==0.17.1', 'peft @ https://evil.example/peft-0.18.0.whl'],
  ])('are not offered for %s', (_name, before, after) => {
    expect(offers(report({ patches: [patch(before, after)] }))).toEqual([]);
  });

  it.each<[string, string]>([
    ['a tab', '\t# adapters\there'],
    ['a comment of 1,500 characters', `  # ${'why '.repeat(375)}`],
    ['a fence', '  # ``` and ~~~'],
    ['a pin of another package in the comment', '  # not transformers==4.57.6'],
  ])('keep %s, character for character', (_name, rest) => {
    const [step] = suggestionSteps(
      report({ patches: [patch(`peft==0.17.1${rest}`, `peft==0.18.0${rest}`)] }),
      { 'requirements.txt': [4] },
      [],
      'bot',
    );
    expect(step?.body).toContain(`suggestion\npeft==0.18.0${rest}\n\``);
  });

  it('are not offered for a hold', () => {
    const [, hold] = report().pins;
    const held = report({
      pins: hold ? [hold] : [],
      patches: [{ ...patch('transformers==4.57.6', 'transformers==4.55.4'), specifier: 'transformers<4.56.0' }],
    });
    expect(offers(held)).toEqual([]);
  });
});

/** The control of a cell regresses, with a boundary that a repeat confirmed; the cell with it, or not. */
function movedModel(cause?: 'base model') {
  const control = CELL.replace(/^[^/]+/, 'base');
  return report({
    comparisons: [cause ? compared(CELL, 'regressed', { cause }) : compared(CELL, 'same')],
    controls: [compared(control, cause ? 'degraded' : 'regressed')],
    boundaries: report().boundaries.map((one) => ({ ...one, cell: control })),
  });
}

describe('the check', () => {
  const flaky = report({ comparisons: [compared(CELL, 'flaky')] });
  const unsure = report({
    boundaries: report().boundaries.map((one) => ({ ...one, certainty: { ...one.certainty, runs: 0, agree: 0 } })),
  });
  const [boundary] = report().boundaries;
  const island = boundary ? [{ ...boundary, lastGood: '4.43.1', firstBad: '4.43.2', firstFixed: '4.45.0' }] : [];
  it.each<[string, ReturnType<typeof judged>, string]>([
    [
      'is neutral where a repeat agreed only with what works again before the head',
      judged([report({ boundaries: [...island, ...unsure.boundaries] })]),
      'neutral',
    ],
    [
      'passes for what breaks and works again before the head',
      judged([report({ comparisons: [compared(CELL, 'same')], boundaries: island })]),
      'success',
    ],
    ['fails for a confirmed regression', judged([report()]), 'failure'],
    ['is neutral where no repeat agreed', judged([unsure]), 'neutral'],
    ['is neutral where nobody named the cell', judged([report()], { counts: () => false }), 'neutral'],
    [
      'passes for a cell that is known to be broken',
      judged([report()], { isKnown: (cell: string) => cell === CELL }),
      'success',
    ],
    ['is neutral for what is flaky', judged([flaky]), 'neutral'],
    [
      'is neutral where a shard is missing',
      judged([report({ comparisons: [compared(CELL, 'same')], boundaries: [] })], {
        missing: [plain('Shard 1 is missing.')],
      }),
      'neutral',
    ],
    [
      'is neutral where a fork’s own run measured that nothing moved',
      judged([report({ comparisons: [compared(CELL, 'same')], boundaries: [] })], { measuredBy: 'fork' }),
      'neutral',
    ],
    ['fails for what a fork’s own run measured to be broken', judged([report()], { measuredBy: 'fork' }), 'failure'],
    [
      'fails where incomplete is to fail',
      judged([report({ comparisons: [compared(CELL, 'same')], boundaries: [] })], {
        missing: [plain('Shard 1 is missing.')],
        failOn: ['incomplete'],
      }),
      'failure',
    ],
    [
      'fails for a finding of the guard where that is to fail',
      judged([report({ comparisons: [compared(CELL, 'same')], findings: [{ kind: 'drift', message: 'x' }] })], {
        failOn: ['guard'],
      }),
      'failure',
    ],
    ['fails for a base model that moved alone', judged([movedModel()]), 'failure'],
    [
      'fails for a cell that its base model broke',
      judged([movedModel('base model')], { failOn: ['regressed'] }),
      'failure',
    ],
    [
      'is neutral where nobody named a cell of a base model that moved',
      judged([movedModel()], { counts: () => false }),
      'neutral',
    ],
    [
      'passes for what is still broken as before',
      judged([report({ comparisons: [compared(CELL, 'still-broken')], boundaries: [] })]),
      'success',
    ],
    [
      'passes where nothing moved',
      judged([report({ comparisons: [compared(CELL, 'same')], boundaries: [] })]),
      'success',
    ],
  ])('%s', (_name, given, expected) => {
    expect(conclusionOf(given)).toBe(expected);
  });

  it('sends annotations in batches of 50, all of them', () => {
    const findings = Array.from({ length: 120 }, (_, index) => ({
      kind: 'drift',
      message: `m${index}`,
      file: 'a.txt',
      line: index + 1,
    }));
    const states = checkStates(judged([report({ findings })]), inline('x'.repeat(70_000), 70_000));
    expect(states.map(({ annotations }) => annotations.length)).toEqual([50, 50, 20]);
    expect(states.every(({ summary }) => summary.length <= 65_535)).toBe(true);
  });
});

describe('publishing', () => {
  function fake(change: Partial<GitHub> = {}) {
    const written: string[] = [];
    const github = {
      pull: async () => ({
        number: 1,
        state: 'open',
        title: '',
        body: '',
        author: '',
        head: { sha: 'abc', ref: 'x', repository: 'o/r' },
        base: { sha: 'b', ref: 'main' },
      }),
      login: async () => 'bot',
      comments: async () => [],
      lineComments: async () => [],
      createComment: async () => void written.push('comment'),
      createLineComment: async () => void written.push('line'),
      createCheck: async (_sha: string, _name: string, state: CheckState) => written.push(`check ${state.conclusion}`),
      updateCheck: async () => void written.push('more'),
      ...change,
    } as unknown as GitHub;
    return { github, written };
  }
  const what = {
    ...judged([report({ patches: [patch('peft==0.17.1', 'peft==0.18.0')] })]),
    pull: { number: 1, head: 'abc', diffLines: { 'requirements.txt': [4] } },
    comment: 'changes' as const,
    link: 'x',
  };

  it('writes check, comment and suggestion', async () => {
    const { github, written } = fake();
    await publish(what, github);
    expect(written).toEqual(['check failure', 'line', 'comment']);
  });

  it('concludes the check that was opened when the run began', async () => {
    const { github, written } = fake();
    await publish({ ...what, check: 7 }, github);
    expect(written).toEqual(['more', 'line', 'comment']);
  });

  it('says that a token may only read, and goes on', async () => {
    const refuse = async () => {
      throw new Refused('GitHub answered 403: no', 403);
    };
    const { github, written } = fake({ createComment: refuse, createCheck: refuse });
    const { conclusion, log } = await publish(what, github);
    expect(conclusion).toBe('failure');
    expect(written).toEqual(['line']);
    expect(log.join('\n')).toContain('The token may only read');
  });

  const moved = (after: number) => {
    let looks = 0;
    return async () => ({
      ...{ number: 1, state: 'open' as const, title: '', body: '', author: '' },
      head: { sha: looks++ < after ? 'abc' : 'moved', ref: 'x', repository: 'o/r' },
      base: { sha: 'b', ref: 'main' },
    });
  };

  it('concludes the check of the commit that was measured, though the branch moved on, and writes nothing else', async () => {
    const { github, written } = fake({ pull: moved(0) });
    const { log } = await publish({ ...what, check: 7 }, github);
    expect(written).toEqual(['more']);
    expect(log).toContain('comment: not written, the pull request moved on');
  });

  it('looks before each other write whether the head is still the one that was measured', async () => {
    const { github, written } = fake({ pull: moved(1) });
    await publish(what, github);
    expect(written).toEqual(['check failure', 'line']);
  });

  it('says of a fork’s own run whose run it was', async () => {
    const bodies: string[] = [];
    const { github } = fake({ createComment: async (_number, body) => bodies.push(body) });
    await publish({ ...what, measuredBy: 'fork' }, github);
    expect(bodies[0]).toContain('Measured in the fork’s own run');
  });

  it('concludes the check as cancelled where the run was', async () => {
    const { github, written } = fake({
      updateCheck: async (id, { conclusion }) => void written.push(`${id} ${conclusion}`),
    });
    await concludeWithout('cancelled', { head: 'abc', check: 7 }, github);
    await concludeWithout('failure', { head: 'abc' }, github);
    expect(written).toEqual(['7 cancelled', 'check failure']);
  });

  it('does not comment where nothing moved', async () => {
    const { github, written } = fake();
    await publish({ ...what, ...judged([report({ comparisons: [compared(CELL, 'same')], boundaries: [] })]) }, github);
    expect(written).toEqual(['check success']);
  });
});

describe('shards', () => {
  const plan = (count: number, minutes: number): Plan => ({
    changes: [],
    held: {},
    cells: Array.from({ length: count }, (_, index) => ({
      method: `m${index}`,
      quantization: index % 2 === 0 ? 'none' : 'bnb-nf4',
      architecture: 'llama',
      task: 'causal-lm',
    })),
    alternatives: [],
    partners: {},
    chosenBy: 'user',
    sources: {},
    locked: { base: {}, head: {} },
    minutes,
    environments: 12,
    search: 'bisect',
  });

  it('are one where everything fits, so that no environment is built twice', () => {
    expect(shardsOf([{ plan: plan(24, 10) }])).toHaveLength(1);
  });

  it('hold every cell once, within the budget of each, at most 256', () => {
    for (const [count, minutes] of [
      [24, 10],
      [400, 10],
      [400, 3],
      [7, 1],
    ] as const) {
      const shards = shardsOf([{ plan: plan(count, minutes) }]);
      const cells = shards.flatMap((shard) => shard.cells);
      expect(new Set(cells).size).toBe(count);
      expect(cells).toHaveLength(count);
      expect(shards.length).toBeLessThanOrEqual(256);
      for (const shard of shards) expect(shard.minutes).toBeLessThanOrEqual(minutes);
    }
  });

  it('cost whole minutes each', () => {
    expect(usdOf({ minutes: 3 }, { usdPerMinute: 0.052 })).toBeCloseTo(0.208);
  });

  it('carry their own part of the plan', () => {
    const whole = plan(4, 10);
    const [shard] = shardsOf([{ plan: whole }]);
    expect(shard && planOfShard(whole, { ...shard, cells: shard.cells.slice(0, 1) }).cells).toHaveLength(1);
  });
});
