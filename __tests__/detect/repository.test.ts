import { describe, expect, it } from '@jest/globals';
import { usedCells } from '../../src/detect/cells.ts';
import { readProgram } from '../../src/detect/code.ts';
import { readRepository } from '../../src/detect/repository.ts';
import { cellId } from '../../src/domain/cell.ts';
import { manifestChoice } from '../../src/plan/globs.ts';
import { allCells } from '../../src/plan/matrix.ts';
import { FIXTURES, treeOf } from '../factories/manifests.ts';

const tree = (files: Readonly<Record<string, string>>, links: readonly string[] = []) =>
  treeOf(new Map(Object.entries(files)), links);

describe('a repository', () => {
  it('is read whole: every requirement stands where it says, in every fixture', async () => {
    const { manifests, contents } = await readRepository(treeOf(FIXTURES));
    const places = manifests.flatMap(({ file, requirements }) =>
      requirements.map(({ name, written, line, columns }) => {
        const text = contents.get(file)?.split('\n')[line - 1] ?? '';
        return { file, name, isThere: text.slice(...columns) === written };
      }),
    );
    expect(places.filter(({ isThere }) => !isThere)).toEqual([
      { file: 'backends/requirements-cpu.txt', name: 'accelerate', isThere: false },
    ]);
    expect(places.length).toBeGreaterThan(110);
  });

  it('reads fixtures to these requirements', async () => {
    const { manifests } = await readRepository(treeOf(FIXTURES));
    const read = manifests.map(({ file, requirements, findings, locked }) => [
      file,
      requirements.map(({ name, specifier, group, source, marker }) =>
        [name + specifier, group, source === 'index' ? '' : source, marker].filter(Boolean).join(' | '),
      ),
      ...findings.map(({ kind, line }) => `${kind} ${line}`),
      ...locked.map(({ name, version, line }) => `${name} ${version} ${line}`),
    ]);
    expect(Object.fromEntries(read.map(([file, ...rest]) => [file, rest]))).toMatchSnapshot();
  });

  it('follows includes of any name, round in circles too, and none out of the repository', async () => {
    const { manifests, findings } = await readRepository(
      tree({
        'requirements.txt':
          '-r deps/core.list\n-c ../../etc/passwd\n-r /etc/passwd\n-r gone.txt\n-r https://me:secret@files.example/r.txt\n',
        'deps/core.list': '-r ../requirements.txt\npeft==0.17.1\n',
      }),
    );
    expect(manifests.find(({ file }) => file === 'deps/core.list')?.requirements.map(({ name }) => name)).toEqual([
      'peft',
    ]);
    expect(findings.map(({ kind, file, line }) => [kind, file, line])).toEqual([
      ['include', 'requirements.txt', 2],
      ['include', 'requirements.txt', 3],
      ['include', 'requirements.txt', 4],
      ['include', 'requirements.txt', 5],
    ]);
    expect(JSON.stringify(findings)).not.toContain('secret');
  });

  it('follows includes 16 deep, and says where it stopped', async () => {
    const chain = Array.from({ length: 30 }, (_, index) => [`r${index}.list`, `-r r${index + 1}.list\npeft\n`]);
    const files = { 'requirements.txt': '-r r0.list\n', ...Object.fromEntries(chain) };
    const { manifests, findings } = await readRepository(tree(files));
    expect(manifests).toHaveLength(17);
    expect(findings).toMatchObject([{ kind: 'include', file: 'r15.list' }]);
  });

  it('says that a link is not followed, and that a file is too large', async () => {
    const big = { path: 'uv.lock', bytes: 50 * 1024 * 1024, kind: 'file' as const };
    const plain = tree({}, ['requirements.txt']);
    const { findings, manifests } = await readRepository({
      ...plain,
      files: async () => [...(await plain.files()), big],
    });
    expect(findings.map(({ kind, file }) => [kind, file])).toEqual([['link', 'requirements.txt']]);
    expect(manifests[0]?.findings[0]).toMatchObject({ kind: 'unreadable', file: 'uv.lock', line: 1 });
  });
});

describe('a choice of manifests', () => {
  const files = { 'deps/gpu.txt': 'peft==0.17.1\n', 'requirements.txt': 'torch\n', 'data/words.txt': 'a b c\n' };
  it.each<[string[], string[]]>([
    [[], ['requirements.txt']],
    [['deps/*.txt'], ['deps/gpu.txt']],
    [['**', '!requirements.txt'], []],
    [
      ['**/*.txt', '!data/**'],
      ['deps/gpu.txt', 'requirements.txt'],
    ],
  ])('%j reads %j', async (patterns, expected) => {
    const { manifests } = await readRepository(tree(files), manifestChoice(patterns));
    expect(manifests.map(({ file }) => file).toSorted()).toEqual(expected);
  });
});

