/** onnxruntime-node as the runtime of the oracle: loaded when first asked, one thread, one session a graph. */

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { Feeds } from '../../oracle/feeds.ts';
import type { Runtime } from '../../oracle/forward.ts';
import { type Tensor, tensor } from '../../oracle/tensor.ts';

type Ort = typeof import('onnxruntime-node');

/** onnxruntime-node from `folder`, or from where this program is installed; undefined where it cannot be loaded. */
export function loadRuntime(graphs: string, folder?: string): Runtime | undefined {
  const ort = loaded(folder);
  if (ort === undefined) return undefined;
  const sessions = new Map<string, Promise<InferenceSession>>();
  return {
    run: async (graph, feeds) => {
      const session = sessions.get(graph) ?? opened(ort, join(graphs, `${graph}.onnx`));
      sessions.set(graph, session);
      return run(ort, await session, feeds);
    },
  };
}

function loaded(folder: string | undefined): Ort | undefined {
  const require = createRequire(folder === undefined ? import.meta.url : join(folder, 'package.json'));
  try {
    const ort: Ort = require('onnxruntime-node');
    return ort;
  } catch {
    return undefined;
  }
}

async function opened(ort: Ort, path: string): Promise<InferenceSession> {
  return ort.InferenceSession.create(await readFile(path), {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
  });
}

async function run(ort: Ort, session: InferenceSession, feeds: Feeds): Promise<Tensor> {
  const given: Record<string, OrtTensor> = {};
  for (const name of session.inputNames) {
    const value = feeds.get(name);
    if (value === undefined) throw new Error(`The graph asks for ${name}, which it was not given.`);
    given[name] = asOrt(ort, value);
  }
  const { output } = await session.run(given);
  if (output === undefined || !(output.data instanceof Float32Array)) throw new Error('The graph gave no numbers.');
  return tensor(output.dims, output.data);
}

/** Weights are fed to pass after pass: each is wrapped once. */
const WRAPPED = new WeakMap<object, OrtTensor>();

type Fed = Feeds extends ReadonlyMap<string, infer Value> ? Value : never;

function asOrt(ort: Ort, fed: Fed): OrtTensor {
  const known = WRAPPED.get(fed) ?? wrapped(ort, fed);
  WRAPPED.set(fed, known);
  return known;
}

function wrapped(ort: Ort, { values, shape }: Fed): OrtTensor {
  if (values instanceof Float32Array) return new ort.Tensor('float32', values, [...shape]);
  return new ort.Tensor('int64', BigInt64Array.from(values, BigInt), [...shape]);
}
