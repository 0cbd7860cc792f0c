// The names and shapes of the tiny checkpoints' weights, for probe/matrix/shapes.json: what of a user's arguments fits.
// `npm run shapes` writes it, `--check` only compares.
import { closeSync, openSync, readdirSync, readFileSync, readSync, writeFileSync } from 'node:fs';

const CHECKPOINTS = 'probe/checkpoints';
const FILE = 'probe/matrix/shapes.json';
const PLACES = ['max_position_embeddings', 'n_positions', 'seq_length'];
const LAYERS = ['num_hidden_layers', 'n_layer', 'num_layers'];
const WIDTHS = ['hidden_size', 'n_embd', 'd_model'];

/** Architecture -> sizes of its tiny model, and layer -> shape of its weight. */
export function shapes() {
  const names = readdirSync(CHECKPOINTS).toSorted();
  return Object.fromEntries(names.map((name) => [name, shapeOf(`${CHECKPOINTS}/${name}`)]));
}

function shapeOf(folder) {
  const whole = JSON.parse(readFileSync(`${folder}/config.json`, 'utf8'));
  // A model that looks too says of its text in a part of its own.
  const config = { ...whole, ...whole.text_config };
  const said = (keys) => keys.map((key) => config[key]).find((value) => typeof value === 'number');
  const places = said(PLACES);
  const weights = weightsIn(`${folder}/model.safetensors`);
  return {
    hidden: said(WIDTHS),
    layers: said(LAYERS),
    vocabulary: config.vocab_size,
    ...(places === undefined ? {} : { positions: places }),
    weights,
  };
}

/** Layers by name, without the `.weight` behind it; tensors that are no layer's weight are left out. */
function weightsIn(file) {
  const header = JSON.parse(headerOf(file));
  const found = Object.entries(header).flatMap(([name, { shape }]) =>
    name.endsWith('.weight') ? [[name.slice(0, -'.weight'.length), shape]] : [],
  );
  return Object.fromEntries(found.toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

function headerOf(file) {
  const descriptor = openSync(file, 'r');
  try {
    const size = Buffer.alloc(8);
    readSync(descriptor, size, 0, 8, 0);
    const header = Buffer.alloc(Number(size.readBigUInt64LE()));
    readSync(descriptor, header, 0, header.length, 8);
    return header.toString('utf8');
  } finally {
    closeSync(descriptor);
  }
}

/** One architecture a line. */
function textOf(table) {
  const lines = Object.entries(table).map(([name, shape]) => ` ${JSON.stringify(name)}: ${JSON.stringify(shape)}`);
  return `{\n${lines.join(',\n')}\n}\n`;
}

if (process.argv[1]?.endsWith('shapes.mjs')) {
  const text = textOf(shapes());
  if (!process.argv.includes('--check')) writeFileSync(FILE, text);
  else if (readFileSync(FILE, 'utf8') !== text) {
    console.error(`${FILE} is not what the checkpoints are: run \`npm run shapes\`.`);
    process.exitCode = 1;
  }
}
