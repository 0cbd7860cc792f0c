/**
 * Something only the user can put right: shown as it is, without a stack, and ends with status 2. Each line says what
 * happened, why, and what to do next.
 */
export class UserError extends Error {
  readonly lines: readonly string[];

  constructor(lines: string | readonly string[]) {
    const list = typeof lines === 'string' ? [lines] : lines;
    super(list.join('\n'));
    this.name = 'UserError';
    this.lines = list;
  }
}

/** The world was not as it has to be: no network, disk full, index down. Says nothing about the libraries; status 3. */
export class WeatherError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'WeatherError';
  }
}

/** GitHub understood and would not: the token may not, or the thing is not there. Never ends a run: it is said. */
export class Refused extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
    this.name = 'Refused';
  }
}

export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
