import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { type Environment, type EnvironmentRequest, requestKey } from '../domain/environment.ts';
import { isMeasured, type Result } from '../domain/outcome.ts';
import type { Journal } from '../ports.ts';

const Line = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('run'), identity: z.string() }),
  z.object({
    kind: z.literal('environment'),
    key: z.string(),
    request: z.custom<EnvironmentRequest>((value) => typeof value === 'object'),
    environment: z.custom<Environment>((value) => typeof value === 'object'),
  }),
  z.object({
    kind: z.literal('result'),
    key: z.string(),
    environment: z.string(),
    repeat: z.number(),
    result: z.custom<Result>((value) => typeof value === 'object'),
  }),
]);

/** results.jsonl: one line per finished cell and environment, written as it finishes; a run that died resumes from it. */
export class FileJournal implements Journal {
  readonly #environments = new Map<string, Environment>();
  readonly #results = new Map<string, Result>();

  /** `identity` names what the results depend on besides the request; results of another identity are not taken over. */
  constructor(
    private readonly file: string,
    identity: string,
    fresh: boolean,
  ) {
    if (fresh || !this.#read(identity)) rmSync(file, { force: true });
    mkdirSync(dirname(file), { recursive: true });
    // An earlier run may have died in the middle of a line.
    if (existsSync(file) && !readFileSync(file, 'utf8').endsWith('\n')) appendFileSync(file, '\n');
    this.#append({ kind: 'run', identity });
  }

  environment(key: string): Environment | undefined {
    return this.#environments.get(key);
  }

  result(key: string, cell: string, repeat: number): Result | undefined {
    return this.#results.get(`${key} ${cell} ${repeat}`);
  }

  addEnvironment(request: EnvironmentRequest, environment: Environment): void {
    const key = requestKey(request);
    if (JSON.stringify(this.#environments.get(key)) === JSON.stringify(environment)) return;
    this.#environments.set(key, environment);
    this.#append({ kind: 'environment', key, request, environment });
  }

  addResult(key: string, environmentId: string, repeat: number, result: Result): void {
    this.#results.set(`${key} ${result.cell} ${repeat}`, result);
    this.#append({ kind: 'result', key, environment: environmentId, repeat, result });
  }

  #append(line: z.infer<typeof Line>): void {
    appendFileSync(this.file, `${JSON.stringify(line)}\n`);
  }

  /** Takes over what an earlier run measured; false where it was another run, or the file is not ours. */
  #read(identity: string): boolean {
    let text: string;
    try {
      text = readFileSync(this.file, 'utf8');
    } catch {
      return true;
    }
    for (const raw of text.split('\n')) {
      const line = parseLine(raw);
      if (line === undefined) continue;
      if (line.kind === 'run' && line.identity !== identity) return false;
      if (line.kind === 'environment' && line.environment.status !== 'inconclusive')
        this.#environments.set(line.key, line.environment);
      if (line.kind === 'result' && isSettled(line.result))
        this.#results.set(`${line.key} ${line.result.cell} ${line.repeat}`, line.result);
    }
    return true;
  }
}

/** Weather is measured again by the next run. */
function isSettled(result: Result): boolean {
  return result.outcome === 'skipped' || isMeasured(result);
}

/** The last line of a run that died may be half a line: it is left out. */
function parseLine(raw: string): z.infer<typeof Line> | undefined {
  try {
    return Line.safeParse(JSON.parse(raw)).data;
  } catch {
    return undefined;
  }
}
