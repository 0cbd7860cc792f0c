/** What a user is told of an environment that was measured. */
import type { Measurement } from '../domain/search.ts';
import { shortened } from '../report/escape.ts';

/** Versions that tell environments apart: the two that decide most, what is asked for, what its cells need. */
const ALWAYS_SAID = ['transformers', 'peft'];
const NEVER_SAID = ['torch', 'accelerate'];
const LONGEST_WHY = 160;

/** `bisect     transformers 4.56.0, peft 0.17.1: 2 pass, 1 fail`. */
export function progressLine({ question, environment, results }: Measurement, name: string): string {
  const { pins, packages } = question.environment;
  const versions: Readonly<Record<string, string>> = environment.status === 'built' ? environment.lock : pins;
  const said = [...new Set([...ALWAYS_SAID, ...Object.keys(pins), ...packages])]
    .filter((library) => !NEVER_SAID.includes(library))
    .flatMap((library) => {
      const version = versions[library] ?? pins[library];
      if (version === undefined) return packages.includes(library) ? [library] : [];
      return [`${library} ${version}`];
    });
  const counts = new Map<string, number>();
  for (const { outcome } of results.values()) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  const outcome = [...counts].map(([what, count]) => `${count} ${what}`).join(', ');
  const why = environment.status === 'built' ? '' : ` (${shortened(environment.why, LONGEST_WHY)})`;
  return `${name.padEnd(10)} ${said.join(', ')}: ${outcome}${why}`;
}
