/** What an error that reached the top means: the one place that turns errors into exit statuses. Pure. */
import { STATUS, type Status } from './domain/status.ts';
import { Refused, UserError, WeatherError } from './errors.ts';

export interface Failure {
  readonly status: Status;
  readonly lines: readonly string[];
  /** What a log keeps of a defect of ours: message, stack and causes. */
  readonly log?: string;
}

/** This machine's own limits, by the code that the system gives them. */
const LIMITS: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full. Free some space, or run `peft-sweep clean`',
  EDQUOT: 'Your disk quota is used up. Free some space, or run `peft-sweep clean`',
  EMFILE: 'Too many files are open at once. Raise the limit (`ulimit -n 1024`), or use fewer --jobs',
  ENFILE: 'This machine has too many files open. Close other programs, or use fewer --jobs',
  ENOMEM: 'This machine has no memory left. Close other programs, or use fewer --jobs',
  ERR_WORKER_OUT_OF_MEMORY: 'This machine has no memory left. Close other programs, or use fewer --jobs',
  EAGAIN:
    'This machine cannot start another process. Close other programs, raise the limit (`ulimit -u`), or use fewer --jobs',
  EIO: 'The disk cannot be read or written. Check it',
  EACCES: 'A file may not be read or written. Check who owns it, and its permissions',
  EPERM: 'The system does not permit an operation. Check who owns the file, and its permissions',
  EROFS: 'A folder is on a read-only file system. Name another with --out or PEFT_SWEEP_CACHE',
};

export function failureOf(error: unknown, isInterrupted: boolean): Failure {
  const known = knownFailure(error);
  if (isInterrupted && known !== undefined)
    return {
      status: STATUS.interrupted,
      lines: ['Interrupted. What was measured is kept, and the next run goes on from there.'],
    };
  if (known !== undefined) return known;
  return {
    status: STATUS.defect,
    lines: [`This is a defect of peft-sweep: ${messageOf(error)}.`.replace(/([.!?])\.$/, '$1')],
    log: stackOf(error),
  };
}

/** The sentence about a limit of this machine that an error of the system stands for. */
export function limitOf(error: unknown): string | undefined {
  const { code, path, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  const sentence = code !== undefined && Object.hasOwn(LIMITS, code) ? LIMITS[code] : undefined;
  const where = typeof path === 'string' && !syscall?.startsWith('spawn') ? ` It is about \`${path}\`.` : '';
  return sentence && `${sentence} (${code}).${where} What was measured is kept.`;
}

function knownFailure(error: unknown): Failure | undefined {
  if (error instanceof UserError) return { status: STATUS.request, lines: error.lines };
  if (error instanceof WeatherError || error instanceof Refused)
    return { status: STATUS['not-compared'], lines: [error.message] };
  const limit = limitOf(error);
  return limit === undefined ? undefined : { status: STATUS['not-compared'], lines: [limit] };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? messageOf(error);
  return error.cause === undefined ? own : `${own}\ncaused by: ${stackOf(error.cause)}`;
}
