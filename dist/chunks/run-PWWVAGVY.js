import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import {
  LOSS,
  LOSS_TITLE,
  PROGRAM,
  PythonProbes,
  addressInWords,
  allCells,
  baseRequest,
  beforeAfter,
  blocks,
  boundaryWords,
  cacheFolder,
  cardsNow,
  causes,
  cellId,
  checkStatus,
  choiceOf,
  clock,
  codeCells,
  deviceInWords,
  deviceProblems,
  diffManifests,
  discardUnlessProtected,
  duration,
  earlierReport,
  emptyCache,
  environmentsFor,
  everyCell,
  exitStatus,
  findHandover,
  findingsOf,
  freeBytes,
  groups,
  harmText,
  headPins,
  holdsCell,
  indexFindings,
  indexesInWords,
  isBase,
  isBuilt,
  isWatched,
  judge,
  keepOutOfGit,
  limitText,
  lockNames,
  lossBlocks,
  madeAnew,
  manifestChoice,
  measurable,
  measuredInItsTime,
  mendText,
  movedModels,
  movedRequest,
  nothingToMeasure,
  offered,
  openHost,
  openIndex,
  openOut,
  openWorld,
  ownIndexes,
  ownSection,
  packagesOf,
  parseCellId,
  parseCommandLine,
  parseRecord,
  pinText,
  plan,
  plural,
  problemOf,
  programFolder,
  readConfiguration,
  readReport,
  readRepository,
  readText,
  recommended,
  releasesFor,
  removeFolders,
  renderComment,
  renderExplain,
  renderPlan,
  requestKey,
  requestsOf,
  require_dist,
  rulings,
  run,
  samplesOf,
  selectCells,
  specifiersOf,
  sweep,
  sweepPorts,
  take,
  takeOut,
  takenBy,
  torchBuilds,
  torchFor,
  totalsText,
  whyAtHead,
  withOpened,
  worse,
  writeReport,
  writeText
} from "./chunk-A6GUJI3Z.js";
import {
  external_exports
} from "./chunk-SORW5EAY.js";
import {
  DEFAULT_DEVICE,
  DEFAULT_OUT,
  didYouMean
} from "./chunk-XG2F4JTV.js";
import {
  STATUS,
  plain,
  worstOf
} from "./chunk-OT7CRES6.js";
import {
  columnsOf,
  wrap
} from "./chunk-SMPDN4NS.js";
import {
  UserError,
  WeatherError,
  assertNever
} from "./chunk-5NQIJR5I.js";
import {
  __toESM
} from "./chunk-5XWL5JNG.js";

// src/commands/clean.ts
async function runClean(context) {
  const cache = cacheFolder(context.environment);
  const { removed, stays } = await emptyCache(cache);
  if (removed.length > 0) context.print(`removed ${removed.join(", ")} from ${cache}
`);
  if (removed.length + stays.length === 0) context.print(`nothing to remove in ${cache}
`);
  for (const path of stays)
    context.say(`\`${path}\` could not be removed. Remove it as the user who owns it: \`rm -rf\`.`);
  return stays.length > 0 ? STATUS["not-compared"] : STATUS.fine;
}

// src/report/losses-text.ts
function lossesText(report) {
  const blocks2 = lossBlocks(report).map(blockText);
  const found = report.findings.filter(({ kind }) => kind === LOSS).map(({ message }) => `  ${plain(message, 300)}`);
  const title = `${LOSS_TITLE}, before -> after`;
  return [...blocks2.length > 0 ? [title, ...blocks2] : [], ...found].join("\n");
}
function blockText({ title, quantizations, rows: rows2 }) {
  const width = Math.max(23, title.length + 4);
  const line = (first, cells) => (first.padEnd(width) + cells.map((cell) => cell.padEnd(17)).join("")).trimEnd();
  return [line(`  ${title}`, quantizations), ...rows2.map(({ method, losses }) => line(`    ${method}`, losses))].join(
    "\n"
  );
}

// src/report/terminal.ts
function renderTerminal(report) {
  return `${[
    header(report),
    baseModel(report),
    ...table(report.comparisons),
    harmText(report),
    causesText(report),
    waysOut(report),
    ownSection(report.configurations),
    notMeasured(report),
    limits(report),
    lossesText(report),
    findingsText(report),
    footer(report)
  ].filter((section2) => section2 !== "").join("\n\n")}
`;
}
function header(report) {
  const changes = report.changes.map(({ library, from, to }) => `${library} ${from} -> ${to}`).join(", ");
  const held = heldVersions(report).map(([name, version]) => `${name} ${version}`);
  return `${changes}     held: ${held.join(", ")}     ${report.run.device}`;
}
function heldVersions(report) {
  const base = report.environments[0];
  const moving = report.changes.map(({ library }) => library);
  return Object.entries(base?.pins ?? {}).filter(([name]) => !moving.includes(name));
}
function table(comparisons) {
  return blocks(comparisons).map((block) => {
    const columns = block.quantizations.map(
      (_, index) => Math.max(17, ...block.rows.map((row) => textOf(row.cells[index]).length + 2))
    );
    const first = Math.max(21, ...block.rows.map(({ method }) => method.length + 4));
    const line = (name, cells) => (name.padEnd(first) + cells.map((cell, index) => cell.padEnd(columns[index] ?? 17)).join("")).trimEnd();
    return [
      line(block.title, block.quantizations),
      ...block.rows.map((row) => line(`  ${row.method}`, row.cells.map(textOf)))
    ].join("\n");
  });
}
function textOf(comparison) {
  return comparison ? beforeAfter(comparison, "->") : "";
}
function baseModel(report) {
  const moved = movedModels(report);
  if (moved.length === 0) return "";
  return [
    "the base model, without PEFT",
    ...moved.map(
      (control) => `  ${control.cell.padEnd(34)} ${beforeAfter(control, "->")}  ${plain(whyAtHead(report, control), 90)}`
    )
  ].join("\n");
}
function causesText(report) {
  const found = causes(report);
  if (found.length === 0) return "";
  const cells = new Set(found.flatMap((cause) => cause.cells));
  return [`${plural(found.length, "cause")}, ${plural(cells.size, "cell")}`, ...found.map(causeText)].join("\n");
}
function causeText({ boundary, cells }) {
  const [before, after] = boundaryWords(boundary);
  const { certainty } = boundary;
  const mend = boundary.firstFixed === void 0 ? "" : `; ${mendText(boundary)}`;
  const together = certainty.confounded ? "; other packages moved too and hide the cause" : "";
  return [
    `  ${boundary.stage.padEnd(9)} ${plain(boundary.message, 100)}`,
    `            ${boundary.library} ${boundary.lastGood} ${before}, ${boundary.firstBad} ${after}; ${gapText(certainty)}; ${certainty.agree} of ${certainty.runs} repeats${mend}${together}`,
    ...cells.slice(0, 6).map((cell) => `            ${cell}`),
    ...cells.length > 6 ? [`            and ${cells.length - 6} more`] : []
  ].join("\n");
}
function gapText({ adjacent, open }) {
  if (adjacent) return "adjacent releases";
  return open > 0 ? `${plural(open, "release")} between not measured` : "what lies between fails otherwise or was not measurable";
}
function waysOut(report) {
  if (worse(report).length === 0) return "";
  const best = recommended(report);
  const pins = offered(report).map((pin) => {
    const words = pin.kind === "hold" ? "hold" : "keep bump";
    const first = way(
      words,
      specifiersOf(pin).join(" and "),
      `${pinText(report, pin)} not worse${pin.newestPatch ? `, ${plain(pin.newestPatch)} measured too` : ""}${pin === best ? "   recommended" : ""}`
    );
    return [first, ...specifiersOf(pin).flatMap((specifier) => patchLines(report, specifier))].join("\n");
  });
  const tried = report.workarounds.map((workaround) => {
    const words = workaround.helps ? workaround.kind : "no help";
    const cost = workaround.helps && workaround.cost ? `   ${workaround.cost}` : "";
    const outcome = [workaround.outcome, workaround.why].filter(Boolean).join(", ");
    return way(words, `${workaround.use.split("/").slice(0, 3).join("/")}`, `${plain(outcome)}${cost}`);
  });
  const lines2 = [.../* @__PURE__ */ new Set([...pins, ...tried])];
  const none = report.pins.length === 0 ? ["  no pin that was measured mends this"] : [];
  return ["ways out, each measured", ...none, ...lines2].join("\n");
}
function patchLines(report, specifier) {
  const indent = " ".repeat(15);
  const own = report.patches.filter((patch) => patch.specifier === specifier);
  const commands = [...new Set(own.flatMap(({ refresh }) => refresh ?? []))];
  return [
    ...own.slice(0, 6).map(({ file, line, after }) => `${indent}${plain(`${file}:${line}`, 60)}  ${plain(after.trim(), 100)}`),
    ...own.length > 6 ? [`${indent}and in ${own.length - 6} more places`] : [],
    ...commands.map((command) => `${indent}then ${plain(command, 120)}`)
  ];
}
function way(kind, use, outcome) {
  return `  ${kind.padEnd(13)}${plain(use).padEnd(38)} ${outcome}`;
}
function notMeasured(report) {
  const open = report.comparisons.filter(({ comparison }) => comparison === "not-compared");
  if (open.length === 0) return "";
  const reasons = /* @__PURE__ */ new Map();
  for (const { cell, why } of open) reasons.set(why ?? "", [...reasons.get(why ?? "") ?? [], cell]);
  const lines2 = [...reasons].map(
    ([why, cells]) => `  ${plural(cells.length, "cell")}: ${plain(why, 160)}
    ${cells.slice(0, 4).join(", ")}${cells.length > 4 ? ", ..." : ""}`
  );
  return ["not measured", ...lines2].join("\n");
}
function limits({ run: run2, leftUndone }) {
  if (leftUndone.length === 0) return "";
  return [limitText(run2.stoppedBy).toLowerCase(), ...leftUndone.map((text) => `  ${plain(text)}`)].join("\n");
}
var SHOWN_FINDINGS = 20;
function findingsText(report) {
  const findings = report.findings.filter(({ kind }) => kind !== LOSS);
  const lines2 = findings.slice(0, SHOWN_FINDINGS).map(
    ({ message, file, line }) => `  ${file ? `${plain(`${file}:${line ?? 1}`, 100)}  ` : ""}${plain(message, 400)}`
  );
  const rest = findings.length - SHOWN_FINDINGS;
  if (lines2.length === 0) return "";
  return ["found without a run", ...lines2, ...rest > 0 ? [`  and ${rest} more in report.json`] : []].join("\n");
}
function outOption(out) {
  return out === DEFAULT_OUT ? "" : ` --out ${out}`;
}
function footer(report) {
  const planned = report.comparisons.length;
  const environments = report.environments.filter(({ status }) => status === "built").length;
  const [first] = worse(report);
  return [
    `${planned} planned = ${totalsText(report, " + ")}`,
    `${plural(environments, "environment")}, ${duration(report.run.ms)}        ${report.run.out}/report.json`,
    ...first ? [`next: peft-sweep explain ${first.cell}${outOption(report.run.out)}`] : []
  ].join("\n");
}

