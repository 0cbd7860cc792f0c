import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Cell, cellId, isControl } from '../../src/domain/cell.ts';
import type { Failure } from '../../src/domain/outcome.ts';
import { compareVersions } from '../../src/domain/version.ts';
import { namedLibraries } from '../../src/search/named-libraries.ts';
import { processorMs } from '../factories/processor.ts';
import { checked, failing, raised, stopped } from '../factories/results.ts';
import { change, llama, type Pins, play } from './world.ts';

const PEFT = ['0.14.0', '0.15.0', '0.15.1', '0.15.2'];
const RELEASES = ['1.0.0', '1.1.0', '1.2.0', '1.3.0', '1.4.0', '1.5.0', '1.6.0', '1.7.0'];
const LINE = ['0.31.0', '0.32.0', '0.33.0', '0.34.0', '0.34.1', '0.34.2', '1.0.0', '1.1.0'];
const atLeast = (version: string | undefined, limit: string) => compareVersions(version ?? '0', limit) >= 0;
const broken = raised('forward', 'sizes differ');
const prefix = llama('prefix-tuning', 'bnb-int8');
const environmentsOf = (asked: readonly { readonly environment: object }[]) =>
  new Set(asked.map(({ environment }) => JSON.stringify(environment))).size;

/** An import that fails until accelerate has a helper. */
const missing: Failure = {
  ...raised('import', "cannot import name 'clear' from 'accelerate.utils.memory' (/x/peft/accelerate.py)"),
  frames: ['peft/__init__.py:1 <module>', 'peft/import_utils.py:3 <module>'],
};
const accelerateBreak = (mendedBy: string) => (cell: Cell, pins: Pins) =>
  !isControl(cell) && atLeast(pins.peft, '0.15.0') && !atLeast(pins.accelerate, mendedBy)
    ? stopped(cellId(cell), missing)
    : undefined;
const accelerateWorld = {
  cells: [llama('lora')],
  changes: [change('peft', PEFT)],
  base: { accelerate: '0.31.0' },
  partners: { peft: [...PEFT, '0.16.0', '0.17.0'], transformers: RELEASES, accelerate: LINE },
};

