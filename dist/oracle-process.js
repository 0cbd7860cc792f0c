import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import {
  ACTIVATIONS,
  ARCHITECTURES,
  AdapterConfiguration,
  Configuration,
  FORMULAS,
  NotCovered,
  ShapeError,
  TASKS_OF_GRAPHS,
  added,
  distance,
  external_exports,
  filled,
  isDecomposed,
  isTurned,
  loraScale,
  mapped,
  matmul,
  matrixOf,
  moved,
  part,
  patterned,
  requireForm,
  reshaped,
  room,
  scaled,
  slice,
  stacked,
  tensor,
  turned
} from "./chunks/chunk-DSYGMKQK.js";
import "./chunks/chunk-5XWL5JNG.js";

// src/adapters/oracle/serve.ts
import { join as join3 } from "node:path";

// src/oracle/fused-experts.ts
var FUSED = /^(.*\.)mlp\.(?:experts(?:\.base_layer)?|gate)$/;
function expertChanges(saved, change) {
  const [, path] = FUSED.exec(saved.module) ?? [];
  if (path === void 0 || saved.configuration.peft_type !== "LORA") return void 0;
  if (saved.module.endsWith(".gate")) return [[`${path}block_sparse_moe.gate`, change(saved)]];
  const [first, second] = [part(saved, "lora_A"), part(saved, "lora_B")];
  const name = matrixOf(second)[0] > matrixOf(first)[1] ? "gate_up_proj" : "down_proj";
  const rank = rankOf(saved, name);
  const count = matrixOf(first)[0] / rank;
  const scale = loraScale({ ...saved, module: `${saved.module}.${name}` }, rank);
  return Array.from({ length: count }, (_, expert) => {
    const own = slice(first, expert * rank, (expert + 1) * rank);
    const delta = scaled(matmul(everyOf(second, expert, count), own), scale);
    return partsOf(delta, name).map(
      ([part2, made]) => [`${path}block_sparse_moe.experts.${expert}.${part2}`, moved(made)]
    );
  }).flat();
}
function rankOf({ configuration, tensors, module }, name) {
  const rank = patterned(configuration.rank_pattern, `${module}.${name}`) ?? configuration.r ?? 0;
  const rows = tensors.get("lora_A")?.shape[0] ?? 0;
  requireForm(rank >= 1 && rows % rank === 0, "LoRA on experts without one rank for all");
  return rank;
}
function everyOf(matrix, from, step) {
  const rows = turned(matrix);
  const count = matrixOf(rows)[0] / step;
  const kept = Array.from({ length: count }, (_, place) => slice(rows, place * step + from, place * step + from + 1));
  return turned(reshaped(stacked(kept), count, matrixOf(rows)[1]));
}
function partsOf(delta, name) {
  const rows = matrixOf(delta)[0];
  if (name === "down_proj") return [["w2", delta]];
  return [
    ["w1", slice(delta, 0, rows / 2)],
    ["w3", slice(delta, rows / 2, rows)]
  ];
}

// src/oracle/adapter.ts
var PREFIX_OF_PEFT = /^base_model\.(model\.)?/;
function readAdapter(configuration, file) {
  const formula = FORMULAS.get(configuration.peft_type);
  if (formula === void 0) throw new NotCovered(`there is no formula for ${configuration.peft_type}`);
  const parts = sorted(formula, file);
  const shared = parts.modules.get("") ?? /* @__PURE__ */ new Map();
  const changes = /* @__PURE__ */ new Map();
  for (const [module, tensors] of parts.modules) {
    if (module === "" || formula.change === void 0) continue;
    const saved = { configuration, tensors, shared, module };
    const changed3 = expertChanges(saved, formula.change) ?? [[module, formula.change(saved)]];
    for (const [name, change] of changed3) changes.set(name, change);
  }
  return {
    configuration,
    changes,
    adaptions: adaptionsOf(parts.modules),
    replaced: parts.replaced,
    rows: rowsOf(configuration, parts.rows),
    ...virtualOf(configuration, shared)
  };
}
var AROUND = /\.(?:base_layer|modules_to_save)\./;
var TRAINED_ROWS = /^(.*?)(?:\.token_adapter)?\.trainable_tokens_delta$/;
var WITHIN = ["bias", "Xd", "Xu", "X", "zeros"];
function sorted(formula, file) {
  const parts = { modules: /* @__PURE__ */ new Map(), replaced: /* @__PURE__ */ new Map(), rows: /* @__PURE__ */ new Map() };
  for (const name of file.names) {
    const plain = name.replace(PREFIX_OF_PEFT, "");
    const table = TRAINED_ROWS.exec(plain)?.[1];
    if (table !== void 0) {
      parts.rows.set(`${table}.weight`, file.floats(name));
      continue;
    }
    if (plain.includes(".original_module.")) continue;
    const words = plain.split(".");
    const at = words.findIndex((word) => formula.parts.includes(word));
    if (at < 0) {
      parts.replaced.set(plain.replace(AROUND, "."), file.floats(name));
      continue;
    }
    const module = words.slice(0, at).join(".");
    const part2 = [words[at], ...words.slice(at + 1).filter((word) => WITHIN.includes(word))].join(".");
    const tensors = parts.modules.get(module) ?? /* @__PURE__ */ new Map();
    parts.modules.set(module, tensors.set(part2, numbersIn(file, name)));
  }
  return parts;
}
function rowsOf({ token_indices, trainable_token_indices }, saved) {
  const said = token_indices ?? trainable_token_indices ?? [];
  const rows = /* @__PURE__ */ new Map();
  for (const [name, values] of saved) {
    const table = name.split(".").at(-2) ?? "";
    const places = Array.isArray(said) ? said : new Map(Object.entries(said)).get(table) ?? [];
    if (places.length !== values.shape[0]) throw new NotCovered(`the trained tokens of ${name} are not said`);
    rows.set(name, { places, values });
  }
  return rows;
}
function numbersIn(file, name) {
  if (file.kindOf(name) !== "integers") return file.floats(name);
  const { shape, values } = file.integers(name);
  return tensor(shape, Float32Array.from(values));
}
function adaptionsOf(modules) {
  const adaptions = /* @__PURE__ */ new Map();
  for (const [module, tensors] of modules) {
    const prompt = tensors.get("adaption_prompt");
    const gate = tensors.get("adaption_gate")?.values[0];
    if (prompt !== void 0 && gate !== void 0)
      adaptions.set(module, { prompt: { shape: prompt.shape.slice(-2), values: prompt.values }, gate });
  }
  return adaptions;
}
var PREFIXES = ["PREFIX_TUNING", "CARTRIDGE"];
function virtualOf({ peft_type }, shared) {
  const tokens = shared.get("prompt_embeddings");
  if (tokens === void 0) return {};
  return PREFIXES.includes(peft_type) ? { prefix: tokens } : { virtual: tokens };
}

