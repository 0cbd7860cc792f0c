import { describe, expect, it } from '@jest/globals';
import { readRepository } from '../../src/detect/repository.ts';
import { nothingToMeasure, requestsOf } from '../../src/intake/requests.ts';
import { DEFAULT_PATTERNS } from '../../src/plan/matrix.ts';
import type { SweepRequest } from '../../src/plan/plan.ts';
import type { IndexAccess } from '../../src/ports/catalog.ts';
import { treeOf } from '../factories/manifests.ts';

type Files = Readonly<Record<string, string>>;
const written: SweepRequest = {
  ...{ changes: [], held: {}, cells: DEFAULT_PATTERNS, chosenBy: 'default', minutes: 10, environments: 12 },
  search: 'bisect',
};

/** An index of three libraries; `resolver` is absent where uv is. */
function anIndex(resolver: 'works' | 'absent' = 'works'): IndexAccess {
  const releases = (...versions: string[]) => versions.map((version) => ({ version, yanked: false, hasWheel: true }));
  const known: Readonly<Record<string, ReturnType<typeof releases>>> = {
    transformers: releases('4.55.4', '4.56.2', '4.57.6'),
    torch: releases('2.5.1', '2.9.0'),
    peft: releases('0.17.1', '0.18.1'),
  };
  return {
    catalog: { releases: async (name) => known[name] ?? [], requires: async () => [] },
    python: '3.11.7',
    addresses: async () => ['https://index.example/simple'],
    clash: async () => (resolver === 'works' ? false : undefined),
  };
}

const repository = (files: Files) => readRepository(treeOf(new Map(Object.entries(files))));
async function asked(base: Files, head: Files, own = anIndex()) {
  return requestsOf(written, { base: await repository(base), head: await repository(head) }, own);
}
const bump = (version: string, more = '') => ({ 'requirements.txt': `transformers==${version}\n${more}` });

describe('what a checkout asks for', () => {
  it('measures what the configuration watches, and nothing else', async () => {
    const ends = {
      base: await repository(bump('4.55.4', 'peft==0.17.1\ntrl==0.9.0\n')),
      head: await repository(bump('4.57.6', 'peft==0.18.1\ntrl==0.10.0\n')),
    };
    const watching = async (watch: SweepRequest['watch']) => {
      const known: IndexAccess = anIndex();
      const trl = ['0.9.0', '0.10.0'].map((version) => ({ version, yanked: false, hasWheel: true }));
      const releases = async (name: string) => (name === 'trl' ? trl : known.catalog.releases(name));
      const index = { ...known, catalog: { ...known.catalog, releases } };
      const found = await requestsOf(watch ? { ...written, watch } : written, ends, index);
      return found.flatMap(({ request }) => request.changes.map(({ library }) => library));
    };
    expect(await watching(undefined)).toEqual(['transformers', 'peft']);
    expect(await watching(['peft', 'trl'])).toEqual(['peft', 'trl']);
  });

  it('holds torch where the project names it, and says where that cannot be had', async () => {
    const [can] = await asked(bump('4.55.4', 'torch==2.5.1+cu121\n'), bump('4.57.6', 'torch==2.5.1+cu121\n'));
    expect(can?.request.held).toEqual({ torch: '2.5.1' });
    const [cannot] = await asked(bump('4.55.4', 'torch==1.13.1\n'), bump('4.57.6', 'torch==1.13.1\n'));
    expect(cannot?.request.held).toEqual({});
    expect(cannot?.known.findings.map(({ kind }) => kind)).toContain('torch-not-held');
  });

  it('measures guessed cells with what was guessed, and none of the default ones', async () => {
    const code = {
      'train.py':
        'import sys\nfrom peft import LoraConfig\nfrom transformers import AutoModelForCausalLM\nm = AutoModelForCausalLM.from_pretrained(sys.argv[1])\nLoraConfig(task_type="CAUSAL_LM")\n',
    };
    const [one] = await asked(bump('4.55.4'), { ...bump('4.57.6'), ...code });
    expect(one?.request).toMatchObject({
      cells: ['lora+defaults/none/llama/causal-lm', 'lora+defaults/none/qwen2/causal-lm'],
      chosenBy: 'code',
      sources: { 'lora+defaults/none/llama/causal-lm': 'train.py:5' },
      guessed: [
        {
          ...{ pattern: 'lora+defaults/none/*/causal-lm', source: 'train.py:5', why: 'the model is not in the source' },
          cells: ['lora+defaults/none/llama/causal-lm', 'lora+defaults/none/qwen2/causal-lm'],
        },
      ],
    });
    expect(one?.known.findings.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^A cell that is guessed .* fails no check/),
    );
    expect(one?.known.findings).toContainEqual(
      expect.objectContaining({ kind: 'cells-partial', file: 'train.py', line: 5 }),
    );
  });

  it('does not take for a guess what is sure in another file', async () => {
    const script = (model: string) =>
      `import sys\nfrom peft import LoraConfig\nfrom transformers import AutoModelForCausalLM\nm = AutoModelForCausalLM.from_pretrained(${model})\nLoraConfig(task_type="CAUSAL_LM")\n`;
    const code = { 'a.py': script('"huggyllama/llama-7b"'), 'b.py': script('sys.argv[1]') };
    const [one] = await asked(bump('4.55.4'), { ...bump('4.57.6'), ...code });
    expect(one?.request.guessed?.map(({ cells }) => cells)).toEqual([['lora+defaults/none/qwen2/causal-lm']]);
  });

  it('says that PEFT is not called, and measures the default cells', async () => {
    const [one] = await asked(bump('4.55.4'), bump('4.57.6'));
    expect(one?.request.cells).toEqual(DEFAULT_PATTERNS);
    expect(one?.known.findings.map(({ kind }) => kind)).toEqual(['no-peft']);
  });

  it('says what stays beside what moves, and why nothing is measured where nothing moves', async () => {
    const [moved] = await asked(bump('4.55.4', 'peft<1\n'), bump('4.57.6', 'peft<2\n'));
    expect(moved?.known.findings.map(({ message }) => message)).toContain('`peft` still resolves to 0.18.1.');
    const [none] = await asked(bump('4.55.4', 'peft<1\n'), bump('4.55.4', 'peft<2\n'));
    expect(none?.request.changes).toEqual([]);
    expect(nothingToMeasure(none?.standing ?? [])).toBe(
      'Nothing to measure. `peft` still resolves to 0.18.1. (requirements.txt:2)',
    );
    expect(nothingToMeasure([])).toBe('No watched library changed: nothing to measure.');
  });

  it('says that floors were not checked where there is no uv', async () => {
    const floors = (version: string) => ({ 'requirements.txt': `transformers>=${version}\npeft>=0.17.1\n` });
    const kinds = async (own: IndexAccess) =>
      (await asked(floors('4.55.4'), floors('4.56.2'), own)).flatMap(({ known }) =>
        known.findings.map(({ kind }) => kind),
      );
    expect(await kinds(anIndex('absent'))).toContain('floors-not-checked');
    expect(await kinds(anIndex())).not.toContain('floors-not-checked');
  });
});
