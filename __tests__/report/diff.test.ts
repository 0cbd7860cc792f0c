import { describe, expect, it } from '@jest/globals';
import type { Finding, ManifestChange } from '../../src/domain/manifest.ts';
import { type FoundCells, renderDiff, renderFindings } from '../../src/report/diff.ts';
import { type PlanFacts, renderPlan } from '../../src/report/plan.ts';

const NONE: FoundCells = { sure: [], partial: [], unsure: [], callsPeft: true };
const isWatched = (library: string) => library === 'transformers' || library === 'peft';
const change = (library: string, from: string, to: string, file: string, more: Partial<ManifestChange> = {}) => ({
  ...{ library, from, to, file, kind: 'changed' as const, line: 1, group: '', marker: '', locked: false },
  ...more,
});
const diff = (changes: readonly ManifestChange[], findings: readonly Finding[] = [], cells = NONE) =>
  renderDiff(changes, findings, cells, isWatched);

describe('the diff on a terminal', () => {
  it('shows libraries that are swept first, each move once, and the next step last', () => {
    const bumps = Array.from({ length: 200 }, (_, at) =>
      change('transformers', '==4.55.4', '==4.57.6', `packages/p${at}/pyproject.toml`),
    );
    const text = diff([change('numpy', '==1', '==2', 'a.txt'), ...bumps]);
    expect(text).toBe(
      [
        '201 requirements changed in 201 files; 1 library that is swept.',
        'swept libraries\n  transformers  ==4.55.4 -> ==4.57.6\n                packages/p0/pyproject.toml:1, and 199 more places',
        'others\n  numpy  ==1 -> ==2  a.txt:1',
        'Next: `peft-sweep plan` shows what a sweep would measure.\n',
      ].join('\n\n'),
    );
  });

  it('shows one library that goes back among 884 rows that only moved', () => {
    const moved = Array.from({ length: 884 }, (_, at) =>
      change(`p${at}`, '==1', '==1', `b/${at}.txt`, { kind: 'moved' }),
    );
    const text = diff([...moved, change('peft', '==0.18.0', '==0.17.1', 'r.txt', { kind: 'downgraded' })]);
    expect(text.split('\n').length).toBeLessThan(12);
    expect(text).toContain('  peft  ==0.18.0 -> ==0.17.1  (downgraded)  r.txt:1');
    expect(text).toMatch(/884 rows only say the\nsame elsewhere/);
  });

  it('keeps every line within 80 columns', () => {
    const findings = Array.from({ length: 30 }, (_, at) => ({
      ...{
        kind: 'drift',
        message: `${'word '.repeat(40)}${at % 10}`,
        file: `packages/some-package-${at}/requirements.txt`,
      },
      line: at,
    }));
    const cells: FoundCells = {
      ...NONE,
      sure: [{ id: 'lora/none/llama/causal-lm', source: 'train.py:42' }],
      partial: [
        {
          ...{ pattern: 'lora/bnb-nf4/*/causal-lm', source: 'src/train.py:42', why: 'the model is not in the source' },
          measured: ['lora/bnb-nf4/llama/causal-lm', 'lora/bnb-nf4/qwen2/causal-lm'],
        },
      ],
    };
    const text = diff([change('peft', '>=0.17,<0.18', '>=0.17,<0.20', 'packages/a/pyproject.toml')], findings, cells);
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(text).toContain('cells that the code uses\n  lora/none/llama/causal-lm  train.py:42');
    expect(text).toContain('    the model is not in the source; measured as lora/bnb-nf4/llama/causal-lm,');
  });

  it('heads a list of doubts by what it is, and says where nothing is', () => {
    const unsure = [{ value: 'which model is loaded is not in the source', file: 'a.py', line: 2 }];
    const text = diff([], [], { ...NONE, unsure });
    expect(text).not.toContain('cells that the code uses');
    expect(text).toContain('what could not be told of the code\n  a.py:2');
    expect(diff([], [], { ...NONE, callsPeft: false })).toBe(
      'No requirement changed.\n\nNo call of PEFT was found in the code: a sweep measures the default cells.\n',
    );
  });

  it('says the same finding of many places once, and counts what is left', () => {
    const same = (file: string) => ({ kind: 'drift', message: 'It stays.', file, line: 3 });
    expect(renderFindings([same('a'), same('b'), same('c')])).toBe(
      'findings\n  drift  a:3, and 2 more places\n    It stays.\n',
    );
    const many = Array.from({ length: 20 }, (_, at) => ({ kind: 'link', message: `Link ${at}.`, file: 'a', line: 1 }));
    expect(renderFindings(many)).toContain('  link: and 12 more');
  });
});