// src/oracle/model.ts
function layerPath({ architecture }, layer) {
  return architecture.path.replace("{n}", String(layer));
}
function modulesOf(model) {
  const { architecture, shape } = model;
  const layers = Array.from({ length: shape.layers }, (_, layer) => layerPath(model, layer));
  const experts = Array.from(
    { length: shape.experts },
    (_, n) => ["w1", "w2", "w3"].map((name) => `block_sparse_moe.experts.${n}.${name}`)
  ).flat();
  const router = shape.experts > 0 ? ["block_sparse_moe.gate"] : [];
  const linears2 = Object.values(architecture.linears).map(({ module }) => module);
  const inLayer2 = [...linears2, ...Object.values(architecture.norms), ...experts, ...router];
  const { classifier, head, embedded: embedded2 } = architecture;
  const outside = [head.matrix, head.norm, embedded2?.norm, classifier?.module, classifier?.pooler].flatMap(
    (module) => module ?? []
  );
  return /* @__PURE__ */ new Set([...layers.flatMap((path) => inLayer2.map((module) => path + module)), ...outside]);
}
var TURNED = /* @__PURE__ */ new WeakMap();
function turnedOnce(stored) {
  const known = TURNED.get(stored) ?? turned(stored);
  TURNED.set(stored, known);
  return known;
}
function baseLinear(model, module) {
  const stored = tensorOf(model, `${module}.weight`);
  const weight = isTurned(model.architecture, module) ? turnedOnce(stored) : stored;
  return { weight, bias: optional(model, `${module}.bias`) ?? filled([weight.shape[0] ?? 0], 0) };
}
var CHANGED = /* @__PURE__ */ new WeakMap();
function linear(model, module, departure) {
  const ofModel = CHANGED.get(model) ?? /* @__PURE__ */ new WeakMap();
  const known = ofModel.get(departure) ?? /* @__PURE__ */ new Map();
  CHANGED.set(model, ofModel.set(departure, known));
  const found = known.get(module) ?? changed(model, module, baseLinear(model, module), departure);
  known.set(module, found);
  return found;
}
function changed(model, module, base, departure) {
  const source = departure.changeOf === void 0 ? module : departure.changeOf(module);
  const change = source === void 0 ? void 0 : model.adapter?.changes.get(source);
  return change === void 0 ? base : change(base, departure);
}
function layerLinear(model, layer, at, departure) {
  const whole2 = linear(model, layerPath(model, layer) + at.module, departure);
  if (at.part === void 0) return whole2;
  const [from, to] = rowsOf2(at.part, model.shape, whole2.weight.shape[0] ?? 0);
  return { weight: slice(whole2.weight, from, to), bias: slice(whole2.bias, from, to) };
}
function rowsOf2(part2, shape, rows) {
  const [query, key] = [shape.heads * shape.headSize, shape.keyHeads * shape.headSize];
  const places = {
    query: [0, query],
    key: [query, query + key],
    value: [query + key, query + 2 * key],
    "first-half": [0, rows / 2],
    "second-half": [rows / 2, rows]
  };
  return places[part2];
}
function norm(model, module, departure) {
  const weight = tensorOf(model, `${module}.weight`);
  const stored = { weight, bias: optional(model, `${module}.bias`) ?? filled(weight.shape, 0) };
  const made = changed(model, module, stored, departure);
  if (model.architecture.normsFromOne !== true) return made;
  return { ...made, weight: mapped(made.weight, (number2) => number2 + 1) };
}
function tensorOf(model, name) {
  const found = optional(model, name);
  if (found === void 0) throw new NotCovered(`the base model has no ${name}`);
  return found;
}
function optional(model, name) {
  const found = model.adapter?.replaced.get(name) ?? model.base(name);
  const rows = model.adapter?.rows.get(name);
  return found === void 0 || rows === void 0 ? found : withRows(found, rows);
}
function withRows(table, { places, values }) {
  const [rows, width] = matrixOf(table);
  if (matrixOf(values)[1] !== width || places.some((place) => place >= rows))
    throw new ShapeError("trained tokens do not fit into their table");
  const made = table.values.slice();
  for (const [at, place] of places.entries())
    made.set(values.values.subarray(at * width, (at + 1) * width), place * width);
  return tensor(table.shape, made);
}
function headLinear(model, departure) {
  const { architecture, task } = model;
  if (task !== "causal-lm") return classifierLinear(model, departure);
  const { matrix } = architecture.head;
  if (model.base(`${matrix}.weight`) !== void 0) return linear(model, matrix, departure);
  const trained = model.adapter?.rows.get(`${matrix}.weight`);
  const own = tensorOf(model, `${architecture.embedding}.weight`);
  const weight = trained === void 0 ? own : withRows(own, trained);
  return { weight, bias: filled([weight.shape[0] ?? 0], 0) };
}
function classifierLinear(model, departure) {
  const { classifier } = model.architecture;
  if (classifier === void 0) throw new NotCovered(`there is no graph for ${model.task} here`);
  const hasBias = model.architecture.head.matrix === classifier.module;
  const fresh = freshHead(model.shape.width, hasBias);
  if (departure.head === "new") return fresh;
  const saved = model.adapter?.replaced.get(`${classifier.module}.weight`);
  if (saved === void 0) return fresh;
  return { weight: saved, bias: model.adapter?.replaced.get(`${classifier.module}.bias`) ?? fresh.bias };
}
var LABELS = 2;
function freshHead(width, hasBias) {
  const sines = (length) => Float32Array.from({ length }, (_, place) => Math.fround(Math.sin(place)) * 0.2);
  return {
    weight: tensor([LABELS, width], sines(LABELS * width)),
    bias: tensor([LABELS], hasBias ? sines(LABELS) : new Float32Array(LABELS))
  };
}
function prefixes(model, departure) {
  const flat = model.adapter?.prefix;
  const { layers, keyHeads, headSize } = model.shape;
  const empty = tensor([keyHeads, 0, headSize], new Float32Array());
  if (flat === void 0) return Array.from({ length: layers }, () => ({ key: empty, value: empty }));
  const made = Array.from({ length: layers }, (_, layer) => ({
    key: prefixPart(flat, 2 * layer, model.shape),
    value: prefixPart(flat, 2 * layer + 1, model.shape)
  }));
  return departure.prefix === void 0 ? made : departure.prefix(made);
}
function prefixPart(flat, place, { layers, keyHeads, headSize }) {
  const tokens = flat.shape[0] ?? 0;
  const parts = reshaped(flat, tokens, 2 * layers, keyHeads, headSize).values;
  const values = new Float32Array(keyHeads * tokens * headSize);
  for (let head = 0; head < keyHeads; head += 1)
    for (let token = 0; token < tokens; token += 1) {
      const from = ((token * 2 * layers + place) * keyHeads + head) * headSize;
      values.set(parts.subarray(from, from + headSize), (head * tokens + token) * headSize);
    }
  return tensor([keyHeads, tokens, headSize], values);
}
function virtualTokens(model, departure) {
  const tokens = model.adapter?.virtual ?? filled([0, model.shape.width], 0);
  return departure.virtual === void 0 ? tokens : departure.virtual(tokens);
}
function activationShares({ activation }) {
  return tensor(
    [ACTIVATIONS.length],
    Float32Array.from(ACTIVATIONS, (name) => name === activation ? 1 : 0)
  );
}
function shapeOf(model, departure) {
  return departure.shape === void 0 ? model.shape : { ...model.shape, ...departure.shape(model.shape) };
}

// src/oracle/evidence.ts
var LONGEST_TEXT = 4096;
function evidenceOf(files) {
  const { judged } = files;
  const logits = judged.floats("logits");
  const model = modelOf(files);
  const ids = rowsOf3(judged.integers("ids"));
  const mask = rowsOf3(judged.integers("mask"));
  const text = { ids: inVocabulary(ids, files.configuration), mask };
  requireText(text, model, logits);
  if (!judged.has("tokens")) return { model, text, logits };
  const tokens = inVocabulary(rowsOf3(judged.integers("tokens")), files.configuration);
  const prompt = judged.integers("prompts").shape[1] ?? 0;
  if (prompt < 1 || prompt >= (tokens[0]?.length ?? 0))
    throw new ShapeError(`a prompt of ${prompt} tokens is not the beginning of ${tokens[0]?.length ?? 0}`);
  return { model, text, logits, generated: { tokens, prompt } };
}
function requireText({ ids, mask }, { task }, logits) {
  const [rows, places] = [ids.length, ids[0]?.length ?? 0];
  if (mask.length !== rows || (mask[0]?.length ?? 0) !== places)
    throw new ShapeError(`a mask of [${mask.length}, ${mask[0]?.length ?? 0}] for tokens of [${rows}, ${places}]`);
  if (mask.flat().some((seen) => seen !== 0 && seen !== 1)) throw new ShapeError("a mask is of other than 0 and 1");
  const expected = task === "seq-cls" ? rows : mask.flat().filter((seen) => seen === 1).length;
  if (logits.shape.length !== 2 || logits.shape[0] !== expected)
    throw new ShapeError(`logits of [${logits.shape.join(", ")}] where ${expected} rows are expected`);
}
function modelOf({ task, configuration, checkpoint, adapter, judged }) {
  const read = parsed(Configuration, configuration);
  const architecture = ARCHITECTURES.get(read.model_type);
  if (architecture === void 0) throw new NotCovered(`there is no graph for ${read.model_type}`);
  if (!TASKS_OF_GRAPHS.includes(task)) throw new NotCovered(`there is no graph for ${task}`);
  const known = /* @__PURE__ */ new Map();
  const base = (name) => {
    if (!known.has(name)) known.set(name, baseTensor(name, architecture, checkpoint, judged));
    return known.get(name);
  };
  const model = { architecture, shape: architecture.shape(read), task, base };
  if (adapter === void 0) return model;
  const whole2 = {
    ...model,
    adapter: readAdapter(parsed(AdapterConfiguration, adapter.configuration), adapter.tensors)
  };
  requireUse(whole2);
  return whole2;
}
function requireUse(model) {
  const { changes, adaptions, replaced, rows } = model.adapter;
  const modules = modulesOf(model);
  const { embedding, head } = model.architecture;
  const tables = [`${embedding}.weight`, `${head.matrix}.weight`];
  const attentions = Array.from(
    { length: model.shape.layers },
    (_, n) => layerPath(model, n) + model.architecture.adaption
  );
  const unused = [
    ...[...changes.keys()].filter((module) => !modules.has(module)),
    ...[...adaptions.keys()].filter((module) => !attentions.includes(module)),
    ...[...rows.keys()].filter((name) => !tables.includes(name)),
    ...[...replaced.keys()].filter((name) => !modules.has(name.replace(/\.(weight|bias)$/, "")))
  ];
  if (unused.length > 0) throw new NotCovered(`the adapter changes ${unused[0]}, which no graph here has`);
}
function baseTensor(name, architecture, checkpoint, judged) {
  if (judged.has(`base.${name}`)) {
    const stands = judged.floats(`base.${name}`);
    return isTurned(architecture, name) ? turned(stands) : stands;
  }
  return checkpoint.has(name) ? checkpoint.floats(name) : void 0;
}
function parsed(schema, value) {
  const result = schema.safeParse(value);
  if (!result.success) throw new NotCovered(`a configuration cannot be read: ${external_exports.prettifyError(result.error)}`);
  return result.data;
}
function rowsOf3({ shape, values }) {
  const [rows, places] = shape;
  if (shape.length !== 2 || rows === void 0 || places === void 0 || !isText(rows * places))
    throw new ShapeError(`[${shape.join(", ")}] are no rows of tokens`);
  return Array.from({ length: rows }, (_, row) => values.slice(row * places, (row + 1) * places));
}
function isText(tokens) {
  return tokens > 0 && tokens <= LONGEST_TEXT;
}
function inVocabulary(rows, configuration) {
  const { vocab_size } = parsed(Configuration, configuration);
  if (rows.flat().some((id) => !Number.isInteger(id) || id < 0 || id >= vocab_size))
    throw new ShapeError("a token is not in the vocabulary");
  return rows;
}

