/** A graphics card, or a slice of one, as the driver tells of it. */
export interface Card {
  /** As `CUDA_VISIBLE_DEVICES` takes it: `GPU-…`, of a slice `MIG-…`. */
  readonly uuid: string;
  /** Its number in the driver's order; slices have that of their card. */
  readonly index: number;
  /** Of a slice with its profile behind: `NVIDIA A100-SXM4-80GB MIG 1g.10gb`. */
  readonly name: string;
  readonly driver: string;
  /** Compute capability, e.g. `8.0`; absent where the driver does not tell. */
  readonly capability?: string | undefined;
  /** Absent for slices, whose profile says it. */
  readonly memoryBytes?: number | undefined;
  readonly freeBytes?: number | undefined;
  /** Address on the bus, e.g. `00000000:07:00.0`. */
  readonly bus?: string | undefined;
  readonly isSlice: boolean;
}

/** What results depend on of a card, in words: equal for cards that measure alike. */
export function kindOf({ name, memoryBytes, capability, driver }: Card): string {
  const parts = [name];
  if (memoryBytes !== undefined) parts.push(`${Math.round(memoryBytes / 1024 ** 3)} GiB`);
  if (capability !== undefined) parts.push(`compute capability ${capability}`);
  return [...parts, `driver ${driver}`].join(', ');
}

/** The cards of the kind that there are most of, the first where two are equal: one sweep measures on one kind. */
export function ofOneKind(cards: readonly Card[]): readonly Card[] {
  const kinds = new Map<string, Card[]>();
  for (const card of cards) kinds.set(kindOf(card), [...(kinds.get(kindOf(card)) ?? []), card]);
  return [...kinds.values()].toSorted((left, right) => right.length - left.length)[0] ?? [];
}

/** The same for a report: `2 x NVIDIA A10G, 22 GiB, compute capability 8.6, driver 550.54`. */
export function cardsInWords(cards: readonly Card[]): string {
  const [first] = cards;
  if (first === undefined) return 'no card';
  return cards.length === 1 ? kindOf(first) : `${cards.length} x ${kindOf(first)}`;
}
