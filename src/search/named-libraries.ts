/** Which libraries an error speaks of: in its message, or by the place where it was raised. */
import type { Failure } from '../domain/outcome.ts';
import { normalizeName } from '../domain/package.ts';

/**
 * Those of `libraries` that some failures name, most often named first; what a message names comes before where it was
 * raised. Messages are written by strangers: a library that is not asked about is never in the answer.
 */
export function namedLibraries(failures: readonly Failure[], libraries: readonly string[]): readonly string[] {
  const ranked = (named: readonly string[]) => {
    const count = (name: string) => named.filter((other) => other === name).length;
    return [...new Set(named)].toSorted((left, right) => count(right) - count(left));
  };
  const inMessages = failures.flatMap(({ message }) => inMessage(message, libraries));
  const inFrames = failures.flatMap(({ frames }) => raisingLibrary(frames ?? [], libraries) ?? []);
  return [...new Set([...ranked(inMessages), ...ranked(inFrames)])];
}

/** Names in a message, not in the paths that it shows: `cannot import name 'x' from 'accelerate.utils' (/a/peft/x.py)`. */
function inMessage(message: string, libraries: readonly string[]): readonly string[] {
  const parts = message.split(/[\s'"()]+/).filter((part) => !part.includes('/'));
  const words = parts.join(' ').match(/[A-Za-z][A-Za-z0-9_-]*/g) ?? [];
  const names = new Set(words.map(normalizeName));
  return libraries.filter((library) => names.has(library));
}

/** The library of the innermost frame that is in one of them: `accelerate/utils/memory.py:30 clear`. */
function raisingLibrary(frames: readonly string[], libraries: readonly string[]): string | undefined {
  const modules = frames.map((frame) => normalizeName(frame.split(/[/:]/)[0] ?? ''));
  return modules.findLast((name) => libraries.includes(name));
}