// src/commands/sweep.ts
import { join as join5 } from "node:path";

// src/adapters/machine/checkpoints/open.ts
import { createHash } from "node:crypto";
import { closeSync as closeSync2, openSync as openSync2, readSync as readSync2 } from "node:fs";
import { join as join3, resolve } from "node:path";

// src/domain/stored-form.ts
var WEIGHTS = "config_groups.*.weights";
var packed = (bits) => ({
  quant_method: "compressed-tensors",
  format: "pack-quantized",
  [`${WEIGHTS}.num_bits`]: bits,
  [`${WEIGHTS}.type`]: "int"
});
var bitsandbytes = { quant_method: "bitsandbytes" };
var torchao = (type) => ({ quant_method: "torchao", "quant_type.default._type": type });
var quanto = (weights) => ({ quant_method: "quanto", weights });
var FORMS = [
  ["bnb-int8", { ...bitsandbytes, load_in_8bit: true }],
  ["bnb-nf4+double", { ...bitsandbytes, bnb_4bit_quant_type: "nf4", bnb_4bit_use_double_quant: true }],
  ["bnb-nf4", { ...bitsandbytes, load_in_4bit: true, bnb_4bit_quant_type: "nf4" }],
  ["bnb-fp4", { ...bitsandbytes, load_in_4bit: true, bnb_4bit_quant_type: "fp4" }],
  ["ct-int4", packed(4)],
  ["ct-int8", packed(8)],
  ["ct-fp8", { quant_method: "compressed-tensors", format: "float-quantized", [`${WEIGHTS}.type`]: "float" }],
  ["fp8", { quant_method: "fp8" }],
  ["bitnet", { quant_method: "bitnet" }],
  ["gptq-int4", { quant_method: "gptq", bits: 4 }],
  ["awq-int4", { quant_method: "awq", bits: 4 }],
  ["auto-round-int4", { quant_method: "auto-round", bits: 4 }],
  ["hqq-int4", { quant_method: "hqq" }],
  ["torchao-int8wo", torchao("Int8WeightOnlyConfig")],
  ["torchao-fp8wo", torchao("Float8WeightOnlyConfig")],
  ["torchao-intx-int4", torchao("IntxWeightOnlyConfig")],
  ["torchao-int4wo", torchao("Int4WeightOnlyConfig")],
  ["quanto-int8", quanto("int8")],
  ["quanto-int4", quanto("int4")],
  ["quanto-float8", quanto("float8")]
];
function storedForm(settings) {
  return FORMS.find(([, signs]) => Object.entries(signs).every(([path, value]) => at(settings, path) === value))?.[0];
}
function methodIn(settings) {
  const method = at(settings, "quant_method");
  return typeof method === "string" ? method.slice(0, 60) : "no `quant_method`";
}
function at(value, path) {
  let found = value;
  for (const name of path.split(".")) {
    if (typeof found !== "object" || found === null) return void 0;
    const entries = Object.entries(found);
    found = name === "*" ? entries[0]?.[1] : entries.find(([key]) => key === name)?.[1];
  }
  return found;
}

// src/adapters/machine/checkpoints/error.ts
var CheckpointError = class extends Error {
  /** `reason` in two or three words, `message` a sentence with the numbers and with what to do. */
  constructor(reason, message, options) {
    super(message, options);
    this.reason = reason;
    this.name = "CheckpointError";
  }
  reason;
};

// src/adapters/machine/checkpoints/files.ts
import { lstatSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join, sep } from "node:path";
var SHOWN = /^[\w.-]+\.(safetensors|json|txt|jinja)$|^tokenizer\.model$/;
var CODE = /^\w+\.py$/;
var PICKLES = /\.(bin|pt|pth|pkl|pickle|ckpt|msgpack|h5)$/;
var MOST_FILES = 2e3;
var MOST_TEXT = 64 << 20;
var MOST_JSON = 16 << 20;
function filesOf(path, trustsCode) {
  const folder = realFolder(path);
  const all = readdirSync(folder).toSorted();
  if (all.length > MOST_FILES)
    throw new CheckpointError("too many files", `It has ${all.length} files, more than ${MOST_FILES}.`);
  const names = all.filter((name) => SHOWN.test(name) || trustsCode && CODE.test(name));
  return {
    folder,
    names: names.filter((name) => isFileInside(folder, name)),
    pickles: all.filter((name) => PICKLES.test(name))
  };
}
function realFolder(path) {
  try {
    const real = realpathSync(path);
    if (statSync(real).isDirectory()) return real;
  } catch {
    throw new CheckpointError("not there", "There is no such folder. Paths count from the folder of the run.");
  }
  throw new CheckpointError("not there", "It is no folder.");
}
function isFileInside(folder, name) {
  const path = join(folder, name);
  if (lstatSync(path).isSymbolicLink()) requireInside(folder, path, name);
  const state = statSync(path);
  if (!state.isFile()) return false;
  if (!name.endsWith(".safetensors") && state.size > MOST_TEXT)
    throw new CheckpointError("too large", `\`${name}\` has ${state.size} bytes; of a text 64 MiB are read.`);
  if (process.getuid?.() === 0 && (state.mode & 4) === 0)
    throw new CheckpointError("cannot be read", `\`${name}\` is for its owner only. Let others read it: chmod a+r.`);
  return true;
}
function requireInside(folder, path, name) {
  const target = reached(path);
  if (target?.startsWith(folder + sep)) return;
  throw new CheckpointError(
    "link out of it",
    `\`${name}\` is a link that leads out of its folder. Copy the file in, or name the folder that holds the files.`
  );
}
function reached(path) {
  try {
    return realpathSync(path);
  } catch {
    return void 0;
  }
}
function readJson({ folder, names }, name) {
  if (!names.includes(name)) throw new CheckpointError("not a checkpoint", `It has no \`${name}\`.`);
  const path = join(folder, name);
  if (statSync(path).size > MOST_JSON) throw new CheckpointError("too large", `\`${name}\` has more than 16 MiB.`);
  try {
    const found = JSON.parse(readFileSync(path, "utf8"));
    if (typeof found === "object" && found !== null && !Array.isArray(found)) return { ...found };
  } catch (cause) {
    throw new CheckpointError("not a checkpoint", `\`${name}\` is no JSON.`, { cause });
  }
  throw new CheckpointError("not a checkpoint", `\`${name}\` is no JSON object.`);
}

// src/adapters/machine/checkpoints/weights.ts
import { join as join2 } from "node:path";

// src/adapters/machine/checkpoints/header.ts
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
var LONGEST_HEADER = 16 << 20;
var MOST_TENSORS = 1e5;
var BITS = {
  ...{ F64: 64, F32: 32, F16: 16, BF16: 16, F8_E4M3: 8, F8_E5M2: 8, F8_E8M0: 8, F4: 4 },
  ...{ I64: 64, U64: 64, I32: 32, U32: 32, I16: 16, U16: 16, I8: 8, U8: 8, BOOL: 8 }
};
var Entry = external_exports.strictObject({
  dtype: external_exports.string().max(20),
  shape: external_exports.array(external_exports.int().nonnegative()).max(8),
  data_offsets: external_exports.tuple([external_exports.int().nonnegative(), external_exports.int().nonnegative()])
});
var Header = external_exports.record(external_exports.string().max(500), external_exports.unknown());
function readHeader(path, name) {
  const descriptor = opened(path, name);
  try {
    const { size } = fstatSync(descriptor);
    const header2 = parsed(bytesOf(descriptor, size, name), name);
    const start = 8 + header2.length;
    return tensorsIn(header2.entries, size - start, name);
  } finally {
    closeSync(descriptor);
  }
}
function opened(path, name) {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    throw new CheckpointError("cannot be read", `\`${name}\` cannot be opened.`, { cause });
  }
}
function bytesOf(descriptor, size, name) {
  if (size < 8) throw new CheckpointError("partial", `\`${name}\` has ${size} bytes, fewer than its own length takes.`);
  const [head] = [Buffer.alloc(8)];
  readSync(descriptor, head, 0, 8, 0);
  const length = head.readBigUInt64LE(0);
  if (length > LONGEST_HEADER)
    throw new CheckpointError(
      "header too long",
      `\`${name}\` says that its header has ${length} bytes; 16 MiB are read.`
    );
  if (8 + Number(length) > size) throw new CheckpointError("partial", `\`${name}\` ends within its header.`);
  const text = Buffer.alloc(Number(length));
  readSync(descriptor, text, 0, text.length, 8);
  return text;
}
function parsed(text, name) {
  try {
    const whole = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(text));
    const { __metadata__: _metadata, ...tensors } = Header.parse(whole);
    return { length: text.length, entries: Object.entries(tensors) };
  } catch (cause) {
    throw new CheckpointError("not safetensors", `The header of \`${name}\` is no JSON object.`, { cause });
  }
}
function tensorsIn(entries, room, name) {
  if (entries.length > MOST_TENSORS)
    throw new CheckpointError("header too long", `\`${name}\` has ${entries.length} tensors; 100,000 are read.`);
  const found = entries.map(([tensor, written]) => tensorAt(tensor, written, name));
  const held = found.reduce((sum, { bytes }) => sum + bytes, 0);
  if (held !== room)
    throw new CheckpointError(
      held > room ? "partial" : "not safetensors",
      `\`${name}\` has ${room} bytes of tensors where its header says ${held}.`
    );
  return found;
}
function tensorAt(tensor, written, file) {
  const entry = Entry.safeParse(written);
  const bits = entry.success && Object.hasOwn(BITS, entry.data.dtype) ? BITS[entry.data.dtype] : void 0;
  if (!entry.success || bits === void 0) throw wrong(tensor, file, "has no dtype, shape and place that are known");
  const {
    dtype,
    shape,
    data_offsets: [from, to]
  } = entry.data;
  const count = shape.reduce((product, width) => product * width, 1);
  if (!Number.isSafeInteger(count * bits) || count * bits / 8 !== to - from)
    throw wrong(tensor, file, `has ${to - from} bytes where its shape asks for ${count * bits / 8}`);
  return { name: tensor, dtype, count, bytes: to - from };
}
function wrong(tensor, file, what) {
  return new CheckpointError("not safetensors", `\`${tensor.slice(0, 100)}\` in \`${file}\` ${what}.`);
}

