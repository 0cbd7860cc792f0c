/** Reads what a file of `src/` imports and touches, and holds it against the table of layers. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { z } from 'zod';

const Layer = z.strictObject({
  /** Folders and files of `src/` that it may import besides itself. */
  imports: z.array(z.string()),
  /** Folders outside of `src/` whose JSON files it may import. */
  data: z.array(z.string()).default([]),
  /** Packages and modules of Node that it may import; `*` for all. */
  packages: z.array(z.string()).default([]),
  /** Whether it may touch the world: clock, network, process, disk. */
  world: z.boolean().default(false),
});
export type Layer = z.infer<typeof Layer>;
export type Layers = Readonly<Record<string, Layer>>;

export function readLayers(): Layers {
  return z.record(z.string(), Layer).parse(JSON.parse(readFileSync('layers.json', 'utf8')));
}

const WORLD_NAMES = [
  'process',
  'performance',
  'fetch',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'globalThis',
  'console',
];
const WORLD_CALLS = ['Date.now', 'Math.random'];

/** What a file does that its layer may not, one sentence each. `path` is from the top: `src/plan/plan.ts`. */
export function violations(path: string, text: string, layers: Layers): readonly string[] {
  const name = layerOf(path);
  const layer = layers[name];
  if (layer === undefined) return [`${path}: \`${name}\` is not in layers.json.`];
  const wrong = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
  const imports = wrong.filter((target) => !mayImport(path, target, name, layer));
  const touched = layer.world ? [] : worldIn(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  return [
    ...imports.map((target) => `${path}: \`${name}\` may not import ${target}.`),
    ...touched.map((what) => `${path}: \`${name}\` may not use ${what}.`),
  ];
}

/** The folder or the file at the top of `src/` that a path belongs to. */
export function layerOf(path: string): string {
  return path.split('/')[1] ?? '';
}

function mayImport(path: string, target: string, name: string, layer: Layer): boolean {
  if (!target.startsWith('.')) return layer.packages.includes('*') || layer.packages.includes(target);
  const file = join(dirname(path), target);
  if (file.endsWith('.json')) return layer.data.includes(dirname(file));
  const other = layerOf(file);
  return other === name || layer.imports.includes(other);
}

function worldIn(node: ts.Node): readonly string[] {
  const below: string[] = [];
  ts.forEachChild(node, (child) => {
    below.push(...worldIn(child));
  });
  const own = touchedBy(node);
  return own === undefined ? below : [own, ...below];
}

function touchedBy(node: ts.Node): string | undefined {
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length) return 'new Date()';
  if (ts.isPropertyAccessExpression(node) && WORLD_CALLS.includes(node.getText())) return node.getText();
  return ts.isIdentifier(node) && WORLD_NAMES.includes(node.text) && isFree(node) ? node.text : undefined;
}

/** Whether a name stands for the global of that name: not for a property, a parameter or a type of its own. */
function isFree(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isPropertyAssignment(parent) || ts.isBindingElement(parent) || ts.isParameter(parent))
    return parent.initializer === node;
  return !(ts.isPropertySignature(parent) || ts.isMethodSignature(parent));
}

/** How many layers stand on each other below the entry files; undefined where they go in a circle. */
export function floors(layers: Layers, entries: readonly string[]): number | undefined {
  const height = (name: string, above: readonly string[]): number => {
    if (above.includes(name)) return Number.NaN;
    const below = layers[name]?.imports.map((other) => height(other, [...above, name])) ?? [];
    return 1 + Math.max(0, ...below);
  };
  const all = Object.keys(layers).filter((name) => !entries.includes(name));
  const highest = Math.max(...all.map((name) => height(name, [])));
  return Number.isNaN(highest) ? undefined : highest;
}
