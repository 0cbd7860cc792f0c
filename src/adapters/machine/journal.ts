import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Environment, type EnvironmentRequest, requestKey } from '../../domain/environment.ts';
import { isMeasured, type Result } from '../../domain/outcome.ts';
import type { Asked, Journal } from '../../ports/journal.ts';
import { resultKey } from '../../result/key.ts';
import { LINES_VERSION, type Line, lineText, parseLine, type ResultLine } from '../../result/line.ts';

/** What is kept of other runs at most, in bytes; the oldest lines go first. */
const KEPT_BYTES = 32 * 1024 * 1024;

/**
 * results.jsonl: one line per finished cell and environment, written as it finishes; a run that died resumes from it.
 * It stands for one run. What it says of others is kept beside it, in `known.jsonl`, so that a run that goes back and
 * forth between two plans, or dies in the second, finds the lines of both.
 * A result is known by what was measured, whichever run measured it. Which lock a request has is known within one run.
 */
export class FileJournal implements Journal {
  readonly #environments = new Map<string, Environment>();
  readonly #results = new Map<string, Result>();
  /** What the file says already: a result that is taken over is written once for each request that it answers. */
  readonly #written = new Map<string, string>();
  /** Stands in every line: two runs that wrote to one file by turns are told apart. */
  readonly #run: string;

  /**
   * `identity` names what locks depend on besides the request; environments of another identity are not taken over.
   * `fresh` takes over nothing, and keeps nothing. `most`: what is kept of other runs, in bytes.
   */
  constructor(
    private readonly file: string,
    identity: string,
    fresh: boolean,
    most = KEPT_BYTES,
  ) {
    this.#run = createHash('sha256').update(identity).digest('hex').slice(0, 12);
    mkdirSync(dirname(file), { recursive: true });
    const known = knownFile(file);
    const lines = fresh ? [] : distinct([...readLines(known, 2 * most), ...readLines(file)]);
    for (const line of lines) this.#believe(line);
    const own = lines.filter(({ run }) => run === this.#run);
    // In this order: whatever is cut off between the two stands in both.
    if (existsSync(known) || own.length < lines.length) write(known, within(lines, most));
    // Only whole lines of this run stay: what others read from the file is what this run stands for.
    write(file, [lineText({ kind: 'run', schemaVersion: LINES_VERSION, identity }), ...own.map(lineText)]);
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

  /** Takes over what an earlier run measured, and an environment of one of the same identity. */
  #believe(line: KnownLine): void {
    const isOwn = line.run === this.#run;
    if (line.kind === 'result') {
      if (isSettled(line.result)) this.#results.set(nameOf(line), line.result);
      if (isOwn) this.#note(line);
    } else if (isOwn && line.environment.status !== 'inconclusive') this.#environments.set(line.key, line.environment);
  }
}

type KnownLine = Exclude<Line, { kind: 'run' }>;

/** Where the lines of other runs are kept. */
function knownFile(file: string): string {
  return join(dirname(file), 'known.jsonl');
}

function nameOf({ key, repeat }: Pick<Asked, 'key' | 'repeat'>): string {
  return `${resultKey(key)} ${repeat}`;
}

/** The whole lines of a file in our form; none of one that is larger than what was ever written. */
function readLines(file: string, most = Number.POSITIVE_INFINITY): readonly KnownLine[] {
  if (!existsSync(file) || statSync(file).size > most) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((raw) => parseLine(raw) ?? [])
    .filter((line) => line.kind !== 'run');
}

/** Each line once, where it was said last. */
function distinct(lines: readonly KnownLine[]): readonly KnownLine[] {
  const texts = new Map<string, KnownLine>();
  for (const line of lines) {
    const text = lineText(line);
    texts.delete(text);
    texts.set(text, line);
  }
  return [...texts.values()];
}

/** The newest lines that fit. */
function within(lines: readonly KnownLine[], most: number): readonly string[] {
  const texts = lines.map(lineText);
  let [bytes, first] = [0, texts.length];
  while (first > 0) {
    bytes += Buffer.byteLength(texts[first - 1] ?? '');
    if (bytes > most) break;
    first--;
  }
  return texts.slice(first);
}

function write(file: string, texts: readonly string[]): void {
  writeFileSync(`${file}.new`, texts.join(''));
  renameSync(`${file}.new`, file);
}

/** Weather is measured again by the next run. */
function isSettled(result: Result): boolean {
  return result.outcome === 'skipped' || isMeasured(result);
}
