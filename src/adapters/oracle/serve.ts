/** The oracle's own process: gets what cells left over a channel, and answers one after the other. */
import { join } from 'node:path';
import { z } from 'zod';
import type { OracleAnswer } from '../../domain/oracle-answer.ts';
import { NotCovered } from '../../oracle/adapter-configuration.ts';
import { type CellFiles, evidenceOf } from '../../oracle/evidence.ts';
import type { Runtime } from '../../oracle/forward.ts';
import { ShapeError } from '../../oracle/tensor.ts';
import { NotFinite, TensorFileError } from '../../oracle/tensor-file.ts';
import { verdictOn } from '../../oracle/verdict.ts';
import { type Checkpoint, cellIn, openCheckpoint } from './cell-folders.ts';
import { loadRuntime } from './runtime.ts';

const Question = z.object({
  id: z.int(),
  task: z.string(),
  architecture: z.string(),
  /** The folder of a checkpoint that is none of ours. */
  checkpoint: z.string().optional(),
  files: z.map(z.string(), z.instanceof(Uint8Array)),
});
type Question = z.infer<typeof Question>;

export interface Folders {
  /** Of the reference graphs, and of the checkpoints that cells start from. */
  readonly graphs: string;
  readonly checkpoints: string;
  /** Where onnxruntime-node is installed, if not beside this program. */
  readonly runtime: string | undefined;
}

/** Answers until the channel is closed. */
export function serve(channel: NodeJS.Process, folders: Folders): void {
  const runtime = loadRuntime(folders.graphs, folders.runtime);
  const checkpoints = new Map<string, Checkpoint>();
  const open = (architecture: string, own?: string) => {
    const folder = own ?? join(folders.checkpoints, architecture);
    const checkpoint = checkpoints.get(folder) ?? openCheckpoint(folder);
    checkpoints.set(folder, checkpoint);
    return checkpoint;
  };
  channel.send?.({ ready: runtime !== undefined });
  let last = Promise.resolve();
  channel.on('message', (message) => {
    const question = Question.parse(message);
    last = last.then(async () => {
      channel.send?.({ id: question.id, answer: await answerTo(question, runtime, open) });
    });
  });
}

async function answerTo(
  { architecture, task, files, checkpoint }: Question,
  runtime: Runtime | undefined,
  open: (architecture: string, own?: string) => Checkpoint,
): Promise<OracleAnswer> {
  if (runtime === undefined) return { kind: 'not checked', why: 'onnxruntime-node cannot be loaded' };
  try {
    const cell = cellIn(files, task, open(architecture, checkpoint));
    return await verdict(runtime, cell);
  } catch (error) {
    return { kind: 'not checked', why: whyNot(error).slice(0, 1000) };
  }
}

async function verdict(runtime: Runtime, cell: CellFiles): Promise<OracleAnswer> {
  try {
    return await verdictOn(runtime, evidenceOf(cell));
  } catch (error) {
    return notFinite(error, cell);
  }
}

/** Throws again what says nothing of the cell: weights that we worked out for it are ours. */
function notFinite(error: unknown, { judged, adapter }: CellFiles): OracleAnswer {
  if (!(error instanceof NotFinite)) throw error;
  const { tensor, count, of } = error;
  if (judged.has(tensor) && tensor !== 'logits') throw error;
  if (!judged.has(tensor) && adapter?.tensors.has(tensor) !== true) throw error;
  const where = judged.has(tensor) ? 'logits' : 'adapter';
  return { kind: 'not finite', where, tensor: JSON.stringify(tensor.slice(0, 100)), count, of };
}

function whyNot(error: unknown): string {
  if (error instanceof NotCovered) return error.message;
  if (error instanceof TensorFileError || error instanceof ShapeError)
    return `what it left cannot be read: ${error.message}`;
  return `the oracle ended early: ${error instanceof Error ? error.message : String(error)}`;
}
