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
  const rows = entries('methods').map(([name, { words, config, quantizations, refuses = {} }]) => {
    const where = [
      ...(quantizations === undefined ? [] : [`only ${codes(quantizations)}`]),
      ...Object.entries(refuses).map(([architecture, why]) => `not on ${code(architecture)}: ${why}`),
    ];
    return row(code(name), words, code(config), where.join('; '));
  });
  return table(
    ['method', 'in words', 'configuration', 'where'],
    [row(code('base'), 'no adapter, the control', '', ''), ...rows],
  );
}

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
  const rows = entries('quantizers').map(([name, { words, config, packages, bytesPerWeight }]) =>
    row(code(name), words, config === undefined ? '' : code(config), codes(packages), bytesPerWeight),
  );
  return table(['quantization', 'in words', 'configuration', 'packages', 'bytes of a weight'], rows);
}

function architectureTable() {
  const rows = entries('architectures').map(([name, { tasks, modules }]) =>
    row(code(name), tasks.join(', '), codes(modules.lora ?? []), codes(modules.ia3 ?? [])),
  );
  return table(['architecture', 'tasks', 'LoRA on', 'IA3 on'], rows);
}