const PLAN_FACTS: PlanFacts = {
  ...{ changes: [], held: {}, cells: 2, chosenBy: 'code', sources: ['train.py:42'], files: ['r.txt'], locked: 0 },
  ...{ guessed: [], unsure: [], controls: 2, packageSets: 1, environments: 12, minutes: 10 },
  ...{ python: '3.11.7', device: 'CPU', indexes: [] },
  torch: { version: '2.4.0', source: 'cpu', stored: true },
  containment: { name: 'namespaces', missing: [] },
};

describe('the plan of cells that are known in part', () => {
  it('says what is guessed, where, and why', () => {
    const facts: PlanFacts = {
      ...PLAN_FACTS,
      guessed: [{ pattern: 'lora/bnb-nf4/*/causal-lm', source: 'train.py:42', why: 'the model is not in the source' }],
    };
    expect(renderPlan({ ...facts, locked: 40, lockedAt: { peft: '0.17.1', accelerate: '1.10.0' } })).toContain(
      '40 packages as your lock has them: peft 0.17.1, accelerate 1.10.0\n',
    );
    expect(renderPlan(facts)).toContain(
      '              guessed: lora/bnb-nf4/*/causal-lm  train.py:42\n                the model is not in the source\n',
    );
  });
});

describe('the plan of a search', () => {
  const releases = Array.from({ length: 16 }, (_, at) => `4.${at}.0`);
  const rowsWith = (samples: number) => {
    const change = { library: 'transformers', from: '4.0.0', to: '4.15.0', releases, samples };
    return renderPlan({ ...PLAN_FACTS, changes: [change] });
  };

  it.each<[number, string, string]>([
    [0, '14 between, found in about 4 steps where a cell breaks', '2 at first, at most 12\n'],
    [6, '14 between, 6 looked at whatever the ends do, more where two of them differ', '2 at first, at most 12\n'],
    [14, '14 between, each looked at', '2 at first, at most 12; what is looked at takes 16: raise --environments\n'],
  ])('says what is measured between the ends: %s looked at', (samples, between, environments) => {
    expect(rowsWith(samples)).toContain(`transformers: ${between}\n`);
    expect(rowsWith(samples)).toContain(`environments  ${environments}`);
  });
});

describe('the words of a plan', () => {
  const change = { library: 'transformers', from: '4.0.0', to: '4.1.0', releases: ['4.0.0', '4.1.0'] };
  const rowsOf = (more: Partial<PlanFacts>) => renderPlan({ ...PLAN_FACTS, ...more });

  it('shows what classes of runners would measure, with minutes and money', () => {
    const t4 = { name: 't4', cells: 2, jobs: 1, minutes: 4, usd: 0.208, whys: [['only a GPU can', 2] as const] };
    const none = { name: 'no runner', cells: 1, jobs: 0, minutes: 0, whys: [['The budget is over.', 1] as const] };
    expect(rowsOf({ runners: [t4, none] })).toContain(
      [
        'on runners    t4: 2 cells in 1 job, about 4 minutes billed, about $0.21',
        '                2: only a GPU can',
        '              no runner: 1 cell',
        '                1: The budget is over.',
      ].join('\n'),
    );
    expect(rowsOf({})).not.toContain('on runners');
  });

  it.each([
    [0, '2'],
    [1, '2, and 1 control without an adapter'],
    [7, '2, and 7 controls without an adapter'],
  ])('count %s controls', (controls, expected) => {
    expect(rowsOf({ controls })).toContain(`cells         ${expected}\n`);
  });

  it.each<[string, Partial<PlanFacts>, string]>([
    ['a sweep', { changes: [change] }, 'all else stays at what the base is resolved to'],
    [
      'one that holds',
      { changes: [change], held: { peft: '1' } },
      'peft 1; all else stays at what the base is resolved to',
    ],
    ['a check', { held: { peft: '1' } }, 'peft 1; all else is as new as the newest of these'],
    ['a check of nothing', {}, 'nothing: all is as new as the index has it'],
  ])('say what is held in %s', (_what, more, expected) => {
    expect(rowsOf(more)).toContain(`held          ${expected}\n`);
  });

  it('name the index, as doctor does', () => {
    const indexes = ['https://index.example/simple', 'https://other.example/simple'];
    expect(rowsOf({ indexes })).toContain(
      `index         ${indexes.join(', ')}; credentials are used for fetching only\n`,
    );
    expect(rowsOf({})).toContain('index         find-links folders only; credentials');
  });
});

describe('the plan of a check', () => {
  it.each([1, 2])('has one environment for each of %s package sets', (packageSets) => {
    expect(renderPlan({ ...PLAN_FACTS, packageSets })).toContain(`\nenvironments  ${packageSets}\n`);
  });
});
