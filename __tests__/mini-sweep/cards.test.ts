/**
 * Sweeps on stand-in cards: a driver's tool and a `torch.cuda` that only say what real ones would. No card is used, and
 * nothing here tells how one behaves. `PEFT_SWEEP_ACCEPT=1 npm run test:mini` writes new goldens.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { devicesText } from '../../src/report/devices.ts';
import { A100, type Answers, another, withTool } from '../factories/driver-tool.ts';
import { normalReport } from './normalize.ts';
import { offersOf } from './stand-ins.ts';
import { type MiniWorld, openMiniWorld, reportIn } from './world.ts';

const GOLDENS = resolve('__tests__/mini-sweep/goldens-of-cards');
const TWO: Answers = { query: [another(0), another(1)].join('\n') };
const CELLS = '{lora,ia3,prefix-tuning}/none/llama/causal-lm';

let world: MiniWorld;

beforeAll(async () => {
  world = await openMiniWorld();
});

afterAll(() => world.close());

interface Scenario {
  readonly id: string;
  readonly says: string;
  readonly faults: readonly string[];
  readonly cards: Answers;
  readonly status: number;
}

const SCENARIOS: readonly Scenario[] = [
  { id: 'healthy', says: 'cells pass on two cards', faults: [], cards: TWO, status: 0 },
  {
    id: 'memory',
    says: 'a card without memory gives no verdict',
    faults: ['card_memory_runs_out'],
    cards: { query: A100 },
    status: 3,
  },
  {
    id: 'assertion',
    says: 'an assertion on the card is a failure of the cell that raises it, and of no other',
    faults: ['card_asserts_for_ia3'],
    cards: { query: A100 },
    status: 1,
  },
  {
    id: 'poisoned',
    says: 'an error that a cell leaves behind for the next is none of the next one',
    faults: ['card_is_poisoned'],
    cards: { query: A100 },
    status: 0,
  },
  {
    id: 'vanished',
    says: 'a card that vanishes takes no more cells, and what failed on it is measured on the other',
    faults: ['card_is_lost'],
    cards: { ...TWO, later: [another(0), 3] },
    status: 0,
  },
  {
    id: 'lost',
    says: 'a card that is lost with no other left gives no verdict',
    faults: ['card_is_lost'],
    cards: { query: another(1) },
    status: 3,
  },
];

function surroundings(cards: Answers): Readonly<Record<string, string>> {
  const [folder = ''] = withTool(cards).PATH.split(':');
  return { PATH: `${folder}:${join(world.folder, 'bin')}:${process.env.PATH}` };
}

describe('a sweep on stand-in cards', () => {
  it.each(SCENARIOS.map((scenario) => [scenario.says, scenario] as const))('%s', async (_says, scenario) => {
    const { id, faults, cards, status } = scenario;
    const lines = { transformers: { '1.0': {}, '2.0': { faults } } };
    const args = ['sweep', 'transformers:1.0..2.0', '--cells', CELLS, '--device', 'cuda'];
    const environment = surroundings(cards);
    const ended = await world.run({ root: `cards-${id}`, offers: offersOf(lines), args, environment });
    if (ended.status === 70 || ended.status === 2) throw new Error(ended.stderr);
    const report = reportIn(ended.out);
    const file = join(GOLDENS, `${id}.json`);
    if (process.env.PEFT_SWEEP_ACCEPT === '1') writeFileSync(file, normalReport(report));
    expect(normalReport(report)).toBe(readFileSync(file, 'utf8'));
    expect(report.run.device).toMatch(/NVIDIA A100-SXM4-80GB, 80 GiB, compute capability 8\.0, driver 535\.216\.01$/);
    expect(ended.status).toBe(status);
  });

  it('is not begun where there is no driver, and says what to do', async () => {
    const args = ['sweep', 'transformers:1.0..1.1', '--cells', CELLS, '--device', 'cuda'];
    const environment = surroundings({ trouble: ['No devices were found', 6] });
    const { status, stderr } = await world.run({ root: 'cards-none', args, environment });
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining('docker run --gpus all') });
  });

  it('and on the CPU beside it says which break shows on one of them only', async () => {
    const faults = ['breaks_on_cards', 'breaks_on_processors'];
    const offers = offersOf({ transformers: { '1.0': {}, '2.0': { faults } } });
    const args = ['sweep', 'transformers:1.0..2.0', '--cells', CELLS, '--device', 'both'];
    const ended = await world.run({ root: 'cards-both', offers, args, environment: surroundings({ query: A100 }) });
    if (ended.status !== 1) throw new Error(ended.stderr);
    const [card, cpu] = ['cuda', 'cpu'].map((device) => reportIn(join(ended.out, device)));
    if (card === undefined || cpu === undefined) throw new Error('a report is missing');
    expect([card, cpu].map(({ run }) => run.device.split(',')[0])).toEqual(['NVIDIA A100-SXM4-80GB', 'CPU']);
    expect([card, cpu].map(({ comparisons }) => comparisons.map(({ comparison }) => comparison))).toEqual([
      ['regressed', 'same', 'same'],
      ['same', 'regressed', 'same'],
    ]);
    expect(devicesText(card)).toEqual([
      'On the GPU only: LoRA on llama. A run on a CPU does not show it.',
      'On the CPU only: IA3 on llama, worse there; the report of that device says how.',
    ]);
    expect(devicesText(cpu)).toEqual([
      'On the CPU only: your GPU is not affected by what happens to IA3 on llama.',
      'On the GPU only: LoRA on llama, worse there; the report of that device says how.',
    ]);
    const headings = ['cuda', 'cpu'].map((device) => readFileSync(join(ended.out, device, 'comment.md'), 'utf8'));
    expect(headings.map((text) => /^### .*/m.exec(text)?.[0])).toEqual([
      '### ❌ transformers 2.0 breaks LoRA on llama · NVIDIA A100-SXM4-80GB',
      '### ❌ transformers 2.0 breaks IA3 on llama · CPU',
    ]);
    expect(ended.stdout).toContain('On the CPU only: your GPU is not affected by what happens to IA3 on llama.');
  });
});
