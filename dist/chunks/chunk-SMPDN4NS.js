import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);

// src/report/width.ts
var NARROWEST = 20;
function columnsOf(stream, environment) {
  const columns = stream.columns ?? Number(environment.COLUMNS);
  return Number.isInteger(columns) && columns >= NARROWEST ? columns : void 0;
}
function wrap(text, columns) {
  if (columns === void 0) return text;
  return text.split("\n").flatMap((line) => line.length > columns ? broken(line, columns) : [line]).join("\n");
}
function broken(line, columns) {
  const indent = line.length - line.trimStart().length;
  const second = /^ *\S+(?: \S+)* {2,}(?=\S)/.exec(line)?.[0];
  if (second === void 0) return filled(line.trim(), indent, indent + 2, columns);
  const [first = "", ...rest] = filled(line.slice(second.length), second.length, second.length, columns);
  if (second.length <= columns / 2 && first.length <= columns) return [second + first.trimStart(), ...rest];
  return [
    ...filled(second.trim(), indent, indent + 2, columns),
    ...filled(line.slice(second.length), indent + 4, indent + 4, columns)
  ];
}
function filled(text, first, below, columns) {
  const lines = [];
  let current = " ".repeat(first);
  for (const word of text.split(/(?<= )(?=\S)/)) {
    const isFull = current.trim() !== "" && current.length + word.trimEnd().length > columns;
    if (isFull) lines.push(current.trimEnd());
    current = isFull ? " ".repeat(below) + word : current + word;
  }
  return [...lines, current.trimEnd()];
}

export {
  columnsOf,
  wrap
};