// src/adapters/machine/checkpoints/weights.ts
var INDEX = "model.safetensors.index.json";
var SINGLE = "model.safetensors";
var SHARD = /^[\w.-]+\.safetensors$/;
var FLOATS = ["F64", "F32", "F16", "BF16"];
var BYTES_LOADED = 4;
function weightsOf(files) {
  if (files.names.includes(INDEX)) return ofShards(files);
  if (files.names.includes(SINGLE)) return readHeader(join2(files.folder, SINGLE), SINGLE);
  if (files.pickles.length > 0)
    throw new CheckpointError(
      "only pickle files",
      `Its weights are in \`${files.pickles[0]}\`, which runs code when it is read. Save it with \`safe_serialization=True\`.`
    );
  throw new CheckpointError("not a checkpoint", `It has neither \`${SINGLE}\` nor \`${INDEX}\`.`);
}
function ofShards(files) {
  const { weight_map: map } = readJson(files, INDEX);
  const places = typeof map === "object" && map !== null ? Object.entries(map) : [];
  const shards = [...new Set(places.map(([, shard]) => String(shard)))];
  if (shards.length === 0) throw new CheckpointError("partial", `\`${INDEX}\` names no file.`);
  const gone = shards.filter((shard) => !SHARD.test(shard) || !files.names.includes(shard));
  if (gone.length > 0)
    throw new CheckpointError(
      "partial",
      `\`${INDEX}\` names ${shards.length} files, and ${gone.length} of them are not there: \`${String(gone[0]).slice(0, 100)}\`. Fetch it whole.`
    );
  const tensors = shards.flatMap((shard) => readHeader(join2(files.folder, shard), shard));
  const held = new Set(tensors.map(({ name }) => name));
  const missing = places.filter(([name]) => !held.has(name));
  if (missing.length > 0)
    throw new CheckpointError(
      "partial",
      `${missing.length} of ${places.length} tensors that \`${INDEX}\` names are in none of its files: \`${missing[0]?.[0].slice(0, 100)}\`.`
    );
  return tensors;
}
function loadedBytes(tensors) {
  return tensors.reduce(
    (sum, { dtype, count, bytes }) => sum + (FLOATS.includes(dtype) ? count * BYTES_LOADED : bytes),
    0
  );
}

// src/adapters/machine/checkpoints/open.ts
var COPIES = 4;
var CHUNK = 1 << 20;
async function openCheckpoints(declared = {}, opener) {
  const checkpoints = {};
  const own = /* @__PURE__ */ new Map();
  for (const [name, checkpoint] of Object.entries(declared)) {
    const opened2 = await openOne(checkpoint, opener);
    checkpoints[name] = opened2.checkpoint;
    if (opened2.own !== void 0) own.set(name, opened2.own);
  }
  return { checkpoints, own };
}
async function openOne(checkpoint, opener) {
  try {
    const files = filesOf(await placeOf(checkpoint, opener), checkpoint.trustsCode);
    const settings = readJson(files, "config.json");
    requireType(settings);
    const stored = formOf(settings);
    requireRoom(files, opener.mostBytes);
    const own = {
      folder: files.folder,
      files: files.names.map((name) => join3(files.folder, name)),
      trustsCode: checkpoint.trustsCode,
      isStored: stored !== void 0,
      hash: hashOf(files, checkpoint.trustsCode)
    };
    return { checkpoint: stored === void 0 ? checkpoint : { ...checkpoint, stored }, own };
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    const { reason, message } = error;
    return { checkpoint: { ...checkpoint, unfit: { reason, message: message.slice(0, 1500) } } };
  }
}
async function placeOf({ source, trustsCode }, { folder, fetch }) {
  return "path" in source ? resolve(folder, source.path) : fetch(source.id, source.revision, trustsCode);
}
function requireType({ model_type: type }) {
  if (typeof type === "string" && type !== "") return;
  throw new CheckpointError(
    "not a checkpoint",
    "Its `config.json` has no `model_type`: it is no model of transformers."
  );
}
function formOf({ quantization_config: settings }) {
  if (settings === void 0 || settings === null) return void 0;
  const form = storedForm(settings);
  if (form !== void 0) return form;
  const what = `Its \`quantization_config\` (${methodIn(settings)}) is of a form that the matrix lacks.`;
  throw new CheckpointError("form not known", what);
}
function requireRoom(files, most) {
  const bytes = loadedBytes(weightsOf(files));
  if (bytes * COPIES <= most) return;
  const [loaded, needed, allowed] = [bytes, bytes * COPIES, most].map((some) => `${(some / 1e9).toFixed(2)} GB`);
  throw new CheckpointError(
    "too large",
    `It takes ${loaded} loaded, and a cell about ${needed} with its copies; a cell may take ${allowed} here.`
  );
}
function hashOf({ folder, names }, trustsCode) {
  const hash = createHash("sha256").update(`code ${trustsCode}\0`);
  for (const name of names) addFile(hash.update(`${name}\0`), join3(folder, name));
  return hash.digest("hex").slice(0, 12);
}
function addFile(hash, path) {
  const [descriptor, chunk] = [openSync2(path, "r"), Buffer.alloc(CHUNK)];
  try {
    for (let read2 = readSync2(descriptor, chunk); read2 > 0; read2 = readSync2(descriptor, chunk))
      hash.update(chunk.subarray(0, read2));
  } finally {
    closeSync2(descriptor);
  }
}

// src/adapters/machine/checkpoints/opener.ts
function openerOf({ host }) {
  return {
    folder: host.folder,
    mostBytes: host.device.limits.bytes,
    fetch: () => {
      throw new CheckpointError("not there", "Fetching from a hub is not built yet.");
    }
  };
}

// src/report/check.ts
var MEASURED = ["pass", "wrong", "fail", "unsupported"];
function notRun({ comparisons, results }) {
  const ran = new Set(results.map(({ cell }) => cell));
  const reasons = /* @__PURE__ */ new Map();
  for (const { cell, after, why = "" } of comparisons)
    if (after !== "unknown" && !ran.has(cell)) reasons.set(why, [...reasons.get(why) ?? [], cell]);
  return [...reasons].map(([why, [first = "", ...more]]) => {
    const others = more.length > 0 ? ` and ${more.length} more` : "";
    return `  ${"skipped".padEnd(12)} ${first}${others}
               ${plain(why.replace(/^skipped: /, ""), 400)}`;
  });
}
function renderCheck(report) {
  const [environment] = report.environments;
  const pins = Object.entries(environment?.pins ?? {}).map(([name, version]) => `${name} ${version}`);
  const tables = blocks(report.comparisons).map((block) => {
    const width = Math.max(21, block.title.length + 2, ...block.rows.map(({ method }) => method.length + 4));
    const line = (first, cells) => (first.padEnd(width) + cells.map((cell) => cell.padEnd(17)).join("")).trimEnd();
    return [
      line(block.title, block.quantizations),
      ...block.rows.map(
        (row) => line(
          `  ${row.method}`,
          row.cells.map((cell) => cell?.after ?? "")
        )
      )
    ].join("\n");
  });
  const failures = report.results.filter(({ outcome }) => outcome !== "pass").map(
    ({ cell, outcome, stage, message, reason }) => `  ${outcome.padEnd(12)} ${cell}
               ${[stage, plain(message ?? reason ?? "", 160)].filter(Boolean).join("  ")}`
  );
  failures.push(...notRun(report));
  const counts = Object.entries(report.totals.measurements).filter(([, count]) => count > 0);
  const measured2 = report.comparisons.filter(({ after }) => MEASURED.some((outcome) => outcome === after)).length;
  return `${[
    `${plain(pins.join(", "))}     ${plain(report.run.device)}`,
    ...tables,
    ...failures.length > 0 ? [failures.join("\n")] : [],
    ...[ownSection(report.configurations), lossesText(report)].filter((text) => text !== ""),
    `${measured2} of ${report.comparisons.length} cells measured, with controls: ${counts.map(([outcome, count]) => `${count} ${outcome}`).join(", ")}     ${duration(report.run.ms)}`
  ].join("\n\n")}
`;
}

