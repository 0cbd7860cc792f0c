/** Recorded cells: what bench/oracle_folders.py wrote with transformers 4.57.6 and peft 0.18.1, beside the probe's own checkpoints. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Checkpoint, openCell, openCheckpoint } from '../../src/adapters/oracle/cell-folders.ts';
import { loadRuntime } from '../../src/adapters/oracle/runtime.ts';
import { type Evidence, evidenceOf } from '../../src/oracle/evidence.ts';
import type { Runtime } from '../../src/oracle/forward.ts';

const FOLDER = '__tests__/fixtures/oracle';
const checkpoints = new Map<string, Checkpoint>();

export function recordedCells(): readonly string[] {
  return readdirSync(FOLDER).map((name) => name.replaceAll('__', '/'));
}

export function recorded(cell: string): Evidence {
  const [, , architecture = '', task = ''] = cell.split('/');
  const checkpoint = checkpoints.get(architecture) ?? openCheckpoint(join('probe/checkpoints', architecture));
  checkpoints.set(architecture, checkpoint);
  return evidenceOf(openCell(join(FOLDER, cell.replaceAll('/', '__')), task, checkpoint));
}

export function runtime(): Runtime {
  const loaded = loadRuntime('oracle/graphs');
  if (loaded === undefined) throw new Error('onnxruntime-node is not installed: npm ci');
  return loaded;
}