// src/oracle/tensor-file.ts
var LONGEST_HEADER = 1 << 20;
var MOST_ENTRIES = 1e4;
var MOST_AXES = 8;
var TensorFileError = class extends Error {
};
var NotFinite = class extends TensorFileError {
  constructor(tensor2, count, of) {
    super(`${shown(tensor2)} holds NaN or an infinity`);
    this.tensor = tensor2;
    this.count = count;
    this.of = of;
  }
  tensor;
  count;
  of;
};
var Entry = external_exports.strictObject({
  dtype: external_exports.string().max(20),
  shape: external_exports.array(external_exports.int().nonnegative()).max(MOST_AXES),
  data_offsets: external_exports.tuple([external_exports.int().nonnegative(), external_exports.int().nonnegative()])
});
var Metadata = external_exports.record(external_exports.string(), external_exports.string());
var FORMATS = /* @__PURE__ */ new Map([
  ["F64", { bytes: 8, isInteger: false, read: (view, at) => view.getFloat64(at, true) }],
  ["F32", { bytes: 4, isInteger: false, read: (view, at) => view.getFloat32(at, true) }],
  ["F16", { bytes: 2, isInteger: false, read: (view, at) => half(view.getUint16(at, true)) }],
  ["BF16", { bytes: 2, isInteger: false, read: brain }],
  ["I64", { bytes: 8, isInteger: true, read: (view, at) => Number(view.getBigInt64(at, true)) }],
  ["I32", { bytes: 4, isInteger: true, read: (view, at) => view.getInt32(at, true) }],
  ["U8", { bytes: 1, isInteger: true, read: (view, at) => view.getUint8(at) }],
  ["BOOL", { bytes: 1, isInteger: true, read: (view, at) => view.getUint8(at) }]
]);
function readTensorFile(content) {
  const { header, start } = headerOf(content);
  const places = /* @__PURE__ */ new Map();
  for (const [name, written] of header) places.set(name, placeOf(name, written, start));
  requireNoOverlap(places, start, content.length);
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const decoded = /* @__PURE__ */ new Map();
  return {
    names: [...places.keys()],
    has: (name) => places.has(name),
    kindOf: (name) => kindOf(places.get(name)),
    floats: (name) => {
      const value = decoded.get(name) ?? floatsAt(name, places.get(name), view);
      decoded.set(name, value);
      return value;
    },
    integers: (name) => integersAt(name, places.get(name), view)
  };
}
function headerOf(content) {
  if (content.length < 8) throw new TensorFileError(`the file has ${content.length} bytes, fewer than its own length`);
  const length = new DataView(content.buffer, content.byteOffset, 8).getBigUint64(0, true);
  if (length > LONGEST_HEADER) throw new TensorFileError(`the header of ${length} bytes is longer than 1 MiB`);
  const start = 8 + Number(length);
  if (start > content.length) throw new TensorFileError("the file ends within its header");
  const entries = Object.entries(parsed2(content.subarray(8, start)));
  if (entries.length > MOST_ENTRIES) throw new TensorFileError(`${entries.length} tensors are more than 10,000`);
  return { header: entries.filter(([name, value]) => !isMetadata(name, value)), start };
}
function parsed2(bytes) {
  let header;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new TensorFileError("the header is no JSON", { cause });
  }
  const record = external_exports.record(external_exports.string(), external_exports.unknown()).safeParse(header);
  if (!record.success) throw new TensorFileError("the header is no object");
  return record.data;
}
function isMetadata(name, value) {
  if (name !== "__metadata__") return false;
  if (!Metadata.safeParse(value).success) throw new TensorFileError("the metadata in the header is no text");
  return true;
}
function placeOf(name, written, start) {
  const entry = Entry.safeParse(written);
  if (!entry.success) throw new TensorFileError(`${shown(name)} is not described by a dtype, a shape and offsets`);
  const format = FORMATS.get(entry.data.dtype);
  if (format === void 0) throw new TensorFileError(`${shown(name)} is of a dtype that is not read here`);
  const [from, to] = entry.data.data_offsets;
  const count = countOf(name, entry.data.shape);
  if (to - from !== count * format.bytes)
    throw new TensorFileError(`${shown(name)} has ${to - from} bytes where its shape asks for ${count * format.bytes}`);
  return { format, shape: entry.data.shape, count, from: start + from, to: start + to };
}
function countOf(name, shape) {
  let count = 1;
  for (const length of shape) {
    count *= length;
    if (!Number.isSafeInteger(count * 8)) throw new TensorFileError(`the shape of ${shown(name)} overflows`);
  }
  return count;
}
function requireNoOverlap(places, start, end) {
  const sorted2 = [...places].sort(([, a], [, b]) => a.from - b.from || a.to - b.to);
  let reached = start;
  for (const [name, { from, to }] of sorted2) {
    if (to > end) throw new TensorFileError(`the file ends within ${shown(name)}`);
    if (from < reached) throw new TensorFileError(`${shown(name)} overlaps with another tensor`);
    if (from > reached) throw new TensorFileError(`there is a hole before ${shown(name)}`);
    reached = to;
  }
  if (reached !== end) throw new TensorFileError(`${end - reached} bytes stand behind the last tensor`);
}
function kindOf(place) {
  if (place === void 0) return "missing";
  return place.format.isInteger ? "integers" : "floats";
}
function floatsAt(name, place, view) {
  if (place === void 0) throw new TensorFileError(`${shown(name)} is missing`);
  if (place.format.isInteger) throw new TensorFileError(`${shown(name)} holds whole numbers`);
  const values = new Float32Array(place.count);
  for (let index = 0; index < place.count; index += 1) {
    values[index] = place.format.read(view, place.from + index * place.format.bytes);
  }
  const odd = values.reduce((count, value) => Number.isFinite(value) ? count : count + 1, 0);
  if (odd > 0) throw new NotFinite(name, odd, values.length);
  return tensor(place.shape, values);
}
function integersAt(name, place, view) {
  if (place === void 0) throw new TensorFileError(`${shown(name)} is missing`);
  if (!place.format.isInteger) throw new TensorFileError(`${shown(name)} holds no whole numbers`);
  const { format, count, from, shape } = place;
  return { shape, values: Array.from({ length: count }, (_, index) => format.read(view, from + index * format.bytes)) };
}
function half(bits) {
  const sign = bits & 32768 ? -1 : 1;
  const exponent = bits >> 10 & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
function brain(view, at) {
  const wide = new DataView(new ArrayBuffer(4));
  wide.setUint16(0, view.getUint16(at, true), false);
  return wide.getFloat32(0, false);
}
function shown(name) {
  return JSON.stringify(name.slice(0, 100));
}

// src/oracle/bands.ts
var BAND = 5e-4;
var MOST_ROUNDING = 0.01;

// src/oracle/departure.ts
function both(first, second) {
  const { shape: one } = first;
  const { shape: other } = second;
  if (one === void 0 || other === void 0) return { ...first, ...second };
  return { ...first, ...second, shape: (shape) => ({ ...one(shape), ...other({ ...shape, ...one(shape) }) }) };
}

// src/oracle/feeds.ts
function layerFeeds(model, departure) {
  const shape = shapeOf(model, departure);
  const before = prefixes(model, departure);
  const shared = [
    ["epsilon", number(shape.epsilon)],
    ["head.size", integers([shape.headSize])],
    ["groups", integers(shape.groups)],
    ["attention.scale", number(shape.scale)],
    ["attention.cap", number(shape.scoreCap)],
    ["activation", activationShares(shape)],
    ["chosen", integers([shape.chosenExperts])]
  ];
  return Array.from(
    { length: shape.layers },
    (_, layer) => new Map([
      ...shared,
      ...linears(model, layer, departure),
      ...norms(model, layer, departure),
      ...prefixFeeds(before[layer]),
      ...adaptionFeeds(model, layer, departure),
      ...expertFeeds(model, layer, departure)
    ])
  );
}
function number(value) {
  return tensor([], new Float32Array([value]));
}
function integers(values) {
  return { shape: [values.length], values };
}
function linears(model, layer, departure) {
  return Object.entries(model.architecture.linears).flatMap(([input, at]) => {
    const { weight, bias } = layerLinear(model, layer, at, departure);
    return [
      [`${input}.weight`, weight],
      [`${input}.bias`, bias]
    ];
  });
}
function norms(model, layer, departure) {
  return Object.entries(model.architecture.norms).flatMap(([input, module]) => {
    const { weight, bias } = norm(model, layerPath(model, layer) + module, departure);
    return [
      [`${input}.weight`, weight],
      [`${input}.bias`, bias]
    ];
  });
}
function prefixFeeds(before) {
  if (before === void 0) return [];
  return [
    ["attention.prefix.key", before.key],
    ["attention.prefix.value", before.value]
  ];
}
function adaptionFeeds(model, layer, departure) {
  const { keyHeads, headSize } = model.shape;
  const own = model.adapter?.adaptions.get(layerPath(model, layer) + (model.architecture.adaption ?? ""));
  const prompt = own?.prompt ?? filled([1, model.shape.width], 0);
  const heads = (name) => {
    const at = model.architecture.linears[name];
    if (own === void 0 || at === void 0) return filled([1, keyHeads, 1, headSize], 0);
    return headsOf(matmul(prompt, turned(layerLinear(model, layer, at, departure).weight)), keyHeads, headSize);
  };
  const [key, value] = [heads("attention.key"), heads("attention.value")];
  const isSwapped = departure.adaption === "swapped";
  return [
    ["adaption.key", isSwapped ? value : key],
    ["adaption.value", isSwapped ? key : value],
    ["adaption.gate", number(gateOf(own?.gate, departure))]
  ];
}
function gateOf(gate, { adaption, share = 1 }) {
  if (gate === void 0 || adaption === "none") return 0;
  return (adaption === "ungated" ? 1 : gate) * share;
}
function headsOf(flat, heads, size) {
  const tokens = flat.shape[0] ?? 0;
  const values = new Float32Array(flat.values.length);
  for (let head = 0; head < heads; head += 1)
    for (let token = 0; token < tokens; token += 1) {
      const from = (token * heads + head) * size;
      values.set(flat.values.subarray(from, from + size), (head * tokens + token) * size);
    }
  return tensor([1, heads, tokens, size], values);
}
function expertFeeds(model, layer, departure) {
  const { experts } = model.shape;
  if (experts === 0) return [];
  const path = `${layerPath(model, layer)}block_sparse_moe.`;
  const all = (name) => {
    const each2 = Array.from(
      { length: experts },
      (_, n) => linear(model, `${path}experts.${n}.${name}`, departure).weight
    );
    return reshaped(stacked(each2), experts, ...each2[0]?.shape ?? []);
  };
  return [
    ["router.weight", linear(model, `${path}gate`, departure).weight],
    ["experts.gate", all("w1")],
    ["experts.up", all("w3")],
    ["experts.down", all("w2")]
  ];
}
function looked(table, ids) {
  const width = table.shape[1] ?? 0;
  const places = ids[0]?.length ?? 0;
  if (!ids.flat().every(Number.isInteger)) throw new ShapeError("a table has no rows between its rows");
  const rows = ids.flat().map((id) => slice(table, id, id + 1));
  return reshaped(rows.length === 0 ? filled([0, width], 0) : stacked(rows), ids.length, places, width);
}

// src/oracle/forward.ts
var UNSEEN = -1e9;
function prepared(model, departure = {}) {
  return {
    model,
    departure,
    shape: shapeOf(model, departure),
    layers: layerFeeds(model, departure),
    virtual: virtualTokens(model, departure)
  };
}
async function forward(runtime2, ready, text) {
  const { model, departure } = ready;
  const virtualPlaces = ready.virtual.shape[0] ?? 0;
  const extra = Array(virtualPlaces).fill(departure.mask === "virtual-unseen" ? 0 : 1);
  const isBehind = departure.virtualPlace === "behind";
  const mask = text.mask.map((row) => isBehind ? [...row, ...extra] : [...extra, ...row]);
  let hidden2 = await embedded(runtime2, ready, text, mask);
  const positions = positionsBy("place", mask, model.adapter?.prefix?.shape[0] ?? 0, departure);
  const turns = rotations(ready, positions);
  const still = rotations(
    ready,
    positions.map((row) => row.map(() => 0))
  );
  for (const [layer, feeds] of ready.layers.entries()) {
    const window = ready.shape.windows[layer];
    const prefix = feeds.get("attention.prefix.key")?.shape[1] ?? 0;
    const seen = maskOf(mask, prefix, { window, isCausal: model.architecture.isCausal }, departure);
    const rows = repeated(feeds, text.ids.length);
    hidden2 = await runtime2.run(
      model.architecture.layer,
      new Map([
        ...rows,
        ...ready.shape.unrotated?.includes(layer) ? still : turns,
        ["hidden", hidden2],
        ["attention.mask", seen]
      ])
    );
  }
  if (model.task === "seq-cls") hidden2 = pooled(hidden2, mask, ready);
  const logits = await headed(runtime2, ready, hidden2);
  if (model.task === "seq-cls") return reshaped(logits, text.ids.length, logits.shape[2] ?? 0);
  return isBehind ? withoutLast(logits, virtualPlaces) : withoutFirst(logits, virtualPlaces);
}
async function embedded(runtime2, { model, virtual, departure, shape }, text, mask) {
  const { architecture } = model;
  const tokens = scaled(virtual, shape.virtualScale);
  const table = scaled(tensorOf(model, `${architecture.embedding}.weight`), shape.embeddingScale);
  let hidden2 = joined(tokens, lookedUp(table, tokens, text.ids), departure);
  if (architecture.positions !== void 0) {
    const { table: table2, offset, countedBy } = architecture.positions;
    const counted = positionsBy(countedBy, mask, model.adapter?.prefix?.shape[0] ?? 0, departure);
    const rows = counted.map((row) => row.map((position) => position + offset));
    hidden2 = added(hidden2, looked(tensorOf(model, `${table2}.weight`), rows));
  }
  if (architecture.embedded === void 0) return hidden2;
  return normed(runtime2, model, hidden2, shape, departure);
}
function lookedUp(table, virtual, ids) {
  if (!ids.flat().some((id) => id < 0)) return looked(table, ids);
  const before = virtual.shape[0] ?? 0;
  return looked(
    stacked([virtual, table]),
    ids.map((row) => row.map((id) => id < 0 ? -1 - id : id + before))
  );
}
async function normed(runtime2, model, hidden2, shape, departure) {
  const { embedded: at } = model.architecture;
  if (at === void 0) return hidden2;
  const [rows = 0, places = 0] = hidden2.shape;
  const zeros2 = Array.from({ length: rows }, () => Array(places).fill(0));
  const types = looked(tensorOf(model, `${at.types}.weight`), zeros2);
  const feeds = [
    ["hidden", added(hidden2, types)],
    ["epsilon", number(shape.epsilon)]
  ];
  return runtime2.run("norm-embedded", new Map([...named("norm", norm(model, at.norm, departure)), ...feeds]));
}
function joined(virtual, words, { virtualPlace }) {
  const [rows = 0, places = 0, width = 0] = words.shape;
  const tokens = virtual.shape[0] ?? 0;
  if (tokens === 0) return words;
  const size = places * width;
  const parts = Array.from({ length: rows }, (_, row) => {
    const own = tensor([places, width], words.values.subarray(row * size, (row + 1) * size));
    return virtualPlace === "behind" ? [own, virtual] : [virtual, own];
  });
  return reshaped(stacked(parts.flat()), rows, tokens + places, width);
}
function positionsBy(counted, mask, prefix, { positions }) {
  return mask.map((row) => {
    const defined = counted === "mask" ? countedReal(row, prefix) : row.map((_, place) => prefix + place);
    return positions === void 0 ? defined : positions(defined, row, prefix);
  });
}
function countedReal(row, start) {
  let real = start;
  return row.map((here) => {
    real += here;
    return here === 1 ? real - 1 : -1;
  });
}
function rotations({ shape }, positions) {
  const { theta, headSize } = shape;
  if (theta === void 0) return [];
  const half2 = headSize / 2;
  const rates = Array.from({ length: headSize }, (_, place) => Math.fround(theta ** (-(place % half2) / half2)));
  const size = [positions.length, 1, positions[0]?.length ?? 0, headSize];
  const [cos, sin] = [room(size), room(size)];
  for (const [at, position] of positions.flat().entries())
    for (const [place, rate] of rates.entries()) {
      const angle = Math.fround(position * rate);
      cos[at * headSize + place] = Math.cos(angle);
      sin[at * headSize + place] = Math.sin(angle);
    }
  return [
    ["cos", tensor(size, cos)],
    ["sin", tensor(size, sin)]
  ];
}
function maskOf(mask, prefix, sight, departure) {
  const places = mask[0]?.length ?? 0;
  const values = room([mask.length, places, prefix + places]);
  let at = 0;
  for (const row of mask)
    for (let place = 0; place < places; place += 1)
      for (let key = -prefix; key < places; key += 1) {
        if (!isSeen(row, place, key, sight, departure)) values[at] = UNSEEN;
        at += 1;
      }
  return tensor([mask.length, 1, places, prefix + places], values);
}
function isSeen(row, place, key, sight, { mask }) {
  if (key < 0 && mask === "prefix-unseen") return false;
  if (key >= 0 && row[key] === 0 && mask !== "padding-seen") return false;
  if (sight.isCausal && key > place && mask !== "future-seen") return false;
  return sight.window === void 0 || place - key < sight.window;
}
function repeated(feeds, rows) {
  const wide = new Map(feeds);
  for (const name of ["attention.prefix.key", "attention.prefix.value"]) {
    const one = feeds.get(name);
    if (one === void 0 || !(one.values instanceof Float32Array)) continue;
    const whole2 = tensor(one.shape, one.values);
    wide.set(name, reshaped(stacked(Array.from({ length: rows }, () => whole2)), rows, ...one.shape));
  }
  return wide;
}
function pooled(hidden2, mask, { model, departure }) {
  const [rows = 0, places = 0, width = 0] = hidden2.shape;
  const isFirst = departure.pooled === "first" || departure.pooled === void 0 && !model.architecture.isCausal;
  const picked = mask.map((row, index) => {
    const last = departure.pooled === "last-place" ? places - 1 : row.lastIndexOf(1);
    const read = departure.pooled === "before-last" ? last - 1 : last;
    const from = (index * places + (isFirst ? 0 : read)) * width;
    return tensor([1, width], hidden2.values.slice(from, from + width));
  });
  return reshaped(stacked(picked), rows, 1, width);
}
async function headed(runtime2, { model, departure, shape }, hidden2) {
  const { head, classifier } = model.architecture;
  const feeds = new Map([
    ...named("head", headLinear(model, departure)),
    ["hidden", hidden2],
    ["epsilon", number(shape.epsilon)],
    ["scale", number(1)],
    ["cap", number(model.task === "causal-lm" ? shape.logitCap : 0)]
  ]);
  if (head.norm !== void 0)
    for (const [name, value] of named("norm", norm(model, head.norm, departure))) feeds.set(name, value);
  if (model.task !== "seq-cls" || classifier?.pooler === void 0) return runtime2.run(head.graph, feeds);
  for (const [name, value] of named("pooler", linear(model, classifier.pooler, departure))) feeds.set(name, value);
  return runtime2.run("head-pooled", feeds);
}
function named(input, { weight, bias }) {
  return [
    [`${input}.weight`, weight],
    [`${input}.bias`, bias]
  ];
}
function withoutFirst(value, count) {
  return placesFrom(value, count, (value.shape[1] ?? 0) - count);
}
function withoutLast(value, count) {
  return placesFrom(value, 0, (value.shape[1] ?? 0) - count);
}
function placesFrom(value, first, count) {
  const [rows = 0, places = 0, width = 0] = value.shape;
  if (count === places) return value;
  const kept = Array.from({ length: rows }, (_, row) => {
    const from = (row * places + first) * width;
    return tensor([count, width], value.values.subarray(from, from + count * width));
  });
  return reshaped(stacked(kept), rows, count, width);
}
function realPlaces(logits, mask) {
  const width = logits.shape.at(-1) ?? 0;
  const kept = mask.flat().flatMap((real, place) => real === 1 ? [place] : []);
  const flat = reshaped(logits, mask.flat().length, width);
  const values = new Float32Array(kept.length * width);
  for (const [row, place] of kept.entries())
    values.set(flat.values.subarray(place * width, (place + 1) * width), row * width);
  return tensor([kept.length, matrixOf(flat)[1]], values);
}

// src/oracle/examine.ts
async function logitsDistance(runtime2, { model, text, logits }, ready) {
  const made = await forward(runtime2, ready, text);
  return distance(model.task === "seq-cls" ? made : realPlaces(made, text.mask), logits);
}
async function generatedGap(runtime2, { tokens, prompt }, ready) {
  const logits = await forward(runtime2, ready, whole(tokens.map((row) => row.slice(0, -1))));
  return gapOf(logits, tokens, prompt);
}
function gapOf(logits, tokens, prompt) {
  const [, places = 0, width = 0] = logits.shape;
  let largest = 0;
  for (const [row, ids] of tokens.entries())
    for (let place = prompt; place < ids.length; place += 1) {
      const at = (row * places + place - 1) * width;
      const here = logits.values.subarray(at, at + width);
      largest = Math.max(largest, Math.max(...here) - (here[ids[place] ?? 0] ?? 0));
    }
  return largest;
}
function whole(ids) {
  return { ids, mask: ids.map((row) => row.map(() => 1)) };
}

// src/oracle/hypotheses-adapter.ts
var NAMES = /* @__PURE__ */ new Map([
  ["LORA", "LoRA"],
  ["ADALORA", "AdaLoRA"],
  ["VERA", "VeRA"],
  ["LOHA", "LoHa"],
  ["LOKR", "LoKr"],
  ["ROAD", "RoAd"],
  ["MISS", "MiSS"],
  ["VBLORA", "VB-LoRA"],
  ["RANDLORA", "RandLoRA"],
  ["DELORA", "DeLoRA"],
  ["SHIRA", "SHiRA"],
  ["LN_TUNING", "LN tuning"],
  ["FOURIERFT", "FourierFT"],
  ["WAVEFT", "WaveFT"],
  ["HIRA", "HiRA"],
  ["GRALORA", "GraLoRA"],
  ["GLORA", "GLoRA"],
  ["SUPERTUNING", "Supertuning"]
]);
var ADAPTER_HYPOTHESES = (model) => {
  const adapter = model.adapter;
  if (adapter === void 0) return [];
  return [...headHypotheses(model), ...adaptionHypotheses(model), ...changeHypotheses(model)];
};
function methodName(model) {
  const type = model.adapter?.configuration.peft_type ?? "";
  return model.adapter?.configuration.use_dora === true ? "DoRA" : NAMES.get(type) ?? type;
}
function headHypotheses({ task, adapter }) {
  if (task === "causal-lm" || adapter?.replaced.size === 0) return [];
  const both2 = "The adapter is not in use: neither its weights nor its trained head.";
  const head = "The trained head is not in use: the classifier is the new one.";
  return [
    { says: head, departure: { head: "new" } },
    { says: both2, departure: { head: "new", share: 0 } }
  ];
}
function adaptionHypotheses({ adapter }) {
  if (adapter === void 0 || adapter.adaptions.size === 0) return [];
  return [
    { says: "The adaption prompt is ignored.", departure: { adaption: "none" } },
    { says: "Keys and values of the adaption prompt are swapped.", departure: { adaption: "swapped" } },
    { says: "The adaption prompt passes without its gate.", departure: { adaption: "ungated" } },
    { says: "The adaption prompt is applied at half its gate.", departure: { share: 0.5 } },
    { says: "The adaption prompt is applied at twice its gate.", departure: { share: 2 } }
  ];
}
function changeHypotheses(model) {
  const modules = [...model.adapter?.changes.keys() ?? []];
  if (modules.length === 0) return [];
  const name = methodName(model);
  return [
    { says: `${name} is not applied: the weights are those of the base model.`, departure: { share: 0 } },
    { says: `${name} is applied at half its scale.`, departure: { share: 0.5 } },
    { says: `${name} is applied at twice its scale.`, departure: { share: 2 } },
    ...scaleHypotheses(model, name),
    ...doraHypotheses(model),
    ...placeHypotheses(model, modules, name)
  ];
}
function scaleHypotheses({ adapter }, name) {
  const { r, init_r, lora_alpha, alpha, use_rslora } = adapter?.configuration ?? {};
  const rank = init_r ?? r ?? void 0;
  const numerator = lora_alpha ?? alpha ?? void 0;
  if (rank === void 0 || numerator === void 0) return [];
  const root = Math.sqrt(rank);
  const [asStated, other] = use_rslora === true ? ["sqrt(r)", "r"] : ["r", "sqrt(r)"];
  const scale = numerator / (use_rslora === true ? root : rank);
  return [
    { says: `${name} is applied without its scale alpha / ${asStated}.`, departure: { share: 1 / scale } },
    {
      says: `${name} is scaled with alpha / ${other}, not with alpha / ${asStated}.`,
      departure: { share: use_rslora === true ? 1 / root : root }
    },
    {
      says: `${name} is scaled with alpha alone, not with alpha / ${asStated}.`,
      departure: { share: numerator / scale }
    },
    { says: `${name} is applied with its scale twice.`, departure: { share: scale } },
    { says: `${name} is subtracted, not added.`, departure: { share: -1 } }
  ];
}
function doraHypotheses({ adapter }) {
  if (adapter?.configuration.use_dora !== true) return [];
  return [
    {
      says: "DoRA divides by the length of the base weight, not of the changed one.",
      departure: { doraNorm: "of-base" }
    },
    { says: "DoRA is computed without its magnitudes, as plain LoRA.", departure: { doraNorm: "none" } }
  ];
}
function placeHypotheses({ shape }, modules, name) {
  const layers = Array.from({ length: shape.layers }, (_, layer) => layer);
  const kinds = [...new Set(modules.map((module) => module.split(".").at(-1) ?? module))];
  const without = (says, leaves) => ({
    says,
    departure: { changeOf: (module) => leaves(module) ? void 0 : module }
  });
  return [
    ...layers.map((layer) => without(`Layer ${layer} has no adapter.`, (module) => layerOf(module) === layer)),
    ...layers.map((layer) => without(`Only layer ${layer} has an adapter.`, (module) => layerOf(module) !== layer)),
    {
      says: "The adapter of each layer is applied to another layer.",
      departure: { changeOf: (module) => inLayer(module, shape.layers - 1 - layerOf(module)) }
    },
    { says: "Every layer has the adapter of the first.", departure: { changeOf: (module) => inLayer(module, 0) } },
    ...kinds.map((kind) => without(`${name} is missing on \`${kind}\`.`, (module) => module.endsWith(`.${kind}`))),
    ...kinds.map(
      (kind) => without(`${name} is applied on \`${kind}\` alone.`, (module) => !module.endsWith(`.${kind}`))
    ),
    ...swaps(kinds),
    ...modules.map((module) => without(`\`${module}\` has no adapter.`, (other) => other === module))
  ];
}
function swaps(kinds) {
  const pairs = kinds.flatMap((one, at) => kinds.slice(at + 1).map((other) => [one, other]));
  return pairs.map(([one, other]) => ({
    says: `The adapters of \`${one}\` and \`${other}\` are swapped.`,
    departure: { changeOf: (module) => renamed(module, one, other) }
  }));
}
function renamed(module, one, other) {
  if (module.endsWith(`.${one}`)) return module.slice(0, -one.length) + other;
  return module.endsWith(`.${other}`) ? module.slice(0, -other.length) + one : module;
}
function layerOf(module) {
  return Number(/\.(\d+)\./.exec(module)?.[1] ?? -1);
}
function inLayer(module, layer) {
  return module.replace(/\.\d+\./, `.${layer}.`);
}

// src/oracle/hypotheses-base.ts
var BASE_HYPOTHESES = (model) => [
  ...MASKS.filter(({ departure }) => departure.mask !== "future-seen" || model.architecture.isCausal),
  ...POSITIONS,
  ...pooledHypotheses(model),
  ...shapeHypotheses(model.shape)
];
var MASKS = [
  { says: "The attention mask is ignored: padding is seen.", departure: { mask: "padding-seen" } },
  { says: "The causal mask is lost: later tokens are seen.", departure: { mask: "future-seen" } }
];
var POSITIONS = [
  { says: "Positions are counted over real tokens alone, without padding.", departure: { positions: overReal } },
  { says: "Positions are counted over padding too.", departure: { positions: overAll } },
  {
    says: "All tokens have the same position.",
    departure: { positions: (positions) => positions.map(() => positions[0] ?? 0) }
  },
  {
    says: "Positions begin at 1, not at 0.",
    departure: { positions: (positions) => positions.map((position) => position + 1) }
  },
  { says: "Positions are halved.", departure: { positions: (positions) => positions.map((position) => position / 2) } },
  {
    says: "Positions are a quarter of what they should be.",
    departure: { positions: (all) => all.map((each2) => each2 / 4) }
  }
];
function overReal(...[, row, prefix]) {
  return countedReal(row, prefix).map((position) => Math.max(position, 0));
}
function overAll(...[, row, prefix]) {
  return row.map((_, place) => prefix + place);
}
function pooledHypotheses({ task }) {
  if (task !== "seq-cls") return [];
  return [
    { says: "The classifier reads the first place.", departure: { pooled: "first" } },
    { says: "The classifier reads the last place, padding or not.", departure: { pooled: "last-place" } },
    { says: "The classifier reads the place before the last real token.", departure: { pooled: "before-last" } }
  ];
}
var THETAS = [1e3, 1e4, 2e4, 1e5, 5e5, 1e6];
function shapeHypotheses(shape) {
  return [
    ...rotaryHypotheses(shape),
    ...capHypotheses(shape),
    ...expertHypotheses(shape),
    ...activationHypotheses(shape),
    ...headHypotheses2(shape)
  ];
}
function rotaryHypotheses({ theta }) {
  if (theta === void 0) return [];
  return THETAS.filter((other) => other !== theta).map(
    (other) => changed2(`Rotary positions use the base ${other}, not ${theta}.`, { theta: other })
  );
}
function capHypotheses({ windows, scoreCap, logitCap, embeddingScale }) {
  const found = [];
  if (windows.some((window) => window !== void 0))
    found.push(changed2("The sliding window is not applied.", { windows: windows.map(() => void 0) }));
  if (scoreCap > 0) found.push(changed2("The soft cap on attention scores is not applied.", { scoreCap: 0 }));
  if (logitCap > 0) found.push(changed2("The soft cap on logits is not applied.", { logitCap: 0 }));
  if (embeddingScale !== 1)
    found.push(changed2("The embeddings are not scaled.", { embeddingScale: 1, virtualScale: 1 }));
  return found;
}
function expertHypotheses({ experts, chosenExperts }) {
  return Array.from({ length: experts }, (_, index) => index + 1).filter((count) => count !== chosenExperts).map(
    (count) => changed2(`Each token passes ${count} of ${experts} experts, not ${chosenExperts}.`, { chosenExperts: count })
  );
}
function activationHypotheses({ activation }) {
  return ACTIVATIONS.filter((other) => other !== activation).map(
    (other) => changed2(`The activation is ${other}, not ${activation}.`, { activation: other })
  );
}
function headHypotheses2({ heads, keyHeads, headSize, scale, groups, epsilon }) {
  const inTurn = groups.map((_, head) => head % keyHeads);
  const found = [
    changed2("Attention scores are not scaled.", { scale: 1 }),
    changed2("Attention scores are scaled by the size of a head, not by its root.", { scale: 1 / headSize }),
    changed2("Attention scores are scaled twice.", { scale: scale * scale }),
    ...[1e-5, 1e-6, 1e-8, 1e-12].filter((other) => other !== epsilon).map((other) => changed2(`Norms use the epsilon ${other}, not ${epsilon}.`, { epsilon: other }))
  ];
  if (keyHeads === heads || keyHeads === 1) return found;
  return [changed2("Query heads read the key heads in turn, not in groups.", { groups: inTurn }), ...found];
}
function changed2(says, shape) {
  return { says, departure: { shape: () => shape } };
}

// src/oracle/places.ts
function placesOf({ shape: [heads = 0, places = 0, size = 0], values }, from, to = places) {
  const end = to < 0 ? places + to : to;
  const kept = Array.from({ length: Math.max(0, end - from) }, (_, index) => from + index);
  const made = new Float32Array(heads * kept.length * size);
  for (let head = 0; head < heads; head += 1)
    for (const [at, place] of kept.entries()) {
      const start = (head * places + place) * size;
      made.set(values.subarray(start, start + size), (head * kept.length + at) * size);
    }
  return tensor([heads, kept.length, size], made);
}
function roundedToBrain(value) {
  const bits = new Uint32Array(1);
  const number2 = new Float32Array(bits.buffer);
  return mapped(value, (exact) => {
    number2[0] = exact;
    const whole2 = bits[0] ?? 0;
    bits[0] = whole2 + 32767 + (whole2 >>> 16 & 1) & 4294901760;
    return number2[0] ?? 0;
  });
}

// src/oracle/hypotheses-prefix.ts
var PREFIX_HYPOTHESES = (model) => {
  if (model.adapter?.prefix === void 0) return [];
  const layers = Array.from({ length: model.shape.layers }, (_, layer) => layer);
  return [
    ...WHOLE,
    ...layers.map((layer) => ({
      says: `Layer ${layer} does not see the prefix.`,
      departure: { prefix: onLayer(layer, hidden) }
    })),
    ...layers.map((layer) => ({
      says: `Only layer ${layer} sees the prefix.`,
      departure: { prefix: (all) => all.map((own, at) => at === layer ? own : hidden(own)) }
    })),
    ...layers.map((layer) => ({
      says: `The prefix of layer ${layer} is zero.`,
      departure: { prefix: onLayer(layer, (own) => everyPart(own, zeros)) }
    })),
    ...layers.map((layer) => ({
      says: `Keys and values of the prefix are swapped in layer ${layer}.`,
      departure: { prefix: onLayer(layer, swapped) }
    }))
  ];
};
var fromZero = (positions, _row, prefix) => positions.map((position) => position - prefix);
var WHOLE = [
  {
    says: "The prefix is ignored.",
    departure: { prefix: (all) => all.map((own) => everyPart(own, none)), positions: fromZero }
  },
  {
    says: "The prefix is ignored, and positions are counted as if it were there.",
    departure: { mask: "prefix-unseen" }
  },
  { says: "Positions begin at 0 behind the prefix, not after it.", departure: { positions: fromZero } },
  { says: "Keys and values of the prefix are swapped.", departure: each(swapped) },
  { says: "The prefix of each layer is given to another layer.", departure: { prefix: (all) => [...all].reverse() } },
  {
    says: "Keys, values and layers of the prefix are mixed: a layer gets keys and values of others.",
    departure: { prefix: mixed }
  },
  {
    says: "Every layer gets the prefix of the first.",
    departure: { prefix: (all) => all.flatMap(() => all[0] ?? []) }
  },
  { says: "Heads and places of the prefix are mixed.", departure: each((own) => everyPart(own, misread)) },
  { says: "The prefix is rounded to bfloat16.", departure: each((own) => everyPart(own, roundedToBrain)) },
  {
    says: "The first place of the prefix is lost.",
    departure: each((own) => everyPart(own, (part2) => placesOf(part2, 1)))
  },
  {
    says: "The last place of the prefix is lost.",
    departure: each((own) => everyPart(own, (part2) => placesOf(part2, 0, -1)))
  },
  { says: "The keys of the prefix are zero.", departure: each(({ key, value }) => ({ key: zeros(key), value })) },
  { says: "The values of the prefix are zero.", departure: each(({ key, value }) => ({ key, value: zeros(value) })) }
];
function each(change) {
  return { prefix: (all) => all.map(change) };
}
function onLayer(layer, change) {
  return (all) => all.map((own, at) => at === layer ? change(own) : own);
}
function everyPart({ key, value }, change) {
  return { key: change(key), value: change(value) };
}
function swapped({ key, value }) {
  return { key: value, value: key };
}
function hidden(own) {
  return everyPart(own, none);
}
function mixed(all) {
  const flat = all.flatMap(({ key, value }) => [key, value]);
  return all.map((own, layer) => ({ key: flat[layer] ?? own.key, value: flat[all.length + layer] ?? own.value }));
}
function none({ shape: [heads = 0, , size = 0] }) {
  return filled([heads, 0, size], 0);
}
function zeros({ shape }) {
  return filled(shape, 0);
}
function misread({ shape: [heads = 0, places = 0, size = 0], values }) {
  const asStored = new Float32Array(values.length);
  for (let head = 0; head < heads; head += 1)
    for (let place = 0; place < places; place += 1) {
      const from = (head * places + place) * size;
      asStored.set(values.subarray(from, from + size), (place * heads + head) * size);
    }
  return tensor([heads, places, size], asStored);
}

// src/oracle/hypotheses-virtual.ts
var VIRTUAL_HYPOTHESES = (model) => {
  const count = model.adapter?.virtual?.shape[0];
  if (count === void 0) return [];
  const restart = (positions) => positions.map((position, place) => place < count ? position : position - count);
  const scale = (factor) => (tokens) => scaled(tokens, factor);
  return [
    { says: "The virtual tokens are ignored.", departure: { virtual: () => filled([0, model.shape.width], 0) } },
    {
      says: "The virtual tokens are there and masked, so that nothing sees them.",
      departure: { mask: "virtual-unseen" }
    },
    { says: "The virtual tokens are in reverse order.", departure: { virtual: reversed } },
    {
      says: "The virtual tokens stand behind the text, not before it.",
      departure: { virtualPlace: "behind" }
    },
    { says: "Positions begin again at 0 behind the virtual tokens.", departure: { positions: restart } },
    { says: "The virtual tokens are rounded to bfloat16.", departure: { virtual: roundedToBrain } },
    { says: "The first virtual token is lost.", departure: { virtual: (tokens) => slice(tokens, 1, count) } },
    {
      says: "The last virtual token is lost.",
      departure: { virtual: (tokens) => slice(tokens, 0, count - 1) }
    },
    { says: "All virtual tokens are the first one.", departure: { virtual: repeatedFirst } },
    {
      says: "The virtual tokens are put in twice.",
      departure: { virtual: (tokens) => stacked([tokens, tokens]) }
    },
    { says: "The virtual tokens are zero.", departure: { virtual: scale(0) } },
    { says: "The virtual tokens are put in at half their size.", departure: { virtual: scale(0.5) } },
    { says: "The virtual tokens are put in at twice their size.", departure: { virtual: scale(2) } }
  ];
};
function reversed(tokens) {
  const count = tokens.shape[0] ?? 0;
  return stacked(Array.from({ length: count }, (_, token) => slice(tokens, count - 1 - token, count - token)));
}
function repeatedFirst(tokens) {
  const count = tokens.shape[0] ?? 0;
  return reshaped(stacked(Array.from({ length: count }, () => slice(tokens, 0, 1))), ...tokens.shape);
}

// src/oracle/hypotheses.ts
var ALL = [PREFIX_HYPOTHESES, VIRTUAL_HYPOTHESES, ADAPTER_HYPOTHESES, BASE_HYPOTHESES];
function hypothesesFor(model) {
  return ALL.flatMap((some) => some(model));
}

// src/oracle/hypotheses-decoding.ts
var PROMPT = 6;
function decodingFor(model) {
  const restarting = [
    {
      says: "When tokens are generated, positions begin again at 0 behind the prompt.",
      departure: { positions: restarted }
    },
    { says: "When tokens are generated, they all get the position of the first.", departure: { positions: standing } },
    { says: "When tokens are generated, each gets the position of the one before it.", departure: { positions: late } }
  ];
  const inserted = model.adapter?.virtual === void 0 ? [] : [{ says: "When tokens are generated, the virtual tokens are put in again at each step.", gap: insertedGap }];
  const others = hypothesesFor(model).map(({ says, departure }) => ({
    says: `When tokens are generated: ${says}`,
    departure
  }));
  return [
    ...inserted,
    ...others.slice(0, 1),
    ...restarting,
    { says: "Tokens are generated without what stands before the last one.", gap: aloneGap },
    ...others.slice(1)
  ];
}
var restarted = (positions) => positions.map((position, place) => place < PROMPT ? position : place - PROMPT);
var standing = (positions) => positions.map((position, place) => place < PROMPT ? position : positions[PROMPT] ?? 0);
var late = (positions) => positions.map((position, place) => place < PROMPT ? position : position - 1);
async function insertedGap(runtime2, { tokens, prompt }, ready) {
  const count = ready.virtual.shape[0] ?? 0;
  const again = Array.from({ length: count }, (_, token) => -1 - token);
  const rows = tokens.map((row) => [
    ...row.slice(0, prompt),
    ...row.slice(prompt, -1).flatMap((token) => [...again, token])
  ]);
  const logits = await forward(runtime2, ready, whole(rows));
  const steps = (tokens[0]?.length ?? 0) - prompt - 1;
  const places = Array.from({ length: steps }, (_, step) => prompt - 1 + (step + 1) * (count + 1));
  const kept = [...Array.from({ length: prompt }, (_, place) => place), ...places];
  return gapOf(placesOf2(logits, kept), tokens, prompt);
}
async function aloneGap(runtime2, { tokens, prompt }, ready) {
  const first = await forward(runtime2, ready, whole(tokens.map((row) => row.slice(0, prompt))));
  let largest = gapOf(
    first,
    tokens.map((row) => row.slice(0, prompt + 1)),
    prompt
  );
  for (let place = prompt; place + 1 < (tokens[0]?.length ?? 0); place += 1) {
    const one = await forward(runtime2, ready, whole(tokens.map((row) => row.slice(place, place + 1))));
    largest = Math.max(
      largest,
      gapOf(
        one,
        tokens.map((row) => row.slice(place, place + 2)),
        1
      )
    );
  }
  return largest;
}
function placesOf2({ shape: [rows = 0, places = 0, width = 0], values }, kept) {
  const parts = Array.from(
    { length: rows },
    (_, row) => kept.map((place) => {
      const from = (row * places + place) * width;
      return tensor([1, width], values.subarray(from, from + width));
    })
  );
  return reshaped(stacked(parts.flat()), rows, kept.length, width);
}

// src/oracle/diagnose.ts
async function diagnoseLogits(runtime2, evidence, definitions, band) {
  for (const { says, departure } of hypothesesFor(evidence.model))
    for (const base of definitions) {
      const left = await tried(
        () => logitsDistance(runtime2, evidence, prepared(evidence.model, both(base, departure)))
      );
      if (left <= band) return { says, left };
    }
  for (const base of definitions) {
    const found = await fittedShare(runtime2, evidence, base, band);
    if (found !== void 0) return found;
  }
  return void 0;
}
async function diagnoseTokens(runtime2, evidence, base, band) {
  const { generated, model } = evidence;
  if (generated === void 0) return void 0;
  for (const { says, departure = {}, gap = generatedGap } of decodingFor(model)) {
    const left = await tried(() => gap(runtime2, generated, prepared(model, both(base, departure))));
    if (left <= band) return { says, left };
  }
  return void 0;
}
async function fittedShare(runtime2, evidence, base, band) {
  const { model } = evidence;
  if ((model.adapter?.changes.size ?? 0) === 0) return void 0;
  const at = (share2) => tried(() => logitsDistance(runtime2, evidence, prepared(model, both(base, { share: share2 }))));
  let [low, high] = await bracket(at);
  for (let step = 0; step < 40; step += 1) {
    const [left2, right] = [low + (high - low) / 3, high - (high - low) / 3];
    if (await at(left2) < await at(right)) high = right;
    else low = left2;
  }
  const share = (low + high) / 2;
  const left = await at(share);
  const percent = Number((share * 100).toPrecision(3));
  if (percent === 100) return void 0;
  return left <= band ? { says: `${methodName(model)} is applied at ${percent} % of its scale.`, left } : void 0;
}
var SHARES = [-2, -1, -0.5, 0, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 8, 16];
async function bracket(at) {
  const found = [];
  for (const share of SHARES) found.push(await at(share));
  const best = found.indexOf(Math.min(...found));
  return [SHARES[Math.max(0, best - 1)] ?? 0, SHARES[Math.min(SHARES.length - 1, best + 1)] ?? 1];
}
async function tried(run2) {
  try {
    return await run2();
  } catch (error) {
    if (error instanceof ShapeError || error instanceof NotCovered) return Number.POSITIVE_INFINITY;
    throw error;
  }
}

// src/oracle/verdict.ts
async function verdictOn(runtime2, evidence) {
  const definitions = definitionsOf(evidence);
  const { nearest, ready, distance: distance2 } = await nearestOf(definitions, runtime2, evidence);
  const band = distance2 <= BAND ? BAND : await bandOf(runtime2, evidence, ready);
  if (distance2 > band) {
    const bases = definitions.map(({ departure }) => departure);
    const found = await diagnoseLogits(runtime2, evidence, bases, band);
    return { kind: "disagrees", distance: distance2, band, where: "logits", ...found };
  }
  const { generated } = evidence;
  const gap = generated === void 0 ? 0 : await generatedGap(runtime2, generated, ready);
  if (gap > band) {
    const found = await diagnoseTokens(runtime2, evidence, nearest.departure, band);
    return { kind: "disagrees", distance: gap, band, where: "tokens", ...found };
  }
  return nearest.but === void 0 ? { kind: "agrees", distance: distance2 } : { kind: "agrees", distance: distance2, but: nearest.but };
}
async function bandOf(runtime2, { model, text }, ready) {
  if (model.adapter === void 0 || !isDecomposed(model.adapter.configuration)) return BAND;
  const other = prepared(model, both(ready.departure, { rounded: true }));
  const rounding = distance(await forward(runtime2, ready, text), await forward(runtime2, other, text));
  requireForm(rounding <= MOST_ROUNDING, "a weight whose singular values are too close to be told apart");
  return BAND + rounding;
}
function definitionsOf({ model }) {
  const forms = model.architecture.alsoInUse ?? [];
  return [{ departure: {} }, ...forms.map(({ shape, but }) => ({ departure: { shape: () => shape }, but }))];
}
async function nearestOf(definitions, runtime2, evidence) {
  let best;
  for (const nearest of definitions) {
    const ready = prepared(evidence.model, nearest.departure);
    const distance2 = await logitsDistance(runtime2, evidence, ready);
    if (best === void 0 || distance2 < best.distance) best = { nearest, ready, distance: distance2 };
    if (distance2 <= BAND) break;
  }
  if (best === void 0) throw new Error("An architecture has at least its definition.");
  return best;
}

// src/adapters/oracle/cell-folders.ts
import { join } from "node:path";

// src/adapters/oracle/tensor-files.ts
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
function openTensorFile(path, most) {
  return readTensorFile(readPlainFile(path, most));
}
function readPlainFile(path, most) {
  const descriptor = opened(path);
  try {
    const state = fstatSync(descriptor);
    if (!state.isFile()) throw new TensorFileError("it is no plain file");
    if (state.size > most) throw new TensorFileError(`it has ${state.size} bytes, more than ${most}`);
    return readAll(descriptor, state.size);
  } finally {
    closeSync(descriptor);
  }
}
function opened(path) {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    throw new TensorFileError("it is missing, a link, or cannot be read", { cause });
  }
}
function readAll(descriptor, size) {
  const content = new Uint8Array(size);
  let done = 0;
  while (done < size) {
    const read = readSync(descriptor, content, done, size - done, done);
    if (read === 0) throw new TensorFileError("it became shorter while it was read");
    done += read;
  }
  return content;
}