// src/report/diff.ts
var MOST_OTHERS = 20;
var MOST_OF_A_KIND = 8;
var COLUMNS = 80;
function renderDiff(changes, findings, found, isWatched2) {
  const real = changes.filter(({ kind }) => kind !== "moved");
  const [swept, others] = [true, false].map((is) => events(real.filter(({ library }) => isWatched2(library) === is)));
  return `${[
    summary(real, changes.length - real.length, isWatched2),
    ...section("swept libraries", rows(swept ?? [])),
    ...section("others", rows(others ?? [], MOST_OTHERS)),
    ...findings.length > 0 ? [renderFindings(findings).trimEnd()] : [],
    ...cellSections(found),
    ...swept && swept.length > 0 ? ["Next: `peft-sweep plan` shows what a sweep would measure."] : []
  ].join("\n\n")}
`;
}
function summary(real, moved, isWatched2) {
  const swept = new Set(real.filter(({ library }) => isWatched2(library)).map(({ library }) => library)).size;
  const files = new Set(real.map(({ file }) => file)).size;
  const first = real.length === 0 ? "No requirement changed." : `${counted(real.length, "requirement")} changed in ${counted(files, "file")}; ${swept === 0 ? "no library that is swept" : `${counted(swept, "library", "libraries")} that ${swept === 1 ? "is" : "are"} swept`}.`;
  const rest = moved > 0 ? ` ${counted(moved, "row")} only ${moved === 1 ? "says" : "say"} the same elsewhere or under another marker.` : "";
  return wrapped(first + rest, "").join("\n");
}
function counted(count, one, many = `${one}s`) {
  return `${count} ${count === 1 ? one : many}`;
}
function events(changes) {
  const found = /* @__PURE__ */ new Map();
  for (const change of changes) {
    const key = [change.library, change.kind, change.from, change.to].join("\0");
    const place = `${change.file}:${change.line}`;
    const known = found.get(key);
    if (known) known.places.push(place);
    else found.set(key, { change, places: [place] });
  }
  return [...found.values()];
}
function rows(all, most = Number.POSITIVE_INFINITY) {
  const shown = all.slice(0, most);
  const width = Math.max(0, ...shown.map(({ change }) => Math.min(24, change.library.length)));
  const lines2 = shown.flatMap(({ change, places }) => {
    const { library, kind, from, to, locked } = change;
    const move = `${plain(library, 40).padEnd(width)}  ${plain(from || "-", 60)} -> ${plain(to || "-", 60)}`;
    const note = [...kind === "changed" ? [] : [kind], ...locked ? ["locked"] : []].join(", ");
    const where = `${plain(places[0] ?? "", 100)}${places.length > 1 ? `, and ${counted(places.length - 1, "more place", "more places")}` : ""}`;
    const whole = `${move}${note ? `  (${note})` : ""}  ${where}`;
    return whole.length + 2 <= COLUMNS ? [whole] : [`${move}${note ? `  (${note})` : ""}`, `${" ".repeat(width + 2)}${where}`];
  });
  return all.length > shown.length ? [...lines2, `and ${all.length - shown.length} more`] : lines2;
}
function section(title, lines2) {
  return lines2.length === 0 ? [] : [`${title}
${lines2.map((line) => `  ${line}`).join("\n")}`];
}
function renderFindings(findings) {
  const kinds = /* @__PURE__ */ new Map();
  for (const finding of findings) {
    const known = kinds.get(finding.kind) ?? /* @__PURE__ */ new Map();
    kinds.set(finding.kind, known.set(finding.message, [...known.get(finding.message) ?? [], finding]));
  }
  const lines2 = [...kinds].flatMap(([kind, messages]) => {
    const shown = [...messages].slice(0, MOST_OF_A_KIND).flatMap(([message, same]) => findingLines(kind, message, same));
    const rest = messages.size - Math.min(messages.size, MOST_OF_A_KIND);
    return rest > 0 ? [...shown, `  ${kind}: and ${rest} more`] : shown;
  });
  return `findings
${lines2.join("\n")}
`;
}
function findingLines(kind, message, same) {
  const [{ file, line } = { file: void 0, line: void 0 }] = same;
  const more = same.length > 1 ? `, and ${counted(same.length - 1, "more place", "more places")}` : "";
  const where = file ? `  ${plain(`${file}:${line}`, 100)}${more}` : "";
  return [`  ${kind}${where}`, ...wrapped(plain(message, 600), "    ")];
}
function cellSections({ sure, partial, unsure, callsPeft }) {
  const isNothing = !callsPeft && sure.length === 0 && unsure.length === 0;
  const width = Math.max(0, ...sure.map(({ id }) => id.length));
  const guessed = partial.flatMap(({ pattern, source, why, measured: measured2 }) => [
    `${pattern}  ${plain(source, 100)}`,
    ...wrapped(
      `${plain(why, 200)}; ${measured2.length > 0 ? `measured as ${measured2.join(", ")}` : "not measured"}`,
      "    "
    ).map((line) => line.slice(2))
  ]);
  const doubts = unsure.slice(0, MOST_OF_A_KIND).map(({ value, file, line }) => `${plain(`${file}:${line}`, 100)}  ${plain(value)}`);
  const rest = unsure.length - doubts.length;
  return [
    ...isNothing ? ["No call of PEFT was found in the code: a sweep measures the default cells."] : [],
    ...section(
      "cells that the code uses",
      sure.map(({ id, source }) => `${id.padEnd(width)}  ${plain(source, 100)}`)
    ),
    ...section("cells that are known in part", guessed),
    ...section("what could not be told of the code", rest > 0 ? [...doubts, `and ${rest} more`] : doubts)
  ];
}
function wrapped(text, indent) {
  const lines2 = [];
  let current = indent;
  for (const word of text.split(" ")) {
    const isFirst = current === indent;
    if (!isFirst && current.length + 1 + word.length > COLUMNS) {
      lines2.push(current);
      current = indent + word;
    } else current = isFirst ? indent + word : `${current} ${word}`;
  }
  return [...lines2, current];
}

// src/report/replaced.ts
function replacedLine(earlier, asked, out) {
  const { changes } = earlier;
  const { held } = earlier.run;
  if (questionOf({ changes, held }) === questionOf(asked)) return void 0;
  const moved = changes.map(({ library, from, to }) => `${library} ${from} -> ${to}`).join(", ");
  const what = moved || `a check of ${Object.entries(held).flat().join(" ")}`.trim();
  return plain(`This replaces the report of ${what} in ${out}; --out DIR keeps it.`);
}
function questionOf({ changes, held }) {
  const moves = changes.map(({ library, from, to }) => [library, from, to]);
  return JSON.stringify([moves, Object.entries(held).toSorted()]);
}