describe('partners', () => {
  it('begin with the library that the error names, and are found within two environments', () => {
    const { asked, conclusions } = play({ ...accelerateWorld, result: accelerateBreak('0.34.0') });
    const tried = asked.filter(({ purpose }) => purpose === 'partner').map(({ environment }) => environment.pins);
    expect(tried[0]).toMatchObject({ accelerate: '1.1.0', peft: '0.15.2' });
    expect(tried.every((pins) => pins.accelerate !== '0.31.0')).toBe(true);
    expect(conclusions.measuredPins[0]).toMatchObject({
      kind: 'raise-partner',
      library: 'accelerate',
      version: '0.34.0',
      holds: 1,
      of: 1,
    });
  });

  it('that were measured to help are reported whatever ran out', () => {
    for (const environments of [5, 6, 7]) {
      const { conclusions } = play({ ...accelerateWorld, environments, result: accelerateBreak('0.34.0') });
      const pin = conclusions.measuredPins.find(({ library }) => library === 'accelerate');
      expect(pin).toMatchObject({ kind: 'raise-partner', unlocks: ['lora/none/llama/causal-lm'] });
      expect(atLeast(pin?.version, '0.34.0')).toBe(true);
      expect(conclusions.left.length > 0).toBe(environments < 7);
    }
  });

  it('whose newest release fails alike are not walked down', () => {
    const { asked } = play({
      cells: [llama('lora')],
      changes: [change('transformers', RELEASES)],
      partners: { peft: ['0.1.0', ...LINE], accelerate: LINE },
      base: { accelerate: '0.31.0' },
      result: (cell, pins) =>
        cell.method === 'lora' && atLeast(pins.transformers, '1.5.0') ? failing(cellId(cell), [broken]) : undefined,
    });
    expect(asked.filter(({ purpose }) => purpose === 'partner')).toHaveLength(2);
  });

  it('that cannot be had are not tried one by one', () => {
    const patches = Array.from({ length: 40 }, (_, patch) => `0.2.${patch}`);
    const { asked } = play({
      cells: [llama('lora')],
      changes: [change('transformers', ['1.0.0', '1.1.0'])],
      partners: { peft: [...patches, '0.3.0'] },
      environment: (pins) => (pins.peft?.startsWith('0.2.') ? { status: 'unresolved', why: 'no' } : undefined),
      result: (cell, pins) =>
        cell.method === 'lora' && atLeast(pins.transformers, '1.1.0') && pins.peft !== '0.3.0'
          ? failing(cellId(cell), [broken])
          : undefined,
    });
    expect(asked.filter(({ purpose }) => purpose === 'partner').length).toBeLessThanOrEqual(3);
  });

  it('are offered with the newest patch of their minor that was measured', () => {
    const { conclusions } = play({
      ...accelerateWorld,
      partners: { accelerate: LINE.slice(0, 6) },
      result: accelerateBreak('0.34.0'),
    });
    expect(conclusions.measuredPins[0]).toMatchObject({ version: '0.34.0', newestPatch: '0.34.2' });
  });

  it('asked for by the metadata of the changed release come before the rest', () => {
    const { asked } = play({
      ...accelerateWorld,
      partners: { transformers: RELEASES, accelerate: LINE },
      asks: ['accelerate'],
      result: (cell, pins) =>
        !isControl(cell) && atLeast(pins.peft, '0.15.0') ? failing(cellId(cell), [broken]) : undefined,
    });
    const [first] = asked.filter(({ purpose }) => purpose === 'partner');
    expect(first?.environment.pins).toMatchObject({ accelerate: '1.1.0' });
  });

  it('do not count where the model itself is broken beside them', () => {
    const { conclusions } = play({
      cells: [llama('lora')],
      changes: [change('transformers', RELEASES)],
      partners: { accelerate: LINE },
      base: { accelerate: '0.31.0' },
      result: (cell, pins) => {
        if (!atLeast(pins.transformers, '1.5.0')) return undefined;
        if (atLeast(pins.accelerate, '0.32.0'))
          return isControl(cell) ? failing(cellId(cell), [checked('carry', 'base-moved')]) : undefined;
        return isControl(cell) ? undefined : failing(cellId(cell), [broken]);
      },
    });
    expect(conclusions.measuredPins.map(({ kind }) => kind)).toEqual(['hold']);
  });
});

describe('evidence', () => {
  const libraries = ['peft', 'transformers', 'accelerate', 'bitsandbytes', 'huggingface-hub'];
  it.each<[string, string, readonly string[], readonly string[]]>([
    ['the missing name', "cannot import name 'x' from 'accelerate.utils' (/a/peft/b.py)", [], ['accelerate']],
    ['a missing module', "No module named 'huggingface_hub.errors'", [], ['huggingface-hub']],
    ['a package in words', 'Using `bnb` requires Accelerate: `pip install accelerate`', [], ['accelerate']],
    [
      'the raising frame',
      'sizes differ',
      ['peft/a.py:1 f', 'bitsandbytes/b.py:2 g', 'torch/c.py:3 h'],
      ['bitsandbytes'],
    ],
    [
      'the message before the frame',
      'bitsandbytes is too old',
      ['transformers/utils.py:3 check'],
      ['bitsandbytes', 'transformers'],
    ],
    ['nothing', 'sizes differ', ['torch/c.py:3 h', 'train.py:3 main'], []],
    ['nothing in a path', 'no such file: /home/peft/accelerate/x', [], []],
  ])('finds %s', (_name, message, frames, expected) => {
    expect(namedLibraries([{ ...raised('forward', message), frames }], libraries)).toEqual(expected);
  });

  it('puts first what most errors name', () => {
    const failures = ['accelerate', 'bitsandbytes', 'bitsandbytes'].map((name) => raised('import', `no ${name}`));
    expect(namedLibraries(failures, libraries)).toEqual(['bitsandbytes', 'accelerate']);
  });

  it('is found in time that is linear in a hostile message', () => {
    const began = processorMs();
    namedLibraries([raised('import', 'a'.repeat(1_000_000)), raised('import', '/'.repeat(1_000_000))], libraries);
    expect(processorMs() - began).toBeLessThan(1000);
  });
});

