import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { ARCHITECTURE_OF_CLASS, METHOD_OF_CONFIG } from '../../src/detect/code/known-names.ts';
import { QUANTIZATION_OF_CONFIG } from '../../src/detect/code/quantizations.ts';
import { CODE_PATHS, CodePath } from '../../src/domain/code-paths.ts';
import { FACT_NAMES } from '../../src/domain/facts.ts';
import {
  ARCHITECTURES,
  Architecture,
  Exemption,
  METHODS,
  Method,
  QUANTIZERS,
  Quantizer,
  TASKS,
  Task,
} from '../../src/domain/matrix.ts';
import { Report } from '../../src/report/model.ts';

const SHOW = `
import dataclasses, json, re, sys
sys.path.insert(0, 'probe')
from peft_probe import matrix, methods, models, paths, quantizers, stages
camel = lambda name: re.sub('_(.)', lambda letter: letter.group(1).upper(), name)
print(json.dumps({
  'keys': {one.__name__: sorted(camel(field.name) for field in dataclasses.fields(one))
           for one in (methods.Method, paths.CodePath, quantizers.Quantizer, models.Architecture, matrix.Task, matrix.Exemption)},
  'names': {'methods': list(methods.METHODS), 'paths': list(paths.PATHS), 'quantizers': list(quantizers.ENTRIES),
            'architectures': list(models.ARCHITECTURES), 'tasks': list(matrix.TASKS)},
  'stages': ['import', *[stage.name for stage in stages.STAGES]],
  'facts': [fact for stage in stages.STAGES for fact in stage.facts],
}))`;

describe('the two halves of the program', () => {
  const shown = JSON.parse(spawnSync('python3', ['-c', SHOW], { encoding: 'utf8' }).stdout);

  it('read the same entries of the matrix, in the same order', () => {
    expect(shown.names).toEqual({
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
      Architecture: known(Architecture),
      Task: known(Task),
      Exemption: known(Exemption),
    });
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
    expect(Object.keys(entry.refuses ?? {}).filter((name) => !(name in ARCHITECTURES))).toEqual([]);
  });

  it.each(Object.keys(QUANTIZERS).filter((name) => name !== 'none'))(
    '%s is known by its configuration class',
    (name) => {
      expect(Object.keys(QUANTIZATION_OF_CONFIG)).toContain(QUANTIZERS[name]?.config);
    },
  );

  it.each(Object.entries(METHODS))(
    '%s is known by its configuration class, or is a variant of one that is',
    (name, entry) => {
      expect(METHOD_OF_CONFIG[entry.config]?.name).toBe(name.split('+')[0]);
    },
  );

  it.each(Object.keys(ARCHITECTURES))('%s is known by the name of its model class', (name) => {
    const { architectures } = JSON.parse(readFileSync(`probe/checkpoints/${name}/config.json`, 'utf8'));
    expect(ARCHITECTURE_OF_CLASS.find(([pattern]) => pattern.test(architectures[0]))?.[1]).toBe(name);
  });
});

describe('the public schema', () => {
  it('is the one that reports are made by (npm run schema writes it)', () => {
    const written = JSON.parse(readFileSync('schema/report.schema.json', 'utf8'));
    expect(written).toEqual(JSON.parse(JSON.stringify(z.toJSONSchema(Report))));
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
