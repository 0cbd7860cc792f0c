/** The device nodes that CUDA opens: those of the driver, and of the cards that cells run on. No other reaches a probe. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Card } from '../../domain/card.ts';

/** Name below /dev -> where it lies on this machine. */
export type Nodes = Readonly<Record<string, string>>;

/** Those of the driver itself: its control, and memory that card and machine share. */
const OF_DRIVER = ['nvidiactl', 'nvidia-uvm'];
/** Where those of slices are, which are only read. */
const OF_SLICES = 'nvidia-caps/';
/** Reading and writing, for those who are neither owner nor of the group. */
const FOR_OTHERS = 0o006;

/** The nodes of some cards, as far as they are there. `root` is `/`, in a test a folder. */
export function nodesOf(cards: readonly Card[], root = '/'): Nodes {
  if (cards.length === 0) return {};
  const numbers = [...new Set(cards.map((card) => numberOf(card, root)))];
  const ofSlices = cards.filter(({ isSlice }) => isSlice).flatMap((card) => capabilities(numberOf(card, root), root));
  const names = [...OF_DRIVER, ...numbers.map((number) => `nvidia${number}`), ...new Set(ofSlices)];
  const there = names.map((name) => [name, join(root, 'dev', name)] as const).filter(([, path]) => existsSync(path));
  return Object.fromEntries(there);
}

/** Nodes of some cards that are missing, or that another user may not read and write: a probe runs as one. */
export function closedNodes(cards: readonly Card[], root = '/'): readonly string[] {
  if (cards.length === 0) return [];
  const there = nodesOf(cards, root);
  const missing = OF_DRIVER.filter((name) => there[name] === undefined);
  const hasCard = Object.keys(there).some((name) => /^nvidia\d+$/.test(name));
  const closed = Object.entries(there).filter(
    ([name, path]) => !name.startsWith(OF_SLICES) && (statSync(path).mode & FOR_OTHERS) !== FOR_OTHERS,
  );
  return [
    ...[...missing, ...(hasCard ? [] : ['nvidiaN'])].map((name) => `/dev/${name} is not here`),
    ...closed.map(([name]) => `/dev/${name} is closed to others`),
  ];
}

/** The number of a card's node. The driver gives it by address; its own order need not be the same. */
function numberOf({ bus, index }: Card, root: string): number {
  const address = (bus ?? '').toLowerCase().replace(/^0000(?=[0-9a-f]{4}:)/, '');
  const text = textOf(join(root, 'proc/driver/nvidia/gpus', address, 'information'));
  return Number(/^Device Minor:\s*(\d+)/m.exec(text)?.[1] ?? index);
}

/** The nodes that let a program into the slices of a card: none that make slices or watch them. */
function capabilities(number: number, root: string): readonly string[] {
  const folder = join(root, `proc/driver/nvidia/capabilities/gpu${number}/mig`);
  const files = filesBelow(folder).filter((path) => path.endsWith('access'));
  const minors = files.flatMap((path) => /^DeviceFileMinor:\s*(\d+)/m.exec(textOf(join(folder, path)))?.[1] ?? []);
  return minors.map((minor) => `nvidia-caps/nvidia-cap${minor}`);
}

function filesBelow(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted();
  } catch {
    return [];
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
