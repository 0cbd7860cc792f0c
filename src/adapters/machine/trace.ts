/** What a sweep started and when, as lines of JSON in the file that PEFT_SWEEP_TRACE names. `bench/profile.mjs` reads it. */
import { appendFileSync } from 'node:fs';
import { basename } from 'node:path';

/** Milliseconds since this process began. */
export type Moment = number;

const WORDS_KEPT = 3;
const WORD_KEPT = 20;

export function now(): Moment {
  return performance.now();
}

/** Notes that something took from a moment until now; nothing where nobody asked. */
export function trace(what: string, from: Moment, more: Readonly<Record<string, unknown>> = {}): void {
  const file = process.env.PEFT_SWEEP_TRACE;
  if (file === undefined || file === '') return;
  try {
    appendFileSync(file, `${JSON.stringify({ what, from, to: now(), ...more })}\n`);
  } catch {
    return;
  }
}

/** `uv pip compile`: what a command is known by. */
export function commandWords(command: string, args: readonly string[]): string {
  const line = [command, ...args];
  const program = line.indexOf('--') + 1;
  const words = line.slice(program).filter((word) => !word.startsWith('-'));
  const known = words.slice(0, WORDS_KEPT).map((word) => basename(word).slice(0, WORD_KEPT));
  return known.join(' ');
}
