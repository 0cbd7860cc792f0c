/** The program of the oracle's own process. */
import { serve } from './serve.ts';

const [graphs = '', checkpoints = '', runtime] = process.argv.slice(2);
serve(process, { graphs, checkpoints, runtime: runtime || undefined });