describe('the limit of environments', () => {
  const quantizations = Array.from({ length: 15 }, (_, index) => `q${index}`);
  const packages = Object.fromEntries(quantizations.map((name) => [name, [`package-${name}`]]));
  const cells = quantizations.map((name) => llama('lora', name));

  it('counts for each package set, so that every set has both ends', () => {
    const { conclusions } = play({ cells, packages, changes: [change('transformers', RELEASES)], environments: 2 });
    expect(new Set(conclusions.comparisons.map(({ comparison }) => comparison))).toEqual(new Set(['same']));
    expect(conclusions.left).toEqual([]);
  });

  it('is never exceeded in any set', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 7 }), (environments, index) => {
        const { history } = play({
          cells: cells.slice(0, 3),
          packages,
          environments,
          changes: [change('transformers', RELEASES)],
          partners: { peft: ['0.1.0', '0.2.0', '0.3.0'] },
          result: (cell, pins) =>
            !isControl(cell) && atLeast(pins.transformers, RELEASES[index] ?? '')
              ? failing(cellId(cell), [broken])
              : undefined,
        });
        const sets = new Map<string, Set<string>>();
        for (const { question } of history) {
          const key = question.environment.packages.join();
          sets.set(key, (sets.get(key) ?? new Set()).add(JSON.stringify(question.environment)));
        }
        for (const built of sets.values()) expect(built.size).toBeLessThanOrEqual(environments);
      }),
    );
  });

  it('measures base and head of a few sets before the base of the next', () => {
    const { asked } = play({ cells, packages, changes: [change('transformers', RELEASES)] });
    const firstHead = asked.findIndex(({ purpose }) => purpose === 'head');
    expect(firstHead).toBeLessThanOrEqual(2);
  });

  it('leaves a boundary as far as it was narrowed down, and says what is left', () => {
    const { conclusions } = play({
      cells: [llama('lora')],
      changes: [change('transformers', RELEASES)],
      partners: { accelerate: LINE },
      base: { accelerate: '0.31.0' },
      environments: 3,
      result: (cell, pins) =>
        cell.method === 'lora' && atLeast(pins.transformers, '1.5.0') ? failing(cellId(cell), [broken]) : undefined,
    });
    expect(conclusions.boundaries[0]).toMatchObject({
      lastGood: '1.3.0',
      firstBad: '1.7.0',
      certainty: { adjacent: false, open: 3, runs: 0 },
    });
    expect(conclusions.measuredPins).toEqual([
      expect.objectContaining({ kind: 'hold', version: '1.3.0', below: '1.4.0' }),
    ]);
    expect(conclusions.left.map(({ purpose, libraries }) => [purpose, libraries])).toEqual([
      ['bisect', []],
      ['partner', ['accelerate']],
    ]);
  });

  it('leaves nothing undone where a search came to its end', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), (index) => {
        const { conclusions } = play({
          cells: [llama('lora')],
          changes: [change('transformers', RELEASES)],
          partners: { accelerate: LINE },
          base: { accelerate: '0.31.0' },
          result: (cell, pins) =>
            cell.method === 'lora' && atLeast(pins.transformers, RELEASES[index] ?? '')
              ? failing(cellId(cell), [broken])
              : undefined,
        });
        expect(conclusions.left).toEqual([]);
      }),
    );
  });
});

