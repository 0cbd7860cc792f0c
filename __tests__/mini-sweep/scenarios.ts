/** What is swept: releases with faults, a question, and the status it ends with. The reports are in `goldens/`. */
import type { Line } from './stand-ins.ts';

export interface Scenario {
  /** Name of its golden files. */
  readonly id: string;
  /** The behaviour, as a sentence. */
  readonly says: string;
  readonly lines?: Readonly<Record<string, Line>>;
  readonly ask: readonly string[];
  /** Patterns; empty where the configuration names the cells. */
  readonly cells: string;
  /** Text of a configuration file. */
  readonly configuration?: string;
  readonly status: number;
  readonly form?: 'html';
  /** Releases of torch in a find-links folder of its own, in place of the one that all share. */
  readonly torch?: Line;
}

const LORA = 'lora/none/llama/causal-lm';
const METHODS = '{lora,prefix-tuning}/none/llama/causal-lm';

/** Releases with no fault up to 1.2, and one fault from 2.0 on. */
const brokenFrom2 = (fault: string): Line => ({
  '1.0': {},
  '1.1': {},
  '1.2': {},
  '2.0': { faults: [fault] },
  '2.1': { faults: [fault] },
});

/** One release, and the next with a fault. */
const thenBroken = (...faults: readonly string[]): Line => ({ '1.0': {}, '2.0': { faults } });

/** What an index may say of a wheel, whatever the wheel says. */
const metadata = (version: string) => `Metadata-Version: 2.1\nName: transformers\nVersion: ${version}\n`;

/** Two torches of different times, of which the newer lacks what transformers imports. */
const NEW_TORCH: Line = { '3.0': { month: 30 } };
export const TORCHES: Line = { '1.0': { faults: ['has_of_old'] }, ...NEW_TORCH };
export const FOR_OLD_TORCH: Line = {
  '1.0': { faults: ['needs_old_torch'] },
  '2.0': { faults: ['needs_old_torch', 'forward_raises'] },
};