describe('cells that the code uses', () => {
  const cells = (...files: readonly string[]) => {
    const uses = files.flatMap((text, index) => readProgram(new Map([[`f${index}.py`, text]]), () => undefined));
    const found = usedCells(uses, allCells(), 36);
    return {
      partial: found.partial.map(({ pattern, source, why }) => `${pattern} ${source} ${why}`),
      cells: found.cells.map(({ cell, source }) => `${cellId(cell)} ${source}`),
      unsure: found.unsure.map(({ value, line }) => `${line} ${value}`),
    };
  };

  it('are found with their place: prefix tuning and LoRA with 8-bit CodeLlama', () => {
    expect(cells(FIXTURES.get('script/train.py') ?? '').cells).toEqual([
      'lora/bnb-int8/codellama/causal-lm f0.py:17',
      'prefix-tuning/bnb-int8/codellama/causal-lm f0.py:18',
    ]);
  });

  it.each<[string, string, string[]]>([
    [
      'variants, classes and defaults of arguments',
      'import argparse, peft\nfrom transformers import Qwen2ForCausalLM\np.add_argument("--model", default="Qwen/Qwen2-1.5B")\nm = Qwen2ForCausalLM.from_pretrained(args.model)\nc = peft.LoraConfig(use_dora=True)\n',
      ['lora+dora/none/qwen2/causal-lm f0.py:5'],
    ],
    [
      'a dataclass field, 4-bit with its type, a classifier',
      'from peft import IA3Config\nfrom transformers import AutoModelForSequenceClassification, BitsAndBytesConfig\nclass A:\n    model_name: str = field(default="mistralai/Mistral-7B-v0.1")\nq = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4")\nm = AutoModelForSequenceClassification.from_pretrained(a.model_name)\nIA3Config()\n',
      ['ia3+defaults/bnb-nf4/mistral/seq-cls f0.py:7'],
    ],
    [
      'load_in_8bit as an argument',
      'from peft import LoraConfig\nm = AutoModelForCausalLM.from_pretrained("facebook/opt-350m", load_in_8bit=True)\nLoraConfig()\n',
      ['lora+defaults/bnb-int8/opt/causal-lm f0.py:3'],
    ],
    [
      'no class of the same name from elsewhere, no comment, no string',
      'import peft\nfrom mine import LoraConfig\n# PrefixTuningConfig()\ns = "IA3Config()"\nm = AutoModelForCausalLM.from_pretrained("gpt2")\nLoraConfig()\n',
      [],
    ],
    [
      'no architecture that a name only resembles',
      'from peft import LoraConfig\nm = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-4-Scout-17B")\nLoraConfig()\n',
      [],
    ],
  ])('%s', (_name, text, expected) => {
    expect(cells(text).cells).toEqual(expected);
  });

  it('are listed as not sure where something is missing', () => {
    expect(
      cells(
        'from peft import LoraConfig\nm = AutoModelForCausalLM.from_pretrained(sys.argv[1])\nLoraConfig()\n',
        'from peft import LoraConfig\nLoraConfig()\n',
        'from peft import OFTConfig\nm = AutoModelForCausalLM.from_pretrained("gpt2")\nOFTConfig()\n',
      ),
    ).toEqual({
      cells: [],
      partial: [
        'lora+defaults/none/*/causal-lm f0.py:3 the model is not in the source',
        'lora+defaults/*/*/* f1.py:2 the model is not in the source; the quantization is not in the source; the task is not in the source',
      ],
      unsure: [
        '2 which model is loaded is not in the source',
        '3 `oft+defaults/none/gpt2/causal-lm` is used; it is not in the matrix, so it is not measured',
      ],
    });
  });

  it('are not confused by names that every object has', () => {
    expect(
      cells(
        'from peft import constructor, LoraConfig\nimport peft\npeft.toString()\nx.constructor()\nconstructor()\nLoraConfig(task_type="constructor")\n',
      ).cells,
    ).toEqual([]);
  });

  it('are each found once, however often the code repeats itself', () => {
    const many = `from peft import LoraConfig\n${'LoraConfig()\n'.repeat(3000)}${'AutoModelForCausalLM.from_pretrained("gpt2")\n'.repeat(3000)}`;
    expect(cells(many).cells).toEqual(['lora+defaults/none/gpt2/causal-lm f0.py:2']);
  });

  it('are found in source with errors', () => {
    expect(cells(`${FIXTURES.get('script/train.py')}\ndef broken(:\n  x = = 3\n`).cells).toHaveLength(2);
  });
});
