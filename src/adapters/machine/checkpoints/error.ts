/** A checkpoint of the user's own is not what can be measured. Ends none of the others: it becomes the row of its cells. */
export class CheckpointError extends Error {
  /** `reason` in two or three words, `message` a sentence with the numbers and with what to do. */
  constructor(
    readonly reason: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'CheckpointError';
  }
}