// src/adapters/machine/git.ts
import { spawn } from "node:child_process";
import { lstatSync as lstatSync2, readFileSync as readFileSync2 } from "node:fs";
import { join as join4 } from "node:path";
var SAFE = [
  "-c",
  "core.fsmonitor=false",
  "-c",
  "core.hooksPath=/dev/null",
  "-c",
  "protocol.allow=never",
  "--no-pager"
];
var LONGEST = 256 * 1024 * 1024;
async function git(folder, args, input) {
  return run("git", [...SAFE, "-C", folder, ...args], { longest: LONGEST, ...input !== void 0 && { input } });
}
async function baseCommit(folder, asked) {
  const inside = await git(folder, ["rev-parse", "--is-inside-work-tree"]);
  if (/dubious ownership/.test(inside.stderr))
    throw new UserError(
      `git refuses this checkout, since it belongs to another user. If that is meant: \`git config --global --add safe.directory ${folder}\`.`
    );
  if (inside.status !== 0)
    throw new UserError(
      "This is not a git checkout. Name what changes, e.g. `peft-sweep sweep transformers:4.55.4..4.57.6`."
    );
  if (asked !== void 0) return commitOf(folder, asked);
  for (const branch of ["origin/HEAD", "origin/main", "origin/master", "main", "master"]) {
    const found = await git(folder, ["merge-base", "HEAD", branch]);
    if (found.status === 0) return found.stdout.trim();
  }
  throw new UserError("No default branch was found to compare with. Name one with --base REF.");
}
async function commitOf(folder, ref) {
  const found = await git(folder, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`]);
  if (found.status !== 0) throw new UserError(`\`${ref}\` is no commit of this checkout. Fetch it, or name another.`);
  return found.stdout.trim();
}
function commitTree(folder, commit) {
  const objects = /* @__PURE__ */ new Map();
  return {
    async files() {
      const listed = await git(folder, ["ls-tree", "-r", "-l", "-z", "--full-tree", commit]);
      if (listed.status !== 0 && /promisor remote/.test(listed.stderr))
        throw new UserError(
          "This clone was made without the contents of its older commits (`--filter`), and nothing is fetched here. Fetch them once: `git fetch --refetch --no-filter`."
        );
      if (listed.status !== 0)
        throw new WeatherError(`git could not list ${commit}: ${listed.stderr.trim().slice(0, 200)}`);
      return listed.stdout.split("\0").flatMap((entry) => {
        const tab = entry.indexOf("	");
        const [mode = "", type = "", object = "", size = ""] = entry.slice(0, tab).split(/ +/);
        const path = entry.slice(tab + 1);
        if (tab < 0 || type !== "blob") return [];
        objects.set(path, object);
        return [{ path, bytes: Number(size), kind: mode === "120000" ? "link" : "file" }];
      });
    },
    async read(paths) {
      const known = paths.filter((path) => objects.has(path));
      const contents = await blobs(
        folder,
        known.map((path) => objects.get(path) ?? "")
      );
      return new Map(known.flatMap((path, index) => contents[index] === void 0 ? [] : [[path, contents[index]]]));
    }
  };
}
function blobs(folder, objects) {
  if (objects.length === 0) return Promise.resolve([]);
  return new Promise((resolve3, reject) => {
    const child = spawn("git", [...SAFE, "-C", folder, "cat-file", "--batch"], { stdio: ["pipe", "pipe", "ignore"] });
    const chunks = [];
    child.on("error", reject);
    if (child.pid === void 0) return;
    child.stdout.on("data", (chunk) => chunks.push(chunk));
    child.on("close", () => resolve3(splitBatch(Buffer.concat(chunks), objects.length)));
    child.stdin.on("error", () => void 0);
    child.stdin.end(objects.map((object) => `${object}
`).join(""));
  });
}
function splitBatch(output, count) {
  const contents = [];
  let position = 0;
  while (contents.length < count) {
    const end = output.indexOf(10, position);
    const size = Number(output.subarray(position, end).toString().split(" ")[2]);
    if (end < 0 || !Number.isInteger(size)) break;
    contents.push(output.subarray(end + 1, end + 1 + size).toString());
    position = end + size + 2;
  }
  return contents;
}
async function workingTree(folder) {
  const top = (await git(folder, ["rev-parse", "--show-toplevel"])).stdout.trim();
  return {
    async files() {
      const listed = await git(top, ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
      return [...new Set(listed.stdout.split("\0"))].flatMap((path) => stateOf(top, path) ?? []);
    },
    async read(paths) {
      return new Map(
        paths.flatMap((path) => {
          if (stateOf(top, path)?.kind !== "file") return [];
          try {
            return [[path, readFileSync2(join4(top, path), "utf8")]];
          } catch {
            return [];
          }
        })
      );
    }
  };
}
function stateOf(top, path) {
  if (path === "") return void 0;
  try {
    const state = lstatSync2(join4(top, path));
    if (state.isSymbolicLink()) return { path, bytes: 0, kind: "link" };
    return state.isFile() ? { path, bytes: state.size, kind: "file" } : void 0;
  } catch {
    return void 0;
  }
}

// src/commands/diff.ts
async function readEnds({ folder, line }) {
  const from = await baseCommit(folder, line.options.base);
  const { head } = line.options;
  const headTree = head === void 0 ? await workingTree(folder) : commitTree(folder, await commitOf(folder, head));
  const choice = manifestChoice(line.options.manifests);
  const [base, atHead] = await Promise.all([
    readRepository(commitTree(folder, from), choice, "manifests"),
    readRepository(headTree, choice)
  ]);
  return { base, head: atHead };
}
async function runDiff(context) {
  const ends = await readEnds(context);
  const changes = diffManifests(ends.base.manifests, ends.head.manifests);
  const asked = context.line.options.offline ? { findings: [], own: [] } : await askIndex(context, ends, changes);
  const findings = [...findingsOf(ends, asked.own), ...asked.findings];
  const cells = codeCells(ends.head);
  context.print(
    context.line.options.json ? `${JSON.stringify({ changes, findings, cells: cells.sure, partial: cells.partial, unsure: cells.unsure })}
` : renderDiff(changes, findings, cells, isWatched)
  );
  return STATUS.fine;
}
async function askIndex(context, ends, changes) {
  const isWorth = changes.some(({ library }) => isWatched(library)) || ends.head.manifests.some(({ indexes }) => indexes.length > 0) || lockNames(ends.base.manifests, ends.head.manifests).length > 0;
  if (!isWorth) return { findings: [], own: [] };
  try {
    const { environment, folder, signal, say, line } = context;
    const { python } = line.options;
    const host = await openHost({ environment, folder, signal, python, offline: false, say });
    const index = await openIndex(host, "no-uv");
    const own = await ownIndexes(index, ends);
    return { findings: await indexFindings(index, ends, changes, await releasesFor(index, ends, changes)), own };
  } catch (error) {
    if (!(error instanceof UserError || error instanceof WeatherError)) throw error;
    const message = `Targets, dates and Python ranges were not looked up. ${error.message}`;
    return { findings: [{ kind: "index-not-asked", message }], own: [] };
  }
}

// src/search/reach.ts
function reachOf(problem, packages, base) {
  const alone = problem.changes.flatMap(
    ({ library, releases }) => releases.map((version) => ({ [library]: version }))
  );
  const requests = [headPins(problem), ...alone].filter((moved) => !isBase(problem, moved)).map((moved) => movedRequest(problem, packages, base, moved));
  return [...new Map(requests.map((request) => [requestKey(request), request])).values()];
}

// src/commands/download.ts
async function download(context, world, planned, torch) {
  const { host } = world;
  const { out, cacheGb } = context.line.options;
  const environments = await environmentsFor(world, torch, { out, cacheGb, say: context.say });
  const make = async (request, near) => {
    const isHead = planned.changes.every(({ library, to }) => request.pins[library] === to);
    const written = isHead ? planned.locked.head : planned.locked.base;
    const versions = { ...near, ...written };
    const environment = await environments.prepare(request, { versions, ofAnyDate: Object.keys(written) });
    context.say(`  ${pinsOf(planned, request)}: ${environment.status === "built" ? "there" : environment.why}`);
    return environment;
  };
  const collected = await collect(planned, make, () => context.signal.aborted);
  await removeFolders(madeAnew(host.cache));
  context.say(inWords(collected, host.cache, host.python.version, await takenBy(host.cache)));
  return collected.missing.length === 0;
}
async function collect(planned, make, isStopped) {
  const problem = problemOf(planned);
  const made = [];
  let near = {};
  for (const { packages } of groups(problem, [...problem.controls, ...problem.cells])) {
    if (isStopped()) break;
    const base = await make(baseRequest(problem, packages), near);
    made.push(base);
    if (base.status !== "built") continue;
    near = base.lock;
    for (const request of reachOf(problem, packages, base.lock)) {
      if (isStopped()) break;
      made.push(await make(request, near));
    }
  }
  return {
    environments: made.filter(({ status }) => status === "built").length,
    unresolved: made.filter(({ status }) => status === "unresolved").length,
    missing: made.flatMap((one) => one.status === "inconclusive" ? [one.why] : [])
  };
}
function pinsOf({ changes }, { pins, packages }) {
  const moved = changes.map(({ library }) => `${library} ${pins[library] ?? ""}`);
  return [...moved, ...packages].join(", ");
}
function inWords({ environments, unresolved, missing }, folder, python, bytes) {
  const counts = [`${environments} environments can be made from it`];
  if (unresolved > 0) counts.push(`${unresolved} have no solution`);
  if (missing.length > 0) counts.push(`${missing.length} could not be fetched: try again`);
  return `
${folder} takes ${(bytes / 1e9).toFixed(1)} GB: ${counts.join(", ")}.
Take it to a machine of the same kind (Linux, processor, Python ${python}), and write there:
  PEFT_SWEEP_CACHE=FOLDER peft-sweep sweep ... --offline
Releases that a search asks for beside these, as partners or to hold, are said to be out of reach there.
`;
}

// src/commands/sweep.ts
async function runSweep(context) {
  const reports = await measured(context, renderTerminal);
  const { failOn, known } = context.line.options;
  const isKnown = knownCells(known, context.clock.date(), context.line.request.checkpoints);
  return worstOf(reports.map((report) => exitStatus(report, failOn, isKnown)));
}
function knownCells(known, today, checkpoints) {
  const current = known.filter(({ expires }) => expires >= today.slice(0, 10));
  const cells = current.flatMap(({ cell }) => selectCells([cell], allCells(checkpoints), []));
  const ids = new Set(cells.map(cellId));
  return (cell) => holdsCell(ids, cell);
}
async function runCheck(context) {
  return worstOf((await measured(context, renderCheck)).map(checkStatus));
}
async function runPlan(context) {
  openOut(context.line.options.out);
  keepOutOfGit(context.line.options.out);
  const { world, asked } = await prepared(context);
  const written = [];
  let isWhole = true;
  for (const one of asked) {
    const { planned, known, files } = one;
    if (planned === void 0) return nothingToDo(context, one);
    const torch = await torchFor(world.index, planned);
    const facts = await factsOf(world, planned, choiceOf(world, torch), { files, known });
    written.push({ ...facts, plan: planned, findings: known.findings });
    const number = asked.length > 1 ? `request ${written.length} of ${asked.length}
` : "";
    if (!context.line.options.json) context.print(`${number}${renderPlan(facts)}`);
    if (context.line.options.download !== void 0)
      isWhole = await download(context, world, planned, torch) && isWhole;
  }
  const text = written.length === 1 ? written[0] : written;
  writeText(join5(context.line.options.out, "plan.json"), `${JSON.stringify(text, null, 1)}
`);
  if (context.line.options.json) context.print(`${JSON.stringify(text)}
`);
  return isWhole ? STATUS.fine : STATUS["not-compared"];
}
async function measured(context, render) {
  const giveBack = takeOut(context.line.options.out);
  try {
    return await measuredInto(context, render);
  } finally {
    giveBack();
  }
}
async function measuredInto(context, render) {
  const { options } = context.line;
  const { world, asked, own } = await prepared(context);
  const reports = [];
  for (const [index, one] of asked.entries()) {
    const { planned, known, files } = one;
    if (planned === void 0) {
      nothingToDo(context, one);
      return [];
    }
    if (context.signal.aborted) break;
    if (asked.length > 1) context.say(`request ${index + 1} of ${asked.length}`);
    const out = asked.length > 1 ? join5(options.out, String(index + 1)) : options.out;
    const torch = await torchBuilds(world, planned, { out, fresh: options.fresh });
    context.say(renderPlan(await factsOf(world, planned, torch.chosen, { files, known })));
    const earlier = earlierReport(out);
    const replaced = earlier && replacedLine(earlier, planned, out);
    if (replaced !== void 0) context.say(replaced);
    let { fresh } = options;
    const { report } = await measuredInItsTime({
      ...{ planned, torch, torchGb: options.torchGb, say: context.say },
      ...{ catalog: world.index.catalog, python: world.index.python },
      measure: async (plan2, version) => {
        const settings = { ...options, out, fresh, signal: context.signal, say: context.say, own };
        const { ports, machine } = await sweepPorts(world, plan2, await torch.build(version), settings);
        fresh = false;
        return sweep(plan2, known, ports, machine);
      }
    });
    writeReport(out, report);
    context.print(options.json ? `${JSON.stringify(report)}
` : render(report));
    reports.push(report);
  }
  await discardUnlessProtected(world.host, world.sandbox);
  return reports;
}
function nothingToDo(context, { known: { findings }, standing }) {
  const reasons = plain(nothingToMeasure(standing), 4e3);
  context.print(`${reasons}
${findings.length > 0 ? `
${renderFindings(findings)}` : ""}`);
  return STATUS.fine;
}
async function prepared(context) {
  const { folder, signal, say, line } = context;
  const { python, offline, device, oraclePath, download: collected } = line.options;
  const PEFT_SWEEP_CACHE = collected ?? context.environment.PEFT_SWEEP_CACHE;
  const environment = { ...context.environment, PEFT_SWEEP_CACHE };
  const isPlanning = line.command === "plan";
  const world = await openWorld({ environment, folder, python, offline, device, oraclePath, isPlanning, signal, say });
  if (world.host.noCard !== void 0) say(`Planned for a machine with a card. ${world.host.noCard}`);
  await world.index.uv();
  const isBare = line.command !== "check" && line.request.changes.length === 0;
  const requests = isBare ? await requestsOf(line.request, await readEnds(context), world.index) : [{ request: line.request, known: { findings: [] }, files: [], standing: [] }];
  const { checkpoints, own } = await openCheckpoints(line.request.checkpoints, openerOf(world));
  const asked = [];
  for (const { request, ...rest } of requests) {
    const isNothing = isBare && request.changes.length === 0;
    const planned = isNothing ? void 0 : await plan(withOpened(onDevice(request, world), checkpoints), world.index.catalog, world.index.python);
    asked.push({ ...rest, planned });
  }
  return { world, asked, own };
}
function onDevice(request, { host }) {
  return host.device.name === DEFAULT_DEVICE ? request : { ...request, device: host.device.name };
}
async function factsOf(world, planned, torch, { files, known }) {
  const problem = problemOf(planned);
  const { name, missing } = await world.sandbox.containment();
  return {
    changes: planned.changes.map((change) => ({ ...change, samples: samplesOf(planned.search, change).length })),
    held: planned.held,
    cells: planned.cells.length,
    chosenBy: planned.chosenBy,
    sources: [...new Set(Object.values(planned.sources))],
    guessed: planned.guessed ?? [],
    configurations: planned.configurations,
    beside: planned.beside?.length ?? 0,
    unsure: known.findings.flatMap(({ kind, file, line }) => kind === "cells-unsure" ? [`${file}:${line}`] : []),
    files,
    locked: Object.keys(planned.locked.head).length,
    lockedAt: lockedWatched(planned),
    controls: problem.controls.length,
    ruledOut: rulings(planned.cells, planned),
    packageSets: groups(problem, measurable(everyCell(problem), planned)).length,
    environments: planned.environments,
    minutes: planned.minutes,
    torch,
    device: deviceInWords(world.host),
    python: world.host.python.version,
    containment: { name, missing },
    indexes: (await world.index.addresses()).map(addressInWords)
  };
}
function lockedWatched({ locked, held, changes }) {
  const named = [...Object.keys(held), ...changes.map(({ library }) => library)];
  const entries = Object.entries(locked.head);
  return Object.fromEntries(entries.filter(([name]) => isWatched(name) && !named.includes(name)));
}

// src/commands/demo.ts
var BROKEN = "prefix-tuning";
var WORKING = ["lora", "ia3", "prompt-tuning"];
var QUANTIZED = "bnb-int8";
var DEMO = {
  changes: [{ library: "transformers", from: "4.55.4", to: "4.57.6" }],
  held: { peft: "0.17.1" },
  cells: [`{${[...WORKING, BROKEN].join(",")}}/{none,${QUANTIZED}}/llama/causal-lm`],
  chosenBy: "user",
  environments: 14
};
async function runDemo(context) {
  const line = { ...context.line, request: { ...context.line.request, ...DEMO } };
  const [report] = await measured({ ...context, line }, renderTerminal);
  if (report === void 0) return STATUS["not-compared"];
  const missing = missingFromStory(report);
  for (const sentence of missing) context.say(`demo: ${sentence}`);
  if (report.run.stoppedBy === "interrupted") return STATUS.interrupted;
  if (report.totals.cells["not-compared"] > 0 || report.run.stoppedBy === "budget") return STATUS["not-compared"];
  return missing.length === 0 ? STATUS.fine : STATUS.found;
}
function missingFromStory(report) {
  const quantized = report.comparisons.filter(({ cell }) => parseCellId(cell).quantization === QUANTIZED);
  const methodOf = (cell) => parseCellId(cell).method;
  const story = [
    [
      quantized.some(({ cell, comparison }) => methodOf(cell) === BROKEN && comparison === "regressed"),
      `${BROKEN} does not break on ${QUANTIZED}`
    ],
    [
      quantized.filter(({ cell, after }) => WORKING.includes(methodOf(cell)) && after === "pass").length === WORKING.length,
      `not all of ${WORKING.join(", ")} go on working`
    ],
    [
      report.boundaries.some(({ cell, certainty }) => methodOf(cell) === BROKEN && certainty.adjacent),
      "the release that broke it was not found"
    ],
    [report.pins.some(({ kind, holds, of }) => kind === "hold" && holds === of), "no hold mends it"],
    [
      report.pins.some(({ kind, holds, of }) => kind === "raise-partner" && holds === of),
      "no partner release mends it"
    ],
    [report.workarounds.some(({ kind, helps }) => kind === "method" && helps), "no other method was found to work"],
    [report.workarounds.some(({ kind }) => kind === "quantization"), "dropping the quantization was not tried"]
  ];
  return story.filter(([holds]) => !holds).map(([, sentence]) => sentence);
}

// src/adapters/machine/github-folder.ts
import { existsSync, lstatSync as lstatSync3, readdirSync as readdirSync2, readFileSync as readFileSync3 } from "node:fs";
import { join as join6 } from "node:path";
function githubFiles(folder) {
  const names = [".github/dependabot.yml", ".github/dependabot.yaml"];
  const workflows = join6(folder, ".github", "workflows");
  if (existsSync(workflows)) names.push(...readdirSync2(workflows).map((name) => `.github/workflows/${name}`));
  const present = names.filter((name) => existsSync(join6(folder, name)) && lstatSync3(join6(folder, name)).isFile());
  return new Map(present.map((name) => [name, readFileSync3(join6(folder, name), "utf8")]));
}
function runnerSettings({ GITHUB_WORKSPACE }) {
  return GITHUB_WORKSPACE ? readText(join6(GITHUB_WORKSPACE, "..", "..", "..", ".runner")) : void 0;
}

// src/report/doctor.ts
var NOTHING_LACKS = "one calls peft-sweep, and lacks nothing";
var ALLOW = "Allow user namespaces, or run as root in a container with CAP_SYS_ADMIN.";
function renderDoctor(facts) {
  const { python, uv, cache, containment, setup } = facts;
  const rows2 = [
    ["node", facts.node],
    ["python", `${python.version} at ${python.path}`],
    ["uv", `${uv.version} at ${uv.path}`],
    ["index", indexesInWords(facts.indexes.map(addressInWords))],
    ["torch", facts.torch],
    ["device", facts.device],
    ...facts.deviceProblems.map((what) => ["", what]),
    ["oracle", facts.oracle],
    ["cache", `${cache.folder}, ${Math.floor(cache.freeBytes / 1e9)} GB free`],
    ["isolation", isolationText(containment)],
    ...containment.missing.map((what) => ["", `not enforced: ${what}. ${ALLOW}`]),
    ...workflowRows(setup)
  ];
  return `${rows2.map(([name, text]) => `${name.padEnd(11)}${text}`).join("\n")}
`;
}
function isolationText({ name, enforced }) {
  return `${name}: ${enforced.filter((claim) => !name.includes(claim)).join(", ")}`;
}
function workflowRows(setup) {
  const said = setup.length > 0 ? setup : [NOTHING_LACKS];
  return said.map((text, index) => [index === 0 ? "workflows" : "", text]);
}

// src/setup/check.ts
var import_yaml = __toESM(require_dist(), 1);
var Permissions = external_exports.union([external_exports.string(), external_exports.record(external_exports.string(), external_exports.string().nullish())]).nullish();
var Job = external_exports.looseObject({
  uses: external_exports.string().optional(),
  permissions: Permissions,
  with: external_exports.record(external_exports.string(), external_exports.unknown()).nullish()
});
var Workflow = external_exports.looseObject({
  on: external_exports.unknown(),
  permissions: Permissions,
  jobs: external_exports.record(external_exports.string(), Job).nullish()
});
var NEEDED = {
  actions: "read",
  checks: "write",
  contents: "read",
  "pull-requests": "write"
};
var NEEDED_TO_APPLY = {
  checks: "read",
  contents: "write",
  "pull-requests": "write"
};
var PLANNING = ["cells", "with", "device", "max-minutes", "max-usd", "python"];
var CALLED = /peft-sweep.*\/(sweep|publish|apply)\.yml(@|$)|^\.\/\.github\/workflows\/peft-sweep-(sweep|publish|apply)\.yml$/;
var LONGEST2 = 256 * 1024;
function checkSetup(files) {
  const workflows = [...files].filter(([path]) => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(path));
  const callers = workflows.flatMap(([path, text]) => {
    const workflow = read(text);
    const jobs = Object.entries(workflow?.jobs ?? {}).filter(([, job]) => CALLED.test(job.uses ?? ""));
    return workflow && jobs.length > 0 ? [{ path, text, workflow, jobs }] : [];
  });
  if (callers.length === 0)
    return [
      { file: ".github/workflows", message: "No workflow calls peft-sweep. Run `peft-sweep init`.", isNote: true }
    ];
  const found = callers.flatMap(
    ({ path, workflow, jobs }) => [
      ...triggers(workflow),
      ...jobs.flatMap(([name, job]) => [
        ...permissions(name, job, workflow),
        ...runners(name, job),
        ...origin(name, job)
      ])
    ].map((message) => ({ file: path, message }))
  );
  return [...found, ...differentPlans(callers), ...dependabot(files, callers)];
}
function read(text) {
  if (text.length > LONGEST2) return void 0;
  const document = (0, import_yaml.parseDocument)(text);
  return document.errors.length > 0 ? void 0 : Workflow.safeParse(document.toJS({ maxAliasCount: 10 })).data;
}
function triggers({ on }) {
  const events2 = typeof on === "object" && on !== null ? on : {};
  const names = typeof on === "string" ? [on] : Array.isArray(on) ? on.map(String) : Object.keys(events2);
  const pull = events2.pull_request;
  return [
    ...names.includes("pull_request_target") ? [
      "`pull_request_target` runs with write access beside a stranger\u2019s files. Use `pull_request`, and `init --forks` for forks."
    ] : [],
    ...pull?.paths || pull?.["paths-ignore"] ? [
      "A `paths` filter leaves a required check waiting for ever. Take it away: without a watched change the run ends green by itself."
    ] : [],
    ...names.includes("pull_request") || names.includes("workflow_run") || names.includes("pull_request_target") ? [] : ["It does not run on pull requests. Add `pull_request` to `on`."]
  ];
}
function permissions(name, job, workflow) {
  const given = job.permissions ?? workflow.permissions;
  if (given === "write-all") return [`The job \`${name}\` has every permission. Give it only what it needs.`];
  const levels = typeof given === "object" && given !== null ? given : {};
  const needed = /apply\.yml/.test(job.uses ?? "") ? NEEDED_TO_APPLY : NEEDED;
  const missing = Object.entries(needed).filter(
    ([scope, level]) => !(levels[scope] === "write" || levels[scope] === level)
  );
  if (missing.length === 0) return [];
  const lines2 = missing.map((entry) => `\`${entry.join(": ")}\``).join(", ");
  return [
    `The job \`${name}\` lacks ${lines2}. Add them under its \`permissions\`: without them GitHub does not start it.`
  ];
}
function runners(name, job) {
  const labels = String(job.with?.["runs-on"] ?? "");
  const isHosted = labels === "" || /^"?(ubuntu|macos|windows)-/.test(labels);
  return isHosted || job.with?.environment ? [] : [
    `The job \`${name}\` measures on its own runners without an \`environment\`: pull requests of forks are not measured there but on \`hosted-runs-on\`. Name one with required reviewers to allow them.`
  ];
}
function origin(name, { with: inputs }) {
  return ["action-repository", "action-ref"].some((input) => inputs?.[input] !== void 0) ? [
    `The job \`${name}\` names \`action-repository\` or \`action-ref\`. Take them away: the workflow knows its commit.`
  ] : [];
}
function differentPlans(callers) {
  const every = callers.flatMap(({ path, jobs }) => jobs.map(([, job]) => ({ path, job })));
  const measuring = every.find(({ job }) => /sweep\.yml/.test(job.uses ?? ""));
  const forks = every.find(({ job }) => /publish\.yml/.test(job.uses ?? ""));
  if (measuring === void 0 || forks === void 0) return [];
  const plannedWith = (job, input) => {
    const value = String(job.with?.[input] ?? "");
    return /^\$\{\{\s*inputs\./.test(value) ? "" : value;
  };
  const different = PLANNING.filter((input) => plannedWith(measuring.job, input) !== plannedWith(forks.job, input));
  if (different.length === 0) return [];
  const names = different.map((input) => `\`${input}\``).join(", ");
  const message = `Its inputs differ from those of \`${measuring.path}\` in ${names}: the results of forks do not fit then. Give both the same.`;
  return [{ file: forks.path, message }];
}
function dependabot(files, callers) {
  if (!files.has(".github/dependabot.yml") && !files.has(".github/dependabot.yaml")) return [];
  return callers.flatMap(({ path, text }) => {
    const secrets = [
      ...new Set([...text.matchAll(/secrets\.([A-Z_][A-Z0-9_]*)/g)].map((found) => found[1] ?? ""))
    ].filter((secret) => secret !== "GITHUB_TOKEN");
    if (secrets.length === 0) return [];
    return [
      {
        file: path,
        message: `Runs of Dependabot see only Dependabot\u2019s own secrets. Set ${secrets.map((one) => `\`${one}\``).join(", ")} there too.`
      }
    ];
  });
}
function checkRunner(environment, settings) {
  if (environment !== "self-hosted") return [];
  const isEphemeral = settings !== void 0 && /"ephemeral"\s*:\s*true/i.test(settings);
  if (isEphemeral) return [];
  const message = "This runner is not known to be ephemeral: the next job finds what this one left. Register it with `--ephemeral`, or give each job a machine of its own.";
  return [{ file: "runner", message }];
}

// src/commands/doctor.ts
function oracleInWords(found) {
  if (found.kind === "asked") return "off, as was asked";
  return found.kind === "on" ? "on: numbers are checked against reference graphs" : `off: ${found.why}`;
}
async function runDoctor(context) {
  const { environment, folder, signal, say, line } = context;
  const { python, offline, device, oraclePath } = line.options;
  const { host, index, sandbox, foundOracle } = await openWorld({
    ...{ environment, folder, signal, python, offline, say, device, oraclePath },
    isPlanning: true
  });
  const uv = await index.uv();
  const containment = await sandbox.containment();
  const { closure, source } = await index.torch(void 0);
  const ofDevice = deviceProblems(host);
  const setup = [
    ...checkSetup(githubFiles(folder)),
    ...checkRunner(environment.RUNNER_ENVIRONMENT, runnerSettings(environment))
  ];
  const facts = {
    node: host.node,
    python: host.python,
    uv,
    indexes: await index.addresses(),
    torch: `${closure.torch}: ${source}`,
    device: deviceInWords(host),
    deviceProblems: ofDevice,
    oracle: oracleInWords(await foundOracle()),
    cache: { folder: host.cache, freeBytes: freeBytes(host.cache) },
    containment,
    setup: setup.map(({ file, message }) => `${file}: ${message}`)
  };
  context.print(renderDoctor(facts));
  const isLacking = ofDevice.length > 0 || containment.missing.length > 0 || setup.some(({ isNote }) => !isNote);
  return isLacking ? STATUS.found : STATUS.fine;
}

// src/adapters/machine/own-files.ts
import { cpSync, existsSync as existsSync2, mkdirSync, readFileSync as readFileSync4, realpathSync as realpathSync2, writeFileSync } from "node:fs";
import { dirname, join as join7 } from "node:path";
var VENDORED = ".github/peft-sweep-action";
function isCheckout(folder) {
  return existsSync2(join7(folder, ".git"));
}
function writeNew(folder, path, text) {
  const file = join7(folder, path);
  if (existsSync2(file)) return `left alone  ${path} (it exists)
`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return `written     ${path}
`;
}
function vendoredFiles() {
  const top = join7(programFolder(), "..");
  return ["sweep.yml", "publish.yml", "apply.yml"].map((name) => {
    const text = readFileSync4(join7(top, ".github", "workflows", name), "utf8");
    const local = text.replace(
      / {10}repository: .*\n {10}ref: .*workflow_sha \}\}\n {10}path: \.peft-sweep\n/g,
      `          sparse-checkout: ${VENDORED}
          ref: \${{ github.event.repository.default_branch }}
`
    ).replace(/^ {4}permissions: \{\}\n/gm, "    permissions:\n      contents: read\n").replace(
      /^ {4}permissions:\n(?:(?! {6}contents:) {6}.*\n)+(?! {6})/gm,
      (block) => `${block}      contents: read
`
    ).replace(/^# The action is taken from where[\s\S]*?(?=^name:)/m, "").replaceAll("uses: ./.peft-sweep", `uses: ./${VENDORED} # zizmor: ignore[self-repository]`);
    return { path: `.github/workflows/peft-sweep-${name}`, text: local };
  });
}
function copyAction(folder) {
  const top = join7(programFolder(), "..");
  const target = join7(folder, VENDORED);
  if (existsSync2(target)) return `left alone  ${VENDORED} (it exists)
`;
  for (const name of ["action.yml", "dist", "LICENSE"])
    cpSync(join7(top, name), join7(target, name), { recursive: true });
  for (const name of [...PROGRAM, "checkpoints"])
    cpSync(join7(top, "probe", name), join7(target, "probe", name), { recursive: true });
  writeFileSync(join7(target, "package.json"), `${JSON.stringify({ type: "module" })}
`);
  return `written     ${VENDORED}
`;
}
async function ownCommit() {
  const top = join7(programFolder(), "..");
  const { status, stdout } = await run("git", ["-C", top, "rev-parse", "--show-toplevel", "HEAD"]);
  const [checkout = "", commit = ""] = stdout.trim().split("\n");
  return status === 0 && realpathSync2(checkout) === realpathSync2(top) ? commit : `v${"0.5.0".split(".")[0]}`;
}

// src/setup/workflows.ts
var PERMISSIONS = ["actions: read", "checks: write", "contents: read", "pull-requests: write"];
var APPLY_PERMISSIONS = ["checks: read", "contents: write", "pull-requests: write"];
function workflowFiles(choice) {
  return [
    { path: ".github/workflows/peft-sweep.yml", text: mainWorkflow(choice) },
    ...choice.forks ? [{ path: ".github/workflows/peft-sweep-forks.yml", text: forkWorkflow(choice) }] : []
  ];
}
function mainWorkflow(choice) {
  const schedule = choice.schedule ? ["  schedule:", "    - cron: '17 4 * * 1'"] : [];
  return lines(
    "name: peft-sweep",
    "# Comments start a sweep only where they are a command of somebody with write permission, for the commit that stood",
    "# when they wrote it; nothing of the pull request runs beside a token.",
    "on: # zizmor: ignore[dangerous-triggers]",
    "  pull_request:",
    "  merge_group:",
    "  issue_comment:",
    "    types: [created]",
    ...schedule,
    "  workflow_dispatch:",
    "    inputs:",
    "      changes:",
    "        description: What to sweep, as NAME:OLD..NEW, e.g. transformers:4.55.4..4.57.6",
    "        required: true",
    "      cells:",
    "        description: Cells to measure; empty for those of the configuration or the code",
    "        required: false",
    "      with:",
    "        description: Versions to hold, as NAME==VERSION",
    "        required: false",
    "permissions: {}",
    "concurrency:",
    "  # Only a push ends the run of the push before it: comments and runs by hand wait for nobody and replace nobody.",
    "  group: peft-sweep-${{ github.event.pull_request.number || github.run_id }}",
    "  cancel-in-progress: true",
    "jobs:",
    "  peft-sweep:",
    "    permissions:",
    ...PERMISSIONS.map((line) => `      ${line}`),
    `    uses: ${called(choice, "sweep.yml")}`,
    "    with:",
    "      changes: ${{ inputs.changes }}",
    "      cells: ${{ inputs.cells }}",
    "      with: ${{ inputs.with }}",
    ...choice.apply ? applyJob(choice) : []
  );
}
function applyJob(choice) {
  return [
    "      apply: true",
    "  # The only job that may write files: it commits measured versions where somebody with write permission asks for it.",
    "  apply:",
    "    if: ${{ github.event_name == 'issue_comment' && startsWith(github.event.comment.body, '/peft-sweep apply') }}",
    "    permissions:",
    ...APPLY_PERMISSIONS.map((line) => `      ${line}`),
    `    uses: ${called(choice, "apply.yml")}`
  ];
}
function forkWorkflow(choice) {
  return lines(
    "name: peft-sweep for forks",
    "# Runs with the rights of this repository after the run of a fork has ended. It executes nothing of the fork, and",
    "# takes from its run only results that fit a plan made here: give it the same inputs as the other workflow.",
    "on: # zizmor: ignore[dangerous-triggers]",
    "  workflow_run:",
    "    workflows: [peft-sweep]",
    "    types: [completed]",
    "permissions: {}",
    "concurrency:",
    "  group: peft-sweep-forks-${{ github.event.workflow_run.head_repository.full_name }}-${{ github.event.workflow_run.head_branch }}",
    "  cancel-in-progress: true",
    "jobs:",
    "  publish:",
    "    if: ${{ github.event.workflow_run.head_repository.full_name != github.repository }}",
    "    permissions:",
    ...PERMISSIONS.map((line) => `      ${line}`),
    `    uses: ${called(choice, "publish.yml")}`
  );
}
function called({ source }, file) {
  return source.kind === "vendored" ? `./.github/workflows/peft-sweep-${file} # zizmor: ignore[self-repository]` : `${source.repository}/.github/workflows/${file}@${source.ref}`;
}
function lines(...text) {
  return `${text.join("\n")}
`;
}
function configurationFile(sure, partial = [], callsPeft = false) {
  const guessed = partial.filter(({ measured: measured2 }) => measured2.length > 0);
  const listed = [
    ...sure.map(({ id, source }) => `  - ${id}   # ${comment(source)}`),
    ...guessed.flatMap(({ pattern, source, why, measured: measured2 }) => [
      `  # ${pattern} in ${comment(source)}: ${comment(why)}`,
      ...measured2.map((id) => `  - ${id}   # guessed; put the right one here`)
    ])
  ];
  const none = callsPeft ? "PEFT is called, but none of its cells is in the matrix" : "no call of PEFT was found in the code";
  return {
    path: ".github/peft-sweep.yml",
    text: lines(
      ...listed.length === 0 ? [`cells: auto   # ${none}: the default 24 are measured`] : ["cells:", ...once(listed)],
      "exclude: []",
      "budget: {minutes: 10}",
      "comment: changes",
      "fail-on: [regressed, degraded]"
    )
  };
}
function once(listed) {
  const seen = /* @__PURE__ */ new Set();
  return listed.filter((line) => {
    const cell = /^ {2}- (\S+)/.exec(line)?.[1];
    if (cell === void 0) return true;
    const isNew = !seen.has(cell);
    seen.add(cell);
    return isNew;
  });
}
function comment(text) {
  return text.replace(/[^\x20-\x7e]/g, "?");
}

// src/commands/init.ts
var REPOSITORY = "peft-sweep/peft-sweep";
async function runInit(context) {
  const { folder, line, print } = context;
  if (!isCheckout(folder)) throw new UserError("Run `peft-sweep init` at the top of a git checkout.");
  const { vendor, forks, schedule, apply } = line.options;
  const source = vendor ? { kind: "vendored" } : { kind: "remote", repository: REPOSITORY, ref: await ownCommit() };
  const found = codeCells(await readRepository(await workingTree(folder)));
  const files = [
    ...workflowFiles({ source, forks, schedule, apply }),
    configurationFile(found.sure, found.partial, found.callsPeft),
    ...vendor ? vendoredFiles() : []
  ];
  for (const { path, text } of files) print(writeNew(folder, path, text));
  if (vendor) print(copyAction(folder));
  print(
    "Commit these files. `peft-sweep doctor` says what this machine enforces; docs/github.md in the repository of peft-sweep explains the jobs.\n"
  );
  return STATUS.fine;
}

// src/commands/read.ts
async function runReport(context) {
  const { operands, options } = context.line;
  const report = readReport(operands[0] ?? options.out);
  context.print(rendered(report, options.json ? "json" : options.format));
  return STATUS.fine;
}
function rendered(report, format) {
  switch (format) {
    case "terminal":
      return report.changes.length === 0 ? renderCheck(report) : renderTerminal(report);
    case "markdown":
      return renderComment(report);
    case "json":
      return `${JSON.stringify(report)}
`;
    default:
      return assertNever(format);
  }
}
async function runExplain(context) {
  const { operands, options } = context.line;
  const [typed] = operands;
  if (typed === void 0) throw new UserError("Name a cell, e.g. `peft-sweep explain lora/none/llama/causal-lm`.");
  const report = readReport(options.out);
  const known = [...new Set([...report.comparisons, ...report.controls, ...report.results].map(({ cell }) => cell))];
  const problems = [];
  const matching = selectCells([typed.replace(/\/$/, "")], known.map(parseCellId), problems).map(cellId);
  if (matching.length === 0) throw new UserError(noSuchCell(typed, options.out, known, problems));
  context.print(matching.map((cell) => renderExplain(report, cell)).join("\n"));
  return STATUS.fine;
}
var SHOWN_CELLS = 8;
function noSuchCell(typed, out, known, problems) {
  const unknown = problems.filter((problem) => !problem.includes("selects no cell"));
  if (unknown.length > 0) return unknown.join("\n");
  const rest = known.length - SHOWN_CELLS;
  const list = `${known.slice(0, SHOWN_CELLS).join(", ")}${rest > 0 ? `, and ${rest} more` : ""}`;
  return `The report in \`${out}\` has no cell that \`${typed}\` selects.${didYouMean(typed, known)} It has: ${list}.`;
}

// src/commands/replay.ts
import { join as join8, resolve as resolve2 } from "node:path";
async function runReplay(context) {
  const { line, environment, folder, signal, say } = context;
  const [typed = ""] = line.operands;
  const { cell, id } = located(typed, line.options.out);
  const { python, offline, device } = line.options;
  const world = await openWorld({ environment, folder, signal, python, offline, device, say });
  const { host, sandbox } = world;
  await rebuilt(context, world, id);
  const left = findHandover(join8(resolve2(line.options.out), "handover"), cell);
  const isBase2 = left === void 0 || left.environmentId === id;
  const probes = new PythonProbes({
    cache: host.cache,
    program: sandbox.warden.program,
    handover: left?.folder ?? join8(resolve2(line.options.out), "handover"),
    containment: await sandbox.containment(),
    show: sandbox.show,
    signal: context.signal,
    start: host.start,
    cards: () => cardsNow(host)
  });
  const job = {
    cells: [
      {
        ...parseCellId(cell),
        id: cell,
        packages: packagesOf(parseCellId(cell).quantization),
        leaves: false,
        thorough: true
      }
    ],
    packages: packagesOf(parseCellId(cell).quantization),
    device: host.device,
    width: 1,
    saveHandover: false
  };
  const carried = isBase2 ? job : { ...job, carryFrom: left.environmentId };
  let outcome;
  const end = await probes.run(id, carried, (text) => {
    const record = parseRecord(text);
    if (record?.kind !== "cell") return;
    const result = judge(record, { device: host.device });
    outcome = result.outcome;
    context.print(`${cell}@${id}: ${result.outcome}
`);
    for (const [stage, state] of Object.entries(result.stages)) context.print(`  ${stage.padEnd(9)} ${state}
`);
    for (const failure of record.failures)
      context.print(
        `  ${failure.stage}: ${failure.type}: ${failure.message}
${failure.frames.map((frame) => `      ${frame}
`).join("")}`
      );
    if (record.output) context.print(`${record.output}
`);
  });
  if (outcome === void 0)
    say(`The probe ended without a record (${end.how} ${end.code}). ${end.output.trim().slice(-500)}`);
  if (outcome === "pass" || outcome === "unsupported") return STATUS.fine;
  return outcome === "fail" || outcome === "wrong" ? STATUS.found : STATUS["not-compared"];
}
function located(typed, out) {
  const [cell = "", id = ""] = typed.split("@");
  if (id === "")
    throw new UserError(
      "Name a cell and an environment, e.g. `peft-sweep replay lora/none/llama/causal-lm@1b77c0de92aa`."
    );
  const report = readReport(out);
  const known = report.results.find((result) => result.cell === cellId(parseCellId(cell)) && result.environment === id);
  if (known === void 0) {
    const where = report.results.filter((result) => result.cell === cell).map((result) => result.environment);
    const hint = where.length > 0 ? ` It was measured in: ${[...new Set(where)].join(", ")}.` : " `peft-sweep explain` lists what was.";
    throw new UserError(`\`${typed}\` was not measured in \`${out}\`.${hint}`);
  }
  return { cell, id };
}
async function rebuilt(context, world, id) {
  take(world.host.cache, id);
  if (isBuilt(world.host.cache, id)) return;
  const file = join8(context.line.options.out, "locks", `${id}.txt`);
  const lock = readText(file);
  if (lock === void 0) throw new UserError(`The lock \`${file}\` is gone. Run the sweep again.`);
  const { out, cacheGb } = context.line.options;
  const torch = await world.index.torch(void 0);
  const environments = await environmentsFor(world, torch, { out: resolve2(out), cacheGb, say: context.say });
  const failed = await environments.build(id, lock);
  if (failed)
    throw new UserError(
      `The environment ${id} could not be built again: ${failed.status === "built" ? "" : failed.why}`
    );
}

// src/commands/run.ts
var COMMANDS = {
  sweep: runSweep,
  plan: runPlan,
  check: runCheck,
  diff: runDiff,
  report: runReport,
  explain: runExplain,
  replay: runReplay,
  demo: runDemo,
  init: runInit,
  doctor: runDoctor,
  clean: runClean
};
async function runCommand(argv, signal, terminal) {
  const problems = [];
  const line = parseCommandLine(argv, readConfiguration, problems);
  if (problems.length > 0) throw new UserError(problems);
  const { stdout, stderr, env: environment } = terminal;
  const isForPrograms = line.options.json || line.options.format !== "terminal";
  const print = (text) => stdout.write(isForPrograms ? text : wrap(text, columnsOf(stdout, environment)));
  const say = (text) => stderr.write(wrap(`${text}
`, columnsOf(stderr, environment)));
  const context = { line, environment, folder: terminal.cwd(), signal, clock, print, say };
  const status = await COMMANDS[line.command](context);
  return signal.aborted ? STATUS.interrupted : status;
}
export {
  runCommand
};
