import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { ARCHITECTURE_OF_CLASS, architecturesNamed, METHOD_OF_CONFIG } from '../../src/detect/code/known-names.ts';
import { formMadeBy, QUANTIZATION_OF_CONFIG } from '../../src/detect/code/quantizations.ts';
import { CODE_PATHS, CodePath } from '../../src/domain/code-paths.ts';
import { FACT_NAMES } from '../../src/domain/facts.ts';
import {
  ARCHITECTURES,
  Architecture,
  Exemption,
  Feed,
  Idle,
  METHODS,
  Method,
  NeededPackage,
  QUANTIZERS,
  Quantizer,
  TASKS,
  Task,
  UNMEASURED_ARCHITECTURES,
} from '../../src/domain/matrix.ts';
import { own } from '../../src/domain/own.ts';
import { shapeOf } from '../../src/domain/shapes.ts';
import { compareVersions } from '../../src/domain/version.ts';
import { Report } from '../../src/report/model.ts';

const SHOW = `
import dataclasses, json, re, sys
sys.path.insert(0, 'probe')
from peft_probe import invariants, matrix, methods, models, packing, paths, preparations, quantizers, stages
camel = lambda name: re.sub('_(.)', lambda letter: letter.group(1).upper(), name)
print(json.dumps({
  'keys': {one.__name__: sorted(camel(field.name) for field in dataclasses.fields(one))
           for one in (methods.Method, paths.CodePath, quantizers.Quantizer, matrix.Package, models.Architecture, models.Feed, models.Idle, matrix.Task, matrix.Exemption)},
  'names': {'methods': list(methods.METHODS), 'paths': list(paths.PATHS), 'quantizers': list(quantizers.ENTRIES), 'forms': sorted(packing.FORMS),
            'architectures': list(models.ARCHITECTURES), 'tasks': list(matrix.TASKS)},
  'arguments': {name: method.arguments for name, method in methods.METHODS.items()},
  'preparations': sorted(preparations.PREPARATIONS),
  'checks': [one.name for one in invariants.INVARIANTS] + [stages.generating.DIFFERS.format(how) for how in ('cached', 'uncached')],
  'stages': ['import', *[stage.name for stage in stages.STAGES]],
  'facts': [fact for stage in stages.STAGES for fact in stage.facts],
}))`;

describe('the two halves of the program', () => {
  const shown = JSON.parse(spawnSync('python3', ['-c', SHOW], { encoding: 'utf8' }).stdout);

  it('read the same entries of the matrix, in the same order', () => {
    const packed = Object.values(QUANTIZERS).flatMap(({ packed: form }) => form ?? []);
    expect(shown.names).toEqual({
      forms: [...new Set(packed)].toSorted(),
      methods: Object.keys(METHODS),
      paths: Object.keys(CODE_PATHS),
      quantizers: Object.keys(QUANTIZERS),
      architectures: Object.keys(ARCHITECTURES),
      tasks: Object.keys(TASKS),
    });
  });

  it('know the same keys of an entry', () => {
    const known = (schema: z.ZodObject) => Object.keys(schema.shape).toSorted();
    expect(shown.keys).toEqual({
      Method: known(Method),
      CodePath: known(CodePath),
      Quantizer: known(Quantizer),
      Package: known(NeededPackage),
      Architecture: known(Architecture),
      Feed: known(Feed),
      Idle: known(Idle),
      Task: known(Task),
      Exemption: known(Exemption),
    });
  });

  it('make the same of an entry that rests on another', () => {
    const ours = Object.entries(METHODS).map(([name, entry]) => [name, entry.arguments]);
    expect(shown.arguments).toEqual(Object.fromEntries(ours));
  });

  it('know by name what a method needs besides, and the checks that do not hold of it', () => {
    const prepared = Object.values(METHODS).flatMap((entry) => entry.prepared ?? []);
    expect([...new Set(prepared)].toSorted()).toEqual(shown.preparations);
    const named = Object.values(METHODS).flatMap(({ byDesign = {} }) => Object.keys(byDesign));
    expect(named.filter((name) => !shown.checks.includes(name))).toEqual([]);
  });

  it('go through the same stages in the same order', async () => {
    const { STAGES } = await import('../../src/domain/outcome.ts');
    expect(shown.stages).toEqual([...STAGES]);
  });

  it('have a name and a unit for each fact that a stage tells', () => {
    expect(shown.facts.filter((fact: string) => !FACT_NAMES.some((name) => name === fact))).toEqual([]);
  });
});

