import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
var __create = Object.create;
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __getProtoOf = Object.getPrototypeOf;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __require = /* @__PURE__ */ ((x) => typeof require !== "undefined" ? require : typeof Proxy !== "undefined" ? new Proxy(x, {
  get: (a, b) => (typeof require !== "undefined" ? require : a)[b]
}) : x)(function(x) {
  if (typeof require !== "undefined") return require.apply(this, arguments);
  throw Error('Dynamic require of "' + x + '" is not supported');
});
var __commonJS = (cb, mod) => function __require2() {
  try {
    return mod || (0, cb[__getOwnPropNames(cb)[0]])((mod = { exports: {} }).exports, mod), mod.exports;
  } catch (e) {
    throw mod = 0, e;
  }
};
var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};
var __copyProps = (to, from, except, desc) => {
  if (from && typeof from === "object" || typeof from === "function") {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
  }
  return to;
};
var __toESM = (mod, isNodeMode, target) => (target = mod != null ? __create(__getProtoOf(mod)) : {}, __copyProps(
  // If the importer is in node compatibility mode or this is not an ESM
  // file that has been converted to a CommonJS file using a Babel-
  // compatible transform (i.e. "__esModule" has not been set), then set
  // "default" to the CommonJS "module.exports" for node compatibility.
  isNodeMode || !mod || !mod.__esModule ? __defProp(target, "default", { value: mod, enumerable: true }) : target,
  mod
));

// src/errors.ts
var UserError = class extends Error {
  lines;
  constructor(lines) {
    const list = typeof lines === "string" ? [lines] : lines;
    super(list.join("\n"));
    this.name = "UserError";
    this.lines = list;
  }
};
var WeatherError = class extends Error {
  constructor(message, options) {
    super(message, options);
    this.name = "WeatherError";
  }
};
var Refused = class extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
    this.name = "Refused";
  }
  status;
};
function assertNever(value) {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}

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
  if (second.length <= columns / 2) {
    const [first = "", ...rest] = filled(line.slice(second.length), second.length, second.length, columns);
    return [second + first.trimStart(), ...rest];
  }
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
  __require,
  __commonJS,
  __export,
  __toESM,
  UserError,
  WeatherError,
  Refused,
  assertNever,
  columnsOf,
  wrap
};
