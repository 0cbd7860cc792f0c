// The tables of docs/matrix.md, from the matrix that the program and the probe read.
import { readFileSync } from 'node:fs';

const entries = (kind) => Object.entries(JSON.parse(readFileSync(`probe/matrix/${kind}.json`, 'utf8')));
const code = (name) => `\`${name}\``;
const codes = (names) => names.map(code).join(', ');
const row = (...cells) =>
  `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
const table = (head, rows) => [row(...head), `|${'---|'.repeat(head.length)}`, ...rows].join('\n');

/** Name of a table in docs/matrix.md -> its text. */
export function matrixTables() {
  return {
    methods: methodTable(),
    paths: pathTable(),
    quantizers: quantizerTable(),
    architectures: architectureTable(),
  };
}

function methodTable() {
  const all = entries('methods');
  const rows = all.flatMap(([name, entry]) =>
    entry.defaultsOf === undefined ? [row(code(name), entry.words, code(entry.config), placesOf(entry))] : [],
  );
  const defaults = all.flatMap(([, { defaultsOf }]) => defaultsOf ?? []);
  return table(
    ['method', 'in words', 'configuration', 'where'],
    [
      row(code('base'), 'no adapter, the control', '', ''),
      ...rows,
      row('`METHOD+defaults`', 'with default modules', 'that of the method, without names of modules', codes(defaults)),
    ],
  );
}

function placesOf({ quantizations, architectures, tasks, packages = {}, refuses = {}, ...design }) {
  const { notMeasured = {}, notCompared = {}, byDesign = {}, untrained = {} } = design;
  const only = [quantizations, architectures, tasks].filter((names) => names !== undefined);
  return [
    ...only.map((names) => `only ${codes(names)}`),
    ...Object.keys(packages).map((name) => `with ${code(name)}`),
    ...Object.entries(refuses).map(([architecture, why]) => `not on ${code(architecture)}: ${why}`),
    ...Object.entries(notMeasured).map(([stage, { where, why }]) => `no ${stage}${QUALIFIED[where]}: ${why}`),
    ...Object.entries(notCompared).map(([stage, { where, why }]) => `${stage} only runs${QUALIFIED[where]}: ${why}`),
    ...Object.entries({ ...byDesign, ...untrained }).map(([what, why]) => `${code(what)} by design: ${why}`),
  ].join('; ');
}

const QUALIFIED = { everywhere: '', quantized: ' where quantized', 'new-head': ' beside a new head' };

function pathTable() {
  const rows = entries('paths').map(([name, { words, does, quantized, quantizations = [], packages = [] }]) => {
    const where = quantized === undefined ? '' : quantized ? 'quantized cells' : 'unquantized cells';
    return row(
      code(`+${name}`),
      words,
      does,
      [where, codes(quantizations), codes(packages)].filter(Boolean).join('; '),
    );
  });
  return table(['code path', 'in words', 'what it does', 'where'], rows);
}

function quantizerTable() {
  const rows = entries('quantizers').map(([name, entry]) =>
    row(code(name), entry.words, madeBy(entry), packagesOf(entry), entry.bytesPerWeight, whereOf(entry)),
  );
  return table(['quantization', 'in words', 'made by', 'packages', 'bytes of a weight', 'where'], rows);
}

function madeBy({ config, packed, quantizes }) {
  if (quantizes !== undefined) return `${code(quantizes.by)}, once it is loaded`;
  const from = packed === undefined ? '' : ', from a checkpoint that the probe packs';
  return config === undefined ? '' : `${code(config)}${from}`;
}

function packagesOf({ packages }) {
  return Object.entries(packages)
    .map(([name, { since }]) => `${code(name)} ${since}`)
    .join(', ');
}

function whereOf({ usual, needsGpu, slow, built = [], dequantized, notMeasured = {}, refuses = {} }) {
  const card = needsGpu?.capability === undefined ? '' : ` of compute capability ${needsGpu.capability.toFixed(1)}`;
  return [
    ...(usual ? [] : ['where it is named']),
    ...(needsGpu ? [`needs a GPU${card}: \u201c${needsGpu.says}\u201d`] : []),
    ...(built.length > 0 ? [`skipped: ${codes(built)} has no wheel`] : []),
    ...(slow ? [`never by default: ${slow}`] : []),
    ...(dequantized ? [`floats again ${dequantized}`] : []),
    ...Object.entries(notMeasured).map(([stage, { why }]) => `no ${stage}: ${why}`),
    ...Object.entries(refuses).map(([architecture, why]) => `not on ${code(architecture)}: ${why}`),
  ].join('; ');
}

function architectureTable() {
  const rows = entries('architectures').map(([name, { tasks, modules }]) =>
    row(code(name), tasks.join(', '), codes(modules.lora ?? []), codes(modules.ia3 ?? [])),
  );
  return table(['architecture', 'tasks', 'LoRA on', 'IA3 on'], rows);
}