describe('the matrix', () => {
  it('has no variant of a method that is called like a code path', () => {
    const variants = Object.keys(METHODS).flatMap((method) => method.split('+').slice(1));
    expect(variants.filter((variant) => variant in CODE_PATHS)).toEqual([]);
  });

  it('refuses an entry with a key that nothing reads', () => {
    expect(Method.safeParse({ ...METHODS.lora, colour: 'red' }).success).toBe(false);
  });

  it.each(Object.entries(ARCHITECTURES))(
    '%s has tasks that exist, and a head for each that makes one',
    (_name, entry) => {
      const made = entry.tasks.filter((task) => TASKS[task]?.labels !== undefined);
      expect(entry.tasks.filter((task) => !(task in TASKS))).toEqual([]);
      expect(Object.keys(entry.heads ?? {}).toSorted()).toEqual(made.toSorted());
    },
  );

  it.each(Object.entries(METHODS))('%s names its modules by what every architecture has', (_name, entry) => {
    const asked = Object.values(entry.arguments).flatMap((value) =>
      typeof value === 'object' && 'modules' in value ? [value.modules] : [],
    );
    const lacking = Object.entries(ARCHITECTURES).filter(([, { modules }]) => asked.some((role) => !(role in modules)));
    expect(lacking.map(([name]) => name)).toEqual([]);
  });

  it.each(Object.entries(METHODS))('%s says where it cannot be in names of the matrix', (_name, entry) => {
    const quantizations = entry.quantizations ?? [];
    expect(quantizations.filter((name) => !(name in QUANTIZERS))).toEqual([]);
    const architectures = [...(entry.architectures ?? []), ...Object.keys(entry.refuses ?? {})];
    expect(architectures.filter((name) => !(name in ARCHITECTURES))).toEqual([]);
    expect((entry.tasks ?? []).filter((name) => !(name in TASKS))).toEqual([]);
  });

  const forms = Object.entries(QUANTIZERS).flatMap(([name, { config, arguments: given = {}, saidBy, quantizes }]) => {
    const written = Object.entries(given).flatMap(([keyword, value]) =>
      typeof value === 'object' ? [] : [[keyword, value === true ? 'True' : String(value)] as const],
    );
    const said = (saidBy?.is ?? ['']).map((text) => new Map([...written, [saidBy?.keyword ?? '', text]]));
    return name === 'none' ? [] : [{ name, config, said, quantizes }];
  });

  it.each(forms.filter(({ config }) => config !== undefined))(
    '$name is asked for in code by its class and what that is given',
    ({ name, config = '', said }) => {
      const asked = said.map((texts) =>
        QUANTIZATION_OF_CONFIG[config]?.((keyword) => {
          const text = texts.get(keyword);
          return text === undefined ? undefined : { texts: [text], isSure: true };
        }),
      );
      // Of two forms that only the checkpoint tells apart the class says the first; nested scales are an argument.
      const first = forms.find((form) => form.config === config && said.every((texts) => texts.size === 1));
      const isPlain = own(QUANTIZERS, name)?.saidBy === undefined;
      const form = isPlain && first !== undefined ? first.name : name.replace('+double', '');
      const one = { values: [form], isSure: true, isUnread: false };
      expect(asked).toEqual(said.map(() => one));
    },
  );

  it.each(forms.filter(({ config }) => config === undefined))(
    '$name is asked for in code by the function that makes it',
    ({ name, quantizes }) => {
      const [by = '', config = ''] = [quantizes?.by, quantizes?.config.make].map((path) => path?.split('.').at(-1));
      expect(formMadeBy(by, config)).toBe(name);
    },
  );

  it.each(Object.entries(METHODS))(
    '%s is known by its configuration class, or is a variant of one that is',
    (name, entry) => {
      expect(METHOD_OF_CONFIG[entry.config]?.name).toBe(name.split('+')[0]);
    },
  );

  it.each(Object.entries(ARCHITECTURES))(
    '%s is known by the name of its model class, or of its checkpoints',
    (name, entry) => {
      const { architectures, model_type } = JSON.parse(readFileSync(`probe/checkpoints/${name}/config.json`, 'utf8'));
      const found = ARCHITECTURE_OF_CLASS.find(([pattern]) => pattern.test(architectures[0]))?.[1];
      expect([found, model_type]).toEqual([entry.modelType ?? name, entry.modelType ?? name]);
      expect(entry.classes.length + entry.models.length).toBeGreaterThan(0);
    },
  );

  it.each(Object.entries(ARCHITECTURES))(
    '%s has its checkpoint made by the release that it is there since',
    (name, { since }) => {
      const config = JSON.parse(readFileSync(`probe/checkpoints/${name}/config.json`, 'utf8'));
      const order = [since ?? '4.36.0', config.transformers_version].toSorted((one, other) =>
        compareVersions(one, other),
      );
      expect(order[0]).toBe(since ?? '4.36.0');
    },
  );

  it.each(Object.entries(UNMEASURED_ARCHITECTURES))(
    '%s is not measured, and what stands in for it is',
    (name, { family }) => {
      expect(name in ARCHITECTURES).toBe(false);
      expect(family === undefined || family in ARCHITECTURES).toBe(true);
    },
  );

  it.each([
    ['codellama/CodeLlama-7b-hf', 'codellama'],
    ['meta-llama/Meta-Llama-3-8B', 'llama'],
    ['deepseek-ai/DeepSeek-R1-Distill-Llama-8B', 'llama'],
    ['deepseek-ai/DeepSeek-R1-Distill-Qwen-7B', 'qwen2'],
    ['deepseek-ai/DeepSeek-V3', 'deepseek_v3'],
    ['deepseek-ai/DeepSeek-R1', 'deepseek_v3'],
    ['moonshotai/Kimi-K2-Thinking', 'deepseek_v3'],
    ['Qwen/Qwen2.5-7B-Instruct', 'qwen2'],
    ['Qwen/Qwen3-0.6B', 'qwen3'],
    ['Qwen/Qwen3-30B-A3B', 'qwen3_moe'],
    ['google/gemma-2-2b', 'gemma2'],
    ['google/gemma-7b', 'gemma'],
    ['google/gemma-3-1b-it', 'gemma3_text'],
    ['google/gemma-3-4b-it', 'gemma3'],
    ['google/gemma-3n-E2B-it', 'gemma3n'],
    ['openai/whisper-small', 'whisper'],
    ['google/vit-base-patch16-224-in21k', 'vit'],
    ['Qwen/Qwen2.5-VL-3B-Instruct', 'qwen2_5_vl'],
    ['llava-hf/llava-1.5-7b-hf', 'llava'],
    ['stepfun-ai/GOT-OCR-2.0-hf', 'got_ocr2'],
    ['baidu/ERNIE-4.5-VL-28B-A3B-PT', 'ernie4_5_vl_moe'],
    ['google/siglip2-base-patch16-224', 'siglip2'],
    ['google/siglip-so400m-patch14-384', 'siglip'],
    ['deepseek-ai/DeepSeek-V2-Lite', 'deepseek_v2'],
    ['deepseek-ai/DeepSeek-Coder-V2-Lite-Instruct', 'deepseek_v2'],
    ['MiniMaxAI/MiniMax-Text-01-hf', 'minimax'],
    ['tencent/Hunyuan-A13B-Instruct', 'hunyuan_v1_moe'],
    ['microsoft/Phi-3-mini-4k-instruct', 'phi3'],
    ['microsoft/phi-2', 'phi'],
    ['HuggingFaceTB/SmolLM2-135M', 'llama'],
    ['HuggingFaceTB/SmolLM3-3B', 'smollm3'],
    ['EleutherAI/pythia-70m', 'gpt_neox'],
    ['EleutherAI/gpt-neo-125m', 'gpt_neo'],
    ['bigscience/bloomz-560m', 'bloom'],
    ['openai/gpt-oss-20b', 'gpt_oss'],
    ['MiniMaxAI/MiniMax-M2', 'minimax_m2'],
    ['zai-org/GLM-4-9B-0414', 'glm4'],
    ['THUDM/glm-4-9b', 'chatglm'],
    ['state-spaces/mamba-130m-hf', 'mamba'],
    ['baidu/ERNIE-4.5-0.3B-PT', 'ernie4_5'],
    ['baidu/ERNIE-4.5-21B-A3B-PT', 'ernie4_5_moe'],
    ['tencent/Hunyuan-1.8B-Instruct', 'hunyuan_v1_dense'],
    ['FacebookAI/roberta-base', 'roberta'],
    ['FacebookAI/xlm-roberta-base', 'xlm-roberta'],
    ['microsoft/deberta-v3-base', 'deberta-v2'],
    ['facebook/bart-large-cnn', 'bart'],
    ['google/mt5-small', 'mt5'],
    ['google/flan-t5-base', 't5'],
    ['google-bert/bert-base-uncased', 'bert'],
    ['distilbert/distilbert-base-uncased', 'distilbert'],
    ['mistralai/Mixtral-8x7B-v0.1', 'mixtral'],
    ['mistralai/Mistral-7B-v0.1', 'mistral'],
  ])('%s is one architecture, %s', (model, architecture) => {
    expect([...new Set(architecturesNamed(model))]).toEqual([architecture]);
  });
});

