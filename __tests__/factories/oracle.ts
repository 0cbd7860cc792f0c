/**
 * Recorded cells, beside the probe's own checkpoints: what bench/oracle_folders.py wrote with transformers 4.57.6 and
 * peft 0.18.1, sound, with a defect planted, or of a release that has one.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Checkpoint, openCell, openCheckpoint } from '../../src/adapters/oracle/cell-folders.ts';
import { loadRuntime } from '../../src/adapters/oracle/runtime.ts';
import { openTensorFile } from '../../src/adapters/oracle/tensor-files.ts';
import { type Evidence, evidenceOf } from '../../src/oracle/evidence.ts';
import type { Runtime } from '../../src/oracle/forward.ts';

const SOUND = '__tests__/fixtures/oracle';
const DAMAGED = '__tests__/fixtures/oracle-damaged';
const Damaged = z.object({ id: z.string(), says: z.string() });
const checkpoints = new Map<string, Checkpoint>();

export function recordedCells(): readonly string[] {
  return readdirSync(SOUND).map((name) => name.replaceAll('__', '/'));
}

export function recorded(cell: string, judged?: string): Evidence {
  const [, , architecture = '', task = ''] = cell.split('/');
  const checkpoint = checkpoints.get(architecture) ?? openCheckpoint(join('probe/checkpoints', architecture));
  checkpoints.set(architecture, checkpoint);
  const files = openCell(join(SOUND, cell.replaceAll('/', '__')), task, checkpoint);
  return evidenceOf(judged === undefined ? files : { ...files, judged: openTensorFile(judged, 1 << 20) });
}

/** Name, what must be said, and what the damaged cell left. */
export function damagedCells(): readonly (readonly [string, string, () => Evidence])[] {
  return readdirSync(DAMAGED).map((name) => {
    const folder = join(DAMAGED, name);
    const { id, says } = Damaged.parse(JSON.parse(readFileSync(join(folder, 'cell.json'), 'utf8')));
    return [name, says, () => recorded(id, join(folder, 'judged.safetensors'))];
  });
}

export function runtime(): Runtime {
  const loaded = loadRuntime('oracle/graphs');
  if (loaded === undefined) throw new Error('onnxruntime-node is not installed: npm ci');
  return loaded;
}
