import { describe, expect, it } from '@jest/globals';
import { resolveChange } from '../../src/plan/changes.ts';
import { makePlan, type SweepRequest } from '../../src/plan/plan.ts';
import { parseChange, parseHeld } from '../../src/plan/request.ts';

const releases = (...versions: string[]) => versions.map((version) => ({ version, yanked: false, hasWheel: true }));
const CATALOG = new Map([
  ['transformers', releases('4.55.4', '4.56.0', '4.57.0', '5.0.0', '5.1.0')],
  ['peft', releases('0.17.0', '0.17.1', '0.18.0')],
  ['bitsandbytes', releases('0.47.0', '0.48.0')],
  ['accelerate', releases('1.10.0')],
  ['huggingface-hub', releases('0.19.4', '0.36.0')],
  [
    'torchao',
    [
      { version: '0.1.0', yanked: false, hasWheel: true },
      { version: '0.2.0', yanked: false, hasWheel: false, requiresPython: '>=3.12' },
    ],
  ],
]);

function planned(change: string, request: Partial<SweepRequest> = {}) {
  const problems: string[] = [];
  const changes = [parseChange(change, problems)].filter((one) => one !== undefined);
  const chosenBy = 'user' as const;
  const full: SweepRequest = {
    changes,
    chosenBy,
    held: {},
    cells: ['lora/none/llama/causal-lm'],
    minutes: 10,
    environments: 12,
    search: 'bisect',
    ...request,
  };
  const plan = problems.length === 0 ? makePlan(full, CATALOG, '3.11.7', problems) : undefined;
  return { plan, problems };
}

describe('a plan', () => {
  it('lists the releases from the old to the new version, both included', () => {
    expect(planned('transformers:4.55.4..5.0.0').plan?.changes).toEqual([
      { library: 'transformers', from: '4.55.4', to: '5.0.0', releases: ['4.55.4', '4.56.0', '4.57.0', '5.0.0'] },
    ]);
  });

  it.each<[string, string]>([
    ['transformers:4.55.4..5.x', '5.1.0'],
    ['transformers:4.55.4..', '5.1.0'],
    ['transformers:4.55.4..4.x', '4.57.0'],
  ])('%s goes up to %s', (change, to) => {
    expect(planned(change).plan?.changes[0]?.to).toBe(to);
  });

  it('may raise every watched library that it needs, and the changed one further, but no torch', () => {
    expect(Object.keys(planned('transformers:4.55.4..5.0.0').plan?.partners ?? {})).toEqual([
      'transformers',
      'peft',
      'accelerate',
    ]);
  });

  it('counts a quantizer as a partner where a cell needs it', () => {
    const { plan } = planned('transformers:4.55.4..5.0.0', { cells: ['lora/bnb-nf4/llama/causal-lm'] });
    expect(plan?.partners.bitsandbytes).toEqual(['0.47.0', '0.48.0']);
  });

  it('goes back like forward: the releases from the newer to the older one', () => {
    const { plan, problems } = planned('transformers:5.0.0..4.55.4');
    expect([problems, plan?.changes[0]?.releases]).toEqual([[], ['5.0.0', '4.57.0', '4.56.0', '4.55.4']]);
  });

  it('counts what the user holds as a partner', () => {
    const { plan } = planned('transformers:4.55.4..5.0.0', { held: { 'huggingface-hub': '0.19.4' } });
    expect(plan?.partners['huggingface-hub']).toEqual(['0.19.4', '0.36.0']);
  });

  it('knows which cells could stand in for one that breaks', () => {
    const { plan } = planned('transformers:4.55.4..5.0.0', { cells: ['prefix-tuning/bnb-int8/llama/causal-lm'] });
    expect(plan?.alternatives.map(({ method, quantization }) => `${method}/${quantization}`)).toEqual([
      'lora/bnb-int8',
      'ia3/bnb-int8',
      'prompt-tuning/bnb-int8',
      'p-tuning/bnb-int8',
      'prefix-tuning/none',
    ]);
  });

  it('goes back where a manifest does: the releases from the newer to the older one', () => {
    const problems: string[] = [];
    const written = { library: 'transformers', from: '5.0.0', to: '4.55.4', place: { file: 'r.txt', line: 1 } };
    const change = resolveChange(written, CATALOG.get('transformers') ?? [], '3.11.7', problems);
    expect([problems, change?.releases]).toEqual([[], ['5.0.0', '4.57.0', '4.56.0', '4.55.4']]);
  });

  it.each<[string, string]>([
    ['transformers:4.55.4..4.55.4', 'changes nothing: both ends are the same release'],
    ['transformers:4.55.4..4.58.0', 'no release 4.58.0. The nearest are 4.57.0 and 5.0.0'],
    ['transformers:4.55.4..6.x', 'no release 6.x'],
    [
      'torchao:0.1.0..0.2.0',
      'torchao 0.2.0 has no wheel for Python 3.11.7 (it requires Python >=3.12). Choose another Python with --python.',
    ],
    ['transfromers:4.55.4..5.0.0', 'Did you mean `transformers`?'],
    ['transformers 4.55.4', 'is not a change'],
    ['transformers:..5.0.0', 'has no old version'],
  ])('%s is refused: %s', (change, message) => {
    expect(planned(change).problems.join('\n')).toContain(message);
  });

  it('refuses a held version that contradicts a change, and one that does not exist, together', () => {
    const { problems } = planned('transformers:4.55.4..5.0.0', { held: { transformers: '4.56.0', peft: '0.17.9' } });
    expect(problems).toEqual([
      expect.stringContaining('contradicts the change of transformers'),
      expect.stringContaining('peft has no release 0.17.9'),
    ]);
  });
});

describe('held versions', () => {
  it.each(['peft', 'peft=0.17.1', 'peft==', '==1', 'peft==abc', 'a;b==1', '../peft==1', '-r x==1'])(
    '%s is refused',
    (typed) => {
      const problems: string[] = [];
      parseHeld(typed, problems);
      expect(problems).toHaveLength(1);
    },
  );

  it('normalizes names as PEP 503 says', () => {
    expect(parseHeld('Hugging_Face.Hub==1.0', [])).toEqual(['hugging-face-hub', '1.0']);
  });
});