describe('the public schema', () => {
  it('is the one that reports are made by (npm run schema writes it)', () => {
    const written = JSON.parse(readFileSync('schema/report.schema.json', 'utf8'));
    expect(written).toEqual(JSON.parse(JSON.stringify(z.toJSONSchema(Report))));
  });
});

describe('the shapes of the checkpoints', () => {
  it('are what their files say (npm run shapes writes them)', () => {
    const { status, stderr } = spawnSync('node', ['bench/shapes.mjs', '--check'], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('are there for each architecture of the matrix', () => {
    expect(Object.keys(ARCHITECTURES).filter((name) => shapeOf(name) === undefined)).toEqual([]);
  });
});

describe('the program', () => {
  it('names no package registry and no known break', () => {
    const bundle = readFileSync('dist/cli.js', 'utf8');
    for (const word of ['pypi', 'pythonhosted', 'download.pytorch', 'known-breaks', 'hybridcache'])
      expect(bundle.toLowerCase()).not.toContain(word);
  });

  it.each(['src', 'probe', 'oracle', 'docs', 'bench', 'schema', '.github', '__tests__'])(
    'is written, tested and described without the host of a package registry: %s',
    (folder) => {
      const hosts = [
        ['pypi', 'org'],
        ['pythonhosted', 'org'],
        ['npmjs', 'org'],
        ['download.pytorch', 'org'],
      ];
      const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
        (entry) => entry.isFile() && /\.(ts|mjs|py|md|json|ya?ml|toml|txt|sh)$/.test(entry.name),
      );
      expect(files.length).toBeGreaterThan(0);
      const named = files
        .map((entry) => join(entry.parentPath, entry.name))
        .filter((path) => hosts.some((host) => readFileSync(path, 'utf8').includes(host.join('.'))));
      expect(named).toEqual([]);
    },
  );
});
