import { cellId } from '../domain/cell.ts';
import type { Plan } from '../plan/plan.ts';

type Chosen = Pick<Plan, 'cells' | 'chosenBy'> & { readonly guessed?: Plan['guessed'] | undefined };

/** Which cells may fail a check: those that the code surely uses or that somebody named. Defaults and guesses are shown only. */
export function cellsThatCount(plans: readonly Chosen[]): (cell: string) => boolean {
  const counted = new Set(plans.flatMap(countedIn));
  return (cell) => counted.has(cell);
}

function countedIn({ cells, chosenBy, guessed = [] }: Chosen): readonly string[] {
  if (chosenBy === 'default') return [];
  const guesses = new Set(guessed.flatMap((guess) => guess.cells));
  return cells.map(cellId).filter((cell) => !guesses.has(cell));
}