describe('other cells as ways out', () => {
  const changes = [change('transformers', ['1.0.0', '1.1.0'])];
  const atHead = (pins: Pins) => pins.transformers === '1.1.0';
  const helps = (conclusions: ReturnType<typeof play>['conclusions']) =>
    conclusions.workarounds.map(({ use, helps: does, why }) => [use.split('/').slice(0, 2).join('/'), does, why]);

  it('do not help where the base model is wrong in that environment', () => {
    const { conclusions } = play({
      cells: [prefix],
      changes,
      alternatives: [llama('lora', 'bnb-int8')],
      result: (cell, pins) =>
        atHead(pins) && (isControl(cell) || cell.method === 'prefix-tuning')
          ? failing(cellId(cell), [isControl(cell) ? checked('carry', 'base-moved') : broken])
          : undefined,
    });
    expect(helps(conclusions)).toEqual([['lora/bnb-int8', false, 'the base model is wrong there']]);
  });

  it('do not help where the model was not measured unquantized and is broken there', () => {
    const { asked, conclusions } = play({
      cells: [prefix],
      changes,
      alternatives: [llama('prefix-tuning')],
      result: (cell, pins) =>
        atHead(pins) && (cellId(cell) === cellId(prefix) || cellId(cell) === 'base/none/llama/causal-lm')
          ? failing(cellId(cell), [broken])
          : undefined,
    });
    expect(asked.flatMap(({ cells }) => cells.map(cellId))).toContain('base/none/llama/causal-lm');
    expect(helps(conclusions)).toEqual([['prefix-tuning/none', false, 'the base model is broken there']]);
  });

  it('are measured at base too where only that shows whether they are broken alike', () => {
    const { asked, conclusions } = play({
      cells: [prefix],
      changes,
      alternatives: [llama('lora', 'bnb-int8'), llama('ia3', 'bnb-int8')],
      result: (cell, pins) =>
        atHead(pins) && (cell.method === 'prefix-tuning' || cell.method === 'ia3')
          ? failing(cellId(cell), [checked('carry', 'carry-differs')])
          : undefined,
    });
    const atBase = asked.filter(({ purpose }) => purpose === 'base').flatMap(({ cells }) => cells.map(cellId));
    expect(atBase).toContain('lora/bnb-int8/llama/causal-lm');
    expect(helps(conclusions)).toEqual([
      ['lora/bnb-int8', true, undefined],
      ['ia3/bnb-int8', false, undefined],
    ]);
  });

  it('do not help where the check that failed was not made', () => {
    const { conclusions } = play({
      cells: [llama('lora')],
      changes,
      alternatives: [llama('prompt-tuning')],
      result: (cell, pins) => {
        if (cell.method === 'prompt-tuning') {
          const result = failing(cellId(cell), []);
          return { ...result, outcome: 'pass', stages: { ...result.stages, merge: 'na' } };
        }
        return cell.method === 'lora' && atHead(pins)
          ? failing(cellId(cell), [checked('merge', 'merge-differs')])
          : undefined;
      },
    });
    expect(helps(conclusions)).toEqual([['prompt-tuning/none', false, 'not checked there: merge']]);
  });

  it('do not help where they pass and do less than before', () => {
    const { conclusions } = play({
      cells: [llama('lora'), llama('ia3')],
      changes,
      result: (cell, pins) => {
        if (cell.method === 'lora' && atHead(pins)) return failing(cellId(cell), [broken]);
        const result = failing(cellId(cell), [], { trainable: atHead(pins) ? 10 : 20 });
        return cell.method === 'ia3' ? { ...result, outcome: 'pass' } : undefined;
      },
    });
    expect(helps(conclusions)).toContainEqual(['ia3/none', false, 'worse than before the change']);
  });

  it('help by dropping a quantization that fails itself', () => {
    const { conclusions } = play({
      cells: [prefix],
      changes,
      alternatives: [llama('prefix-tuning')],
      result: (cell, pins) => {
        if (cell.quantization === 'none') {
          const result = failing(cellId(cell), []);
          return { ...result, outcome: 'pass', stages: { ...result.stages, quantize: 'na' } };
        }
        return atHead(pins) && !isControl(cell) ? stopped(cellId(cell), raised('quantize', 'no kernel')) : undefined;
      },
    });
    expect(helps(conclusions)).toEqual([['prefix-tuning/none', true, undefined]]);
  });

  it('take no more environments than both ends and one without the quantization', () => {
    const { asked } = play({
      cells: [prefix],
      changes,
      alternatives: [llama('lora', 'bnb-int8'), llama('prefix-tuning')],
      result: (cell, pins) =>
        atHead(pins) && cell.method === 'prefix-tuning' && cell.quantization !== 'none'
          ? failing(cellId(cell), [checked('carry', 'carry-differs')])
          : undefined,
    });
    expect(environmentsOf(asked)).toBe(2);
  });
});
