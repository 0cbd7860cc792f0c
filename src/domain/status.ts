/** Exit statuses: contract of the command line and of the action's output `status`. */
export const STATUS = {
  fine: 0,
  /** Something got worse. */
  found: 1,
  /** The request is wrong. */
  request: 2,
  /** Something was not compared, or the world was not as it has to be. */
  'not-compared': 3,
  /** A defect of ours. */
  defect: 70,
  interrupted: 130,
} as const;
export type Status = (typeof STATUS)[keyof typeof STATUS];

/** Of several statuses the one that says most: interrupted, then found, then not compared. */
export function worstOf(statuses: readonly Status[]): Status {
  const { interrupted, found, 'not-compared': notCompared, fine } = STATUS;
  return [interrupted, found, notCompared].find((status) => statuses.includes(status)) ?? fine;
}