// src/adapters/oracle/cell-folders.ts
var MOST_OF_A_CELL = 16 << 20;
var MOST_OF_A_CHECKPOINT = 64 << 20;
var MOST_OF_A_CONFIGURATION = 1 << 20;
function openCheckpoint(folder) {
  return {
    configuration: readJson(join(folder, "config.json")),
    checkpoint: openTensorFile(join(folder, "model.safetensors"), MOST_OF_A_CHECKPOINT)
  };
}
function cellIn(files, task, base) {
  const judged = readTensorFile(fileIn(files, "judged.safetensors", MOST_OF_A_CELL));
  if (!files.has("adapter/adapter_config.json")) return { task, judged, ...base };
  const adapter = {
    configuration: jsonOf(fileIn(files, "adapter/adapter_config.json", MOST_OF_A_CONFIGURATION)),
    tensors: readTensorFile(fileIn(files, "adapter/adapter_model.safetensors", MOST_OF_A_CELL))
  };
  return { task, judged, adapter, ...base };
}
function fileIn(files, name, most) {
  const content = files.get(name);
  if (content === void 0) throw new TensorFileError(`${name} is missing`);
  if (content.length > most) throw new TensorFileError(`${name} has ${content.length} bytes, more than ${most}`);
  return content;
}
function readJson(path) {
  return jsonOf(readPlainFile(path, MOST_OF_A_CONFIGURATION));
}
function jsonOf(content) {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content));
  } catch (cause) {
    throw new TensorFileError("a configuration is no JSON", { cause });
  }
}

