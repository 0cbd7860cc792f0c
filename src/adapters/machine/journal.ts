import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Environment, type EnvironmentRequest, requestKey } from '../../domain/environment.ts';
import { isMeasured, type Result } from '../../domain/outcome.ts';
import type { Asked, Journal } from '../../ports.ts';
import { resultKey } from '../../result/key.ts';
import { LINES_VERSION, type Line, lineText, parseLine, type ResultLine } from '../../result/line.ts';

/**
 * results.jsonl: one line per finished cell and environment, written as it finishes; a run that died resumes from it.
 * A result is known by what was measured, whichever run measured it. Which lock a request has is known within one run.
 */
export class FileJournal implements Journal {
  readonly #environments = new Map<string, Environment>();
  readonly #results = new Map<string, Result>();
  /** What the file says already: a result that is taken over is written once for each request that it answers. */
  readonly #written = new Map<string, string>();
  /** Stands in every line: two runs that wrote to one file by turns are told apart. */
  readonly #run: string;

  /** `identity` names what locks depend on besides the request; environments of another identity are not taken over. */
  constructor(
    private readonly file: string,
    identity: string,
    fresh: boolean,
  ) {
    this.#run = createHash('sha256').update(identity).digest('hex').slice(0, 12);
    mkdirSync(dirname(file), { recursive: true });
    const kept = fresh ? [] : this.#read();
    const first = { kind: 'run', schemaVersion: LINES_VERSION, identity } as const;
    // Only whole lines of this run stay: what others read from the file is what this run stands for.
    writeFileSync(`${file}.new`, [first, ...kept].map(lineText).join(''));
    renameSync(`${file}.new`, file);
  }

  environment(request: string): Environment | undefined {
    return this.#environments.get(request);
  }

  result(asked: Asked): Result | undefined {
    return this.#results.get(nameOf(asked));
  }

  addEnvironment(request: EnvironmentRequest, environment: Environment): void {
    const key = requestKey(request);
    if (JSON.stringify(this.#environments.get(key)) === JSON.stringify(environment)) return;
    this.#environments.set(key, environment);
    this.#append({ kind: 'environment', run: this.#run, key, request, environment });
  }

  addResult({ request, key, repeat }: Asked, result: Result): void {
    const line = { kind: 'result', run: this.#run, request, key, repeat, result } as const;
    this.#results.set(nameOf(line), result);
    if (this.#note(line)) this.#append(line);
  }

  /** Whether a line says what the file does not say yet. */
  #note(line: ResultLine): boolean {
    const name = `${line.request} ${nameOf(line)}`;
    const text = JSON.stringify(line.result);
    if (this.#written.get(name) === text) return false;
    this.#written.set(name, text);
    return true;
  }

  #append(line: Line): void {
    appendFileSync(this.file, lineText(line));
  }

  /** Takes over what earlier runs measured, and the environments of those of the same identity; returns their lines. */
  #read(): readonly Line[] {
    const lines = readLines(this.file).filter((line) => line.kind !== 'run');
    const own = lines.filter((line) => line.run === this.#run);
    for (const line of lines)
      if (line.kind === 'result' && isSettled(line.result)) this.#results.set(nameOf(line), line.result);
    for (const line of own) {
      if (line.kind === 'result') this.#note(line);
      if (line.kind === 'environment' && line.environment.status !== 'inconclusive')
        this.#environments.set(line.key, line.environment);
    }
    return own;
  }
}

function nameOf({ key, repeat }: Pick<Asked, 'key' | 'repeat'>): string {
  return `${resultKey(key)} ${repeat}`;
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
