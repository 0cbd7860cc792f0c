/** Whether there is an oracle, and where from. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Oracle } from '../../ports.ts';
import { hasRuntime, OracleProcess } from './process.ts';

const HOW = '`npm ci` in a checkout of peft-sweep, or name a folder that has it in PEFT_SWEEP_ORACLE';

/** `probe` is the folder of the Python probe, which the graphs and dist/ lie beside. `say` is told why there is none. */
export function openOracle(
  probe: string,
  environment: Readonly<Record<string, string | undefined>>,
  say: (line: string) => void,
): Oracle | undefined {
  const named = environment.PEFT_SWEEP_ORACLE;
  if (named === 'off') return undefined;
  const root = dirname(probe);
  const program = join(root, 'dist', 'oracle-process.js');
  if (!hasRuntime(named) || !existsSync(program)) {
    say(`The oracle is off: onnxruntime-node is not found. To switch it on: ${HOW}.`);
    return undefined;
  }
  return new OracleProcess({
    program,
    graphs: join(root, 'oracle', 'graphs'),
    checkpoints: join(probe, 'checkpoints'),
    runtime: named,
  });
}
