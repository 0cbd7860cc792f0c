/** The lines of results.jsonl, as a sweep writes them and as the next run or the publishing job reads them. */
import { z } from 'zod';
import { Environment, EnvironmentId, EnvironmentRequest } from '../domain/environment.ts';
import type { Immutable } from '../domain/immutable.ts';
import { Result } from '../domain/outcome.ts';
import { ResultKey } from './key.ts';

const RequestKey = z.string().max(4000);

/** Counts up where older lines cannot be read any more: what they say is measured again. */
export const LINES_VERSION = 2;

const RunLine = z.strictObject({
  kind: z.literal('run'),
  schemaVersion: z.literal(LINES_VERSION),
  identity: z.string().max(100_000),
});

const EnvironmentLine = z.strictObject({
  kind: z.literal('environment'),
  /** Whose line it is: two runs that wrote to one file by turns are told apart. */
  run: EnvironmentId.exactOptional(),
  key: RequestKey,
  request: EnvironmentRequest,
  environment: Environment,
});
export type EnvironmentLine = Immutable<z.infer<typeof EnvironmentLine>>;

const ResultLine = z.strictObject({
  kind: z.literal('result'),
  run: EnvironmentId.exactOptional(),
  /** The key of the environment's request that this answers. */
  request: RequestKey,
  key: ResultKey,
  repeat: z.number().int().min(1).max(9),
  result: Result,
});
export type ResultLine = Immutable<z.infer<typeof ResultLine>>;

export const Line = z.discriminatedUnion('kind', [RunLine, EnvironmentLine, ResultLine]);
export type Line = Immutable<z.infer<typeof Line>>;

/** A line as it stands in the file. */
export function lineText(line: Line): string {
  return `${JSON.stringify(line)}\n`;
}

/** A line of our own form, or undefined: the last one of a run that died may be half a line. */
export function parseLine(text: string): Line | undefined {
  try {
    return Line.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
