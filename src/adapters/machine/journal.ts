import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Environment, type EnvironmentRequest, requestKey } from '../../domain/environment.ts';
import { isMeasured, type Result } from '../../domain/outcome.ts';
import type { Asked, Journal } from '../../ports.ts';
import { type Line, lineText, parseLine } from '../../result/line.ts';

/** results.jsonl: one line per finished cell and environment, written as it finishes; a run that died resumes from it. */
export class FileJournal implements Journal {
  readonly #environments = new Map<string, Environment>();
  readonly #results = new Map<string, Result>();
  /** Stands in every line: two runs that wrote to one file by turns are told apart. */
  readonly #run: string;

  /** `identity` names what the results depend on besides the request; results of another identity are not taken over. */
  constructor(
    private readonly file: string,
    identity: string,
    fresh: boolean,
  ) {
    this.#run = createHash('sha256').update(identity).digest('hex').slice(0, 12);
    mkdirSync(dirname(file), { recursive: true });
    const kept = fresh ? [] : this.#read();
    // Only whole lines of this run stay: what others read from the file is what this run stands for.
    writeFileSync(`${file}.new`, [{ kind: 'run', identity } as const, ...kept].map(lineText).join(''));
    renameSync(`${file}.new`, file);
  }

  environment(key: string): Environment | undefined {
    return this.#environments.get(key);
  }

  result(asked: Asked): Result | undefined {
    return this.#results.get(nameOf(asked));
  }

  addEnvironment(request: EnvironmentRequest, environment: Environment): void {
    const key = requestKey(request);
    if (JSON.stringify(this.#environments.get(key)) === JSON.stringify(environment)) return;
    this.#setEnvironment(key, environment);
    this.#append({ kind: 'environment', run: this.#run, key, request, environment });
  }

  addResult(asked: Asked, environmentId: string, result: Result): void {
    const { key, repeat, carriedFrom } = asked;
    this.#results.set(nameOf(asked), result);
    const carried = carriedFrom === undefined ? {} : { carriedFrom };
    this.#append({ kind: 'result', run: this.#run, key, environment: environmentId, repeat, ...carried, result });
  }

  /** What was measured under another lock says nothing about this one. */
  #setEnvironment(key: string, environment: Environment): void {
    const before = this.#environments.get(key);
    const isSame = before?.status === 'built' && environment.status === 'built' && before.id === environment.id;
    if (before !== undefined && !isSame)
      for (const known of [...this.#results.keys()].filter((one) => one.startsWith(`${key} `)))
        this.#results.delete(known);
    this.#environments.set(key, environment);
  }

  #append(line: Line): void {
    appendFileSync(this.file, lineText(line));
  }

  /** Takes over what an earlier run of the same identity measured; returns its lines. */
  #read(): readonly Line[] {
    const lines = readLines(this.file).filter((line) => line.kind !== 'run' && line.run === this.#run);
    for (const line of lines) {
      if (line.kind === 'environment' && line.environment.status !== 'inconclusive')
        this.#setEnvironment(line.key, line.environment);
      if (line.kind === 'result' && isSettled(line.result))
        this.#results.set(nameOf({ ...line, cell: line.result.cell }), line.result);
    }
    return lines;
  }
}

function nameOf({ key, cell, repeat, carriedFrom }: Asked): string {
  return [key, cell, repeat, carriedFrom ?? ''].join(' ');
}

function readLines(file: string): readonly Line[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((raw) => parseLine(raw) ?? []);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Weather is measured again by the next run. */
function isSettled(result: Result): boolean {
  return result.outcome === 'skipped' || isMeasured(result);
}