// src/adapters/oracle/runtime.ts
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join as join2 } from "node:path";
function loadRuntime(graphs2, folder) {
  const ort = loaded(folder);
  if (ort === void 0) return void 0;
  const sessions = /* @__PURE__ */ new Map();
  return {
    run: async (graph, feeds) => {
      const session = sessions.get(graph) ?? opened2(ort, join2(graphs2, `${graph}.onnx`));
      sessions.set(graph, session);
      return run(ort, await session, feeds);
    }
  };
}
function loaded(folder) {
  const require2 = createRequire(folder === void 0 ? import.meta.url : join2(folder, "package.json"));
  try {
    const ort = require2("onnxruntime-node");
    return ort;
  } catch {
    return void 0;
  }
}
async function opened2(ort, path) {
  return ort.InferenceSession.create(await readFile(path), {
    executionProviders: ["cpu"],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 4
  });
}
async function run(ort, session, feeds) {
  const given = {};
  for (const name of session.inputNames) {
    const value = feeds.get(name);
    if (value === void 0) throw new Error(`The graph asks for ${name}, which it was not given.`);
    given[name] = asOrt(ort, value);
  }
  const { output } = await session.run(given);
  if (output === void 0 || !(output.data instanceof Float32Array)) throw new Error("The graph gave no numbers.");
  return tensor(output.dims, output.data);
}
var WRAPPED = /* @__PURE__ */ new WeakMap();
function asOrt(ort, fed) {
  const known = WRAPPED.get(fed) ?? wrapped(ort, fed);
  WRAPPED.set(fed, known);
  return known;
}
function wrapped(ort, { values, shape }) {
  if (values instanceof Float32Array) return new ort.Tensor("float32", values, [...shape]);
  return new ort.Tensor("int64", BigInt64Array.from(values, BigInt), [...shape]);
}

