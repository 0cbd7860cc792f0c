import { cellId } from '../domain/cell.ts';
import type { Plan } from '../plan/plan.ts';

type Chosen = Pick<Plan, 'cells' | 'chosenBy'> & { readonly [Key in 'guessed' | 'beside']?: Plan[Key] | undefined };

/** Which cells may fail a check: those that the code surely uses or that somebody named. Defaults, guesses and what stands beside are shown only. */
export function cellsThatCount(plans: readonly Chosen[]): (cell: string) => boolean {
  const counted = new Set(plans.flatMap(countedIn));
  return (cell) => counted.has(cell);
}

function countedIn({ cells, chosenBy, guessed = [], beside = [] }: Chosen): readonly string[] {
  if (chosenBy === 'default') return [];
  const shown = new Set([...guessed.flatMap((guess) => guess.cells), ...beside]);
  return cells.map(cellId).filter((cell) => !shown.has(cell));
}
