import { plain } from './escape.ts';
import type { Report } from './model.ts';

/** What a run asks: which releases, beside which held versions. */
interface Asked {
  readonly changes: readonly { readonly library: string; readonly from: string; readonly to: string }[];
  readonly held: Readonly<Record<string, string>>;
}

/** Says that a report stands where another one will be written; nothing where both answer the same question. */
export function replacedLine(earlier: Report, asked: Asked, out: string): string | undefined {
  const { changes } = earlier;
  const { held } = earlier.run;
  if (questionOf({ changes, held }) === questionOf(asked)) return undefined;
  const moved = changes.map(({ library, from, to }) => `${library} ${from} -> ${to}`).join(', ');
  const what = moved || `a check of ${Object.entries(held).flat().join(' ')}`.trim();
  return plain(`This replaces the report of ${what} in ${out}; --out DIR keeps it.`);
}

function questionOf({ changes, held }: Asked): string {
  const moves = changes.map(({ library, from, to }) => [library, from, to]);
  return JSON.stringify([moves, Object.entries(held).toSorted()]);
}