// src/adapters/oracle/serve.ts
var Question = external_exports.object({
  id: external_exports.int(),
  task: external_exports.string(),
  architecture: external_exports.string(),
  /** The folder of a checkpoint that is none of ours. */
  checkpoint: external_exports.string().optional(),
  files: external_exports.map(external_exports.string(), external_exports.instanceof(Uint8Array))
});
function serve(channel, folders) {
  const runtime2 = loadRuntime(folders.graphs, folders.runtime);
  const checkpoints2 = /* @__PURE__ */ new Map();
  const open = (architecture, own) => {
    const folder = own ?? join3(folders.checkpoints, architecture);
    const checkpoint = checkpoints2.get(folder) ?? openCheckpoint(folder);
    checkpoints2.set(folder, checkpoint);
    return checkpoint;
  };
  channel.send?.({ ready: runtime2 !== void 0 });
  let last = Promise.resolve();
  channel.on("message", (message) => {
    const question = Question.parse(message);
    last = last.then(async () => {
      channel.send?.({ id: question.id, answer: await answerTo(question, runtime2, open) });
    });
  });
}
async function answerTo({ architecture, task, files, checkpoint }, runtime2, open) {
  if (runtime2 === void 0) return { kind: "not checked", why: "onnxruntime-node cannot be loaded" };
  try {
    const cell = cellIn(files, task, open(architecture, checkpoint));
    return await verdict(runtime2, cell);
  } catch (error) {
    return { kind: "not checked", why: whyNot(error).slice(0, 1e3) };
  }
}
async function verdict(runtime2, cell) {
  try {
    return await verdictOn(runtime2, evidenceOf(cell));
  } catch (error) {
    return notFinite(error, cell);
  }
}
function notFinite(error, { judged, adapter }) {
  if (!(error instanceof NotFinite)) throw error;
  const { tensor: tensor2, count, of } = error;
  if (judged.has(tensor2) && tensor2 !== "logits") throw error;
  if (!judged.has(tensor2) && adapter?.tensors.has(tensor2) !== true) throw error;
  const where = judged.has(tensor2) ? "logits" : "adapter";
  return { kind: "not finite", where, tensor: JSON.stringify(tensor2.slice(0, 100)), count, of };
}
function whyNot(error) {
  if (error instanceof NotCovered) return error.message;
  if (error instanceof TensorFileError || error instanceof ShapeError)
    return `what it left cannot be read: ${error.message}`;
  return `the oracle ended early: ${error instanceof Error ? error.message : String(error)}`;
}

// src/adapters/oracle/main.ts
var [graphs = "", checkpoints = "", runtime] = process.argv.slice(2);
serve(process, { graphs, checkpoints, runtime: runtime || void 0 });