export const SCENARIOS: readonly Scenario[] = [
  {
    id: 'healthy',
    says: 'a release that changes nothing passes in every method and quantization',
    ask: ['transformers:1.0..1.1'],
    cells: '{lora,ia3,prompt-tuning,prefix-tuning,p-tuning}/{none,bnb-nf4}/llama/causal-lm',
    status: 0,
  },
  {
    id: 'regresses-at-2.0',
    says: 'a break at 2.0 is found by bisection, repeated, and held below 2.0',
    lines: { transformers: brokenFrom2('forward_raises') },
    ask: ['transformers:1.0..2.1'],
    cells: LORA,
    status: 1,
  },
  {
    id: 'fixed-in-2.1',
    says: 'a break at 2.0 that 2.1 mends is answered with 2.1',
    lines: { transformers: { '1.0': {}, '2.0': { faults: ['forward_raises'] }, '2.1': {} } },
    ask: ['transformers:1.0..2.0'],
    cells: LORA,
    status: 1,
  },
  {
    id: 'mended',
    says: 'a break that the new release mends is no finding',
    lines: { transformers: { '1.0': { faults: ['forward_raises'] }, '1.1': {} } },
    ask: ['transformers:1.0..1.1'],
    cells: LORA,
    status: 0,
  },
  {
    id: 'island',
    says: 'a release in the middle that alone is broken does not stand in the way of the last one',
    lines: { transformers: { '1.0': {}, '1.1': {}, '1.2': { faults: ['forward_raises'] }, '1.3': {} } },
    ask: ['transformers:1.0..1.3'],
    cells: LORA,
    status: 0,
  },
  {
    id: 'island-looked-for',
    says: 'a release in the middle that alone is broken is told by a search for islands, and is no finding',
    lines: { peft: { '1.0': {}, '1.1': {}, '1.2': { faults: ['prefix_is_ignored'] }, '1.3': {}, '1.4': {} } },
    ask: ['peft:1.0..1.4', '--search', 'islands'],
    cells: METHODS,
    status: 0,
  },
  {
    id: 'breaks-mends-breaks',
    says: 'what breaks, works again and breaks for good has a boundary for each, and is held below the last',
    lines: {
      peft: {
        '1.0': {},
        '1.1': { faults: ['prefix_is_ignored'] },
        '1.2': {},
        '1.3': {},
        '1.3.1': { faults: ['prefix_is_ignored'] },
        '2.0': { faults: ['prefix_is_ignored'] },
      },
    },
    ask: ['peft:1.0..2.0', '--search', 'islands'],
    cells: METHODS,
    status: 1,
  },
  {
    id: 'two-breaks',
    says: 'a break that another one replaces gets a boundary for each',
    lines: {
      peft: {
        '1.0': {},
        '1.1': { faults: ['merge_scales_twice'] },
        '1.2': { faults: ['merge_scales_twice'] },
        '2.0': { faults: ['import_is_refused'] },
      },
    },
    ask: ['peft:1.0..2.0'],
    cells: LORA,
    status: 1,
  },
  {
    id: 'merge-differs',
    says: 'merged weights that mean something else are degraded, though nothing raises',
    lines: { peft: thenBroken('merge_scales_twice') },
    ask: ['peft:1.0..2.0'],
    cells: METHODS,
    status: 1,
  },
  {
    id: 'carry-differs',
    says: 'an adapter that means something else in the new release is degraded',
    lines: { peft: thenBroken('scaling_is_tripled') },
    ask: ['peft:1.0..2.0'],
    cells: LORA,
    status: 1,
  },
  {
    id: 'prefix-ignored',
    says: 'a prefix that generation ignores is degraded for prefix tuning alone',
    lines: { peft: thenBroken('prefix_is_ignored') },
    ask: ['peft:1.0..2.0'],
    cells: METHODS,
    status: 1,
  },
  {
    id: 'reload-differs',
    says: 'a saved adapter that is not loaded is degraded',
    lines: { peft: thenBroken('reload_forgets') },
    ask: ['peft:1.0..2.0'],
    cells: METHODS,
    status: 1,
  },
  {
    id: 'gradient-lost',
    says: 'a gradient that never arrives is degraded',
    lines: { peft: thenBroken('gradient_is_lost') },
    ask: ['peft:1.0..2.0'],
    cells: METHODS,
    status: 1,
  },
  {
    id: 'adapter-stays',
    says: 'an adapter that cannot be disabled is degraded',
    lines: { peft: thenBroken('adapter_stays_enabled') },
    ask: ['peft:1.0..2.0'],
    cells: LORA,
    status: 1,
  },
  {
    id: 'trains-half',
    says: 'fewer trained parameters are degraded',
    lines: { peft: thenBroken('trains_half') },
    ask: ['peft:1.0..2.0'],
    cells: LORA,
    status: 1,
  },
  {
    id: 'method-gone',
    says: 'a method that the new release lacks is regressed to unsupported',
    lines: { peft: thenBroken('lacks_ia3') },
    ask: ['peft:1.0..2.0'],
    cells: '{lora,ia3}/none/llama/causal-lm',
    status: 1,
  },
  {
    id: 'architecture-gone',
    says: 'an architecture that the new release lacks is a break of the model itself',
    lines: { transformers: thenBroken('refuses_llama') },
    ask: ['transformers:1.0..2.0'],
    cells: 'lora/none/{llama,qwen2}/causal-lm',
    status: 1,
  },
  {
    id: 'cache-forgets',
    says: 'generation that differs with the cache is a break of the model itself',
    lines: { transformers: thenBroken('cache_forgets') },
    ask: ['transformers:1.0..2.0'],
    cells: LORA,
    status: 1,
  },
  {
    id: 'padding-counts',
    says: 'padding that is counted moves the model itself on padded rows',
    lines: { transformers: thenBroken('padding_counts') },
    ask: ['transformers:1.0..2.0'],
    cells: LORA,
    status: 1,
  },
  {
    id: 'flaky',
    says: 'a failure that a repeat does not show gives no pin',
    lines: { transformers: thenBroken('third_cell_fails') },
    ask: ['transformers:1.0..2.0'],
    cells: '{lora,ia3,prefix-tuning}/none/llama/causal-lm',
    status: 0,
  },
  {
    id: 'import-refused',
    says: 'a transformers that cannot be imported fails every cell and the control',
    lines: { transformers: thenBroken('import_is_refused') },
    ask: ['transformers:1.0..2.0'],
    cells: LORA,
    status: 1,
  },
  {
    id: 'peft-import-refused',
    says: 'a PEFT that cannot be imported leaves the control as it was',
    lines: { peft: thenBroken('import_is_refused') },
    ask: ['peft:1.0..2.0'],
    cells: LORA,
    status: 1,
  },
  {
    id: 'dependency-not-named',
    says: 'a dependency that the metadata does not name is a failure at import',
    lines: { transformers: thenBroken('import_needs_more') },
    ask: ['transformers:1.0..2.0'],
    cells: LORA,
    status: 1,
  },
  {
    id: 'segfault',
    says: 'a native crash in a cell is a failure at the stage where it died',
    lines: { transformers: thenBroken('forward_segfaults') },
    ask: ['transformers:1.0..2.0'],
    cells: LORA,
    status: 1,
  },
  {
    id: 'import-segfault',
    says: 'a native crash at import is a failure of every cell',
    lines: { transformers: thenBroken('import_segfaults') },
    ask: ['transformers:1.0..2.0'],
    cells: LORA,
    status: 1,
  },
  {
    id: 'import-exits',
    says: 'a package that exits at import gives no verdict and no pin',
    lines: { transformers: thenBroken('import_exits') },
    ask: ['transformers:1.0..2.0'],
    cells: LORA,
    status: 3,
  },
  ...(
    [
      ['exits-early', 'forward_exits', 'exits in the middle of a cell'],
      ['killed', 'forward_is_killed', 'is killed in the middle of a cell'],
      ['memory', 'memory_runs_out', 'takes more memory than a cell may have'],
      ['disk', 'disk_is_full', 'finds no space on the disk'],
      ['network', 'network_is_needed', 'wants the network'],
    ] as const
  ).map(([id, fault, what]) => ({
    id,
    says: `a release that ${what} gives no verdict and no pin`,
    lines: { transformers: thenBroken(fault) },
    ask: ['transformers:1.0..2.0'],
    cells: LORA,
    status: 3,
  })),
  {
    id: 'gpu',
    says: 'a quantization that wants a GPU is skipped',
    lines: { transformers: thenBroken('gpu_is_needed') },
    ask: ['transformers:1.0..2.0'],
    cells: 'lora/{none,bnb-nf4}/llama/causal-lm',
    status: 3,
  },
  {
    id: 'quantized-only',
    says: 'a break of the quantized model is answered with the unquantized one',
    lines: { transformers: thenBroken('quantization_raises') },
    ask: ['transformers:1.0..2.0'],
    cells: 'lora/{none,bnb-nf4}/llama/causal-lm',
    status: 1,
  },
  {
    id: 'newer-partner',
    says: 'a release that needs a newer PEFT at run time is answered with the PEFT that knows it',
    lines: {
      transformers: thenBroken('cache_is_an_object'),
      peft: {
        '1.0': {},
        '1.1': { month: 2 },
        '1.5': { month: 3, faults: ['knows_cache_objects'] },
        '1.6': { month: 4, faults: ['knows_cache_objects'] },
      },
    },
    ask: ['transformers:1.0..2.0'],
    cells: METHODS,
    status: 1,
  },
  {
    id: 'conflict',
    says: 'metadata without a solution is unresolved, with the reason of the resolver',
    lines: { transformers: { '1.0': {}, '2.0': { requires: ['peft>=9'] } } },
    ask: ['transformers:1.0..2.0'],
    cells: LORA,
    status: 3,
  },
  {
    id: 'metadata-lies',
    says: 'a dependency that the index leaves out of the metadata is missed at import, as it would be by a user',
    lines: {
      transformers: { '1.0': {}, '2.0': { requires: ['tokens'], faults: ['asks_tokens'], metadata: metadata('2.0') } },
      tokens: { '1.0': {} },
    },
    ask: ['transformers:1.0..2.0'],
    cells: LORA,
    status: 1,
  },
  {
    id: 'metadata-asks-more',
    says: 'a dependency that only the index names, and nobody has, is unresolved',
    lines: { transformers: { '1.0': {}, '2.0': { metadata: `${metadata('2.0')}Requires-Dist: of-nobody\n` } } },
    ask: ['transformers:1.0..2.0'],
    cells: LORA,
    status: 3,
  },
  {
    id: 'dependency-breaks',
    says: 'a dependency that moves along and is the cause is told from the release itself',
    lines: {
      transformers: { '1.0': { requires: ['tokens'] }, '2.0': { requires: ['tokens>=1.1'], faults: ['asks_tokens'] } },
      tokens: { '1.0': {}, '1.1': { month: 1, faults: ['import_is_refused'] } },
    },
    ask: ['transformers:1.0..2.0'],
    cells: LORA,
    status: 1,
  },
  {
    id: 'yanked',
    says: 'a yanked release between is not measured',
    lines: {
      transformers: {
        '1.0': {},
        '1.1': { yanked: 'a mistake' },
        '1.2': { faults: ['forward_raises'] },
        '1.3': { faults: ['forward_raises'] },
      },
    },
    ask: ['transformers:1.0..1.3'],
    cells: LORA,
    status: 1,
  },
  {
    id: 'not-for-this-python',
    says: 'releases for another Python, and those before a release, are not measured',
    lines: {
      transformers: {
        '1.0': {},
        '1.1': { requiresPython: '>=9' },
        '1.2rc1': { faults: ['import_is_refused'] },
        '1.2': { faults: ['forward_raises'] },
      },
    },
    ask: ['transformers:1.0..1.2'],
    cells: LORA,
    status: 1,
  },
  {
    id: 'two-changes',
    says: 'of two changes the one that breaks a cell by itself is named',
    lines: {
      transformers: brokenFrom2('cache_is_an_object'),
      peft: { '1.0': {}, '1.1': { faults: ['merge_scales_twice'] } },
    },
    ask: ['transformers:1.0..2.1', 'peft:1.0..1.1'],
    cells: METHODS,
    status: 1,
  },
  {
    id: 'held',
    says: 'a library that is held is measured at that release, and raised only as a way out',
    lines: {
      transformers: thenBroken('cache_is_an_object'),
      peft: { '1.0': {}, '1.5': { faults: ['knows_cache_objects'] } },
    },
    ask: ['transformers:1.0..2.0', '--with', 'peft==1.0'],
    cells: METHODS,
    status: 1,
  },
  {
    id: 'broken-on-both-sides',
    says: 'a model that fails on both sides leaves its cells not compared, with its own reason',
    lines: { transformers: { '1.0': { faults: ['forward_raises'] }, '1.1': { faults: ['forward_raises'] } } },
    ask: ['transformers:1.0..1.1'],
    cells: LORA,
    status: 3,
  },
  {
    id: 'own-arguments',
    says: 'a break that only a rank of the user’s own shows is theirs: the same method as the matrix has it goes on',
    lines: { peft: thenBroken('large_ranks_raise') },
    ask: ['peft:1.0..2.0'],
    cells: '',
    configuration: 'cells: [{cell: lora/none/llama/causal-lm, arguments: {r: 32, lora_alpha: 64}}]\n',
    status: 1,
  },
  {
    id: 'index-without-dates',
    says: 'an index of the old form has no dates, which is a finding',
    lines: { transformers: brokenFrom2('forward_raises') },
    ask: ['transformers:1.0..2.1'],
    cells: LORA,
    status: 1,
    form: 'html',
  },
  {
    id: 'torch-of-its-time',
    says: 'what misses a name in the newest torch is measured with the torch of its time',
    lines: { transformers: FOR_OLD_TORCH, torch: TORCHES },
    torch: TORCHES,
    ask: ['transformers:1.0..2.0'],
    cells: LORA,
    status: 1,
  },
  {
    id: 'torch-not-to-be-had',
    says: 'and is not measured, with the reason, where the index had no torch by then',
    lines: { transformers: FOR_OLD_TORCH, torch: NEW_TORCH },
    torch: NEW_TORCH,
    ask: ['transformers:1.0..2.0'],
    cells: LORA,
    status: 3,
  },
  {
    id: 'downgrade',
    says: 'a release that is gone back to is judged like a newer one, and the way out is a floor',
    lines: {
      transformers: {
        '1.0': { faults: ['forward_raises'] },
        '1.1': { faults: ['forward_raises'] },
        '2.0': {},
        '2.1': {},
      },
    },
    ask: ['transformers:2.1..1.0'],
    cells: LORA,
    status: 1,
  },
];
