import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { floors, type Layers, layerOf, readLayers, violations } from './layers.ts';

const layers = readLayers();
const names = Object.keys(layers);
const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join('src', name));
const ENTRIES = ['cli.ts', 'index.ts'];

const isFile = (name: string) => name.endsWith('.ts');
const planted = (name: string) => (isFile(name) ? `src/${name}` : `src/${name}/deep/planted.ts`);
const importOf = (from: string, to: string) =>
  `import { planted } from '${isFile(from) ? './' : '../../'}${isFile(to) ? to : `${to}/planted.ts`}';\n`;

const WORLD = [
  'const now = Date.now();',
  'const now = new Date();',
  'const at = performance.now();',
  'const { env } = process;',
  'await fetch(address);',
  'const chance = Math.random();',
  'setTimeout(go, 1);',
  'console.log(text);',
  'const world = globalThis;',
];

describe('the table of layers', () => {
  it('names every folder and file of src, and nothing else', () => {
    expect(names.toSorted()).toEqual([...new Set(files.map(layerOf))].toSorted());
    for (const { imports } of Object.values(layers)) expect(names).toEqual(expect.arrayContaining(imports));
  });

  it('has six floors below the entry files, and no circle', () => {
    expect(floors(layers, ENTRIES)).toBeLessThanOrEqual(6);
    const circle: Layers = {
      a: { imports: ['b'], data: [], packages: [], world: false },
      b: { imports: ['a'], data: [], packages: [], world: false },
    };
    expect(floors(circle, [])).toBeUndefined();
  });

  it('keeps the command line and the action apart', () => {
    expect(layers.commands?.imports).not.toContain('action');
    expect(layers.action?.imports).not.toContain('commands');
  });

  it('allows the world to adapters and the entry files only', () => {
    expect(names.filter((name) => layers[name]?.world)).toEqual(['adapters', ...ENTRIES]);
  });
});

describe('src', () => {
  it('imports and touches what its layers may', () => {
    expect(files.flatMap((file) => violations(file, readFileSync(file, 'utf8'), layers))).toEqual([]);
  });

  it.each(names)('cannot hide a forbidden import in %s', (name) => {
    const allowed = [name, ...(layers[name]?.imports ?? [])];
    for (const other of names) {
      const found = violations(planted(name), importOf(name, other), layers);
      expect([other, found.length]).toEqual([other, allowed.includes(other) ? 0 : 1]);
    }
  });

  it.each(names.filter((name) => !layers[name]?.world))('cannot touch the world from %s', (name) => {
    const modules = ['node:fs', 'node:child_process', 'node:http', 'octokit'].map((what) => `import '${what}';`);
    const lazily = ["const fs = await import('node:fs');", "export { spawn } from 'node:child_process';"];
    for (const text of [...WORLD, ...modules, ...lazily])
      expect([text, violations(planted(name), text, layers).length]).toEqual([text, 1]);
  });

  it('cannot read data of others', () => {
    const text = "import data from '../../probe/matrix/methods.json' with { type: 'json' };";
    expect(violations('src/domain/planted.ts', text, layers)).toEqual([]);
    expect(violations('src/plan/planted.ts', text, layers)).toHaveLength(1);
    expect(violations('src/domain/planted.ts', text.replace('probe/matrix', 'secrets'), layers)).toHaveLength(1);
  });

  it('may be pure with the same names', () => {
    const pure =
      'const day = new Date(text).toISOString(); const at = Date.parse(text); const { process: mine } = job; job.fetch(); export interface Part { readonly process: string }';
    expect(violations('src/plan/planted.ts', pure, layers)).toEqual([]);
  });
});
