/** Whether there is an oracle, and where from. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Oracle } from '../../ports.ts';
import { hashOf } from '../machine/program.ts';
import { hasRuntime, OracleProcess } from './process.ts';

const HOW = '`npm ci` in a checkout of peft-sweep, or name a folder that has it in PEFT_SWEEP_ORACLE';

/** `probe` is the folder of the Python probe, which the graphs and dist/ lie beside. `say` is told why there is none. */
export async function openOracle(
  probe: string,
  environment: Readonly<Record<string, string | undefined>>,
  say: (line: string) => void,
): Promise<Oracle | undefined> {
  const named = environment.PEFT_SWEEP_ORACLE;
  if (named === 'off') return undefined;
  const root = dirname(probe);
  const program = join(root, 'dist', 'oracle-process.js');
  if (!hasRuntime(named) || !existsSync(program)) {
    say(`The oracle is off: onnxruntime-node is not found. To switch it on: ${HOW}.`);
    return undefined;
  }
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
  if (await oracle.canAnswer()) return oracle;
  say(`The oracle is off: onnxruntime-node cannot be loaded. Install it anew: ${HOW}.`);
  return undefined;
}

/** The program names its parts by their content. */
function versionOf(graphs: string, program: string): string {
  return createHash('sha256').update(hashOf(graphs)).update(readFileSync(program)).digest('hex').slice(0, 12);
}
