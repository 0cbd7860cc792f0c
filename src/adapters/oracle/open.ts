/** Whether there is an oracle, and where from. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Oracle } from '../../ports/oracle.ts';
import { hashOf } from '../machine/program.ts';
import { hasRuntime, OracleProcess } from './process.ts';

const HOW = '`npm ci` in a checkout of peft-sweep, or name a folder that has it with `--oracle-path`';

/** An oracle, or why there is none; `asked` where nobody wants one. */
export type Found =
  | { readonly kind: 'on'; readonly oracle: Oracle }
  | { readonly kind: 'off'; readonly why: string }
  | { readonly kind: 'asked' };

/**
 * `probe` is the folder of the Python probe, which the graphs and dist/ lie beside. `named` is a folder that
 * onnxruntime-node is installed in, `off` for no oracle, or absent for what is installed beside this program.
 */
export async function openOracle(probe: string, named: string | undefined): Promise<Found> {
  if (named === 'off') return { kind: 'asked' };
  const root = dirname(probe);
  const program = join(root, 'dist', 'oracle-process.js');
  const where = named === undefined ? '' : ` in ${named}`;
  if (!hasRuntime(named) || !existsSync(program))
    return { kind: 'off', why: `onnxruntime-node is not found${where}. To switch it on: ${HOW}.` };
  const graphs = join(root, 'oracle', 'graphs');
  const version = versionOf(graphs, program);
  const oracle = new OracleProcess({
    version,
    program,
    graphs,
    checkpoints: join(probe, 'checkpoints'),
    runtime: named,
  });
  // Asked before a cell is: what it does not judge must not be known as judged by it.
  if (await oracle.canAnswer()) return { kind: 'on', oracle };
  return { kind: 'off', why: `onnxruntime-node cannot be loaded${where}. Install it anew: ${HOW}.` };
}

/** The program names its parts by their content. */
function versionOf(graphs: string, program: string): string {
  return createHash('sha256').update(hashOf(graphs)).update(readFileSync(program)).digest('hex').slice(0, 12);
}
