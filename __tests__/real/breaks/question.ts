import type { KnownBreak } from './known-break.ts';

/** What is typed behind `sweep`. */
export function question({ change, held, cells, search, environments }: KnownBreak): readonly string[] {
  const args = [change, ...held.flatMap((one) => ['--with', one]), '--cells', cells];
  if (search !== undefined) args.push('--search', search);
  if (environments !== undefined) args.push('--environments', String(environments));
  return args;
}
