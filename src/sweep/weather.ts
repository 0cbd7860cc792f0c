/**
 * What an error says of the machine instead of the libraries. A verdict needs an error that is known to be one of code;
 * all that is not known is weather.
 */

import { own } from '../domain/own.ts';
import { deviceExhaustion } from './device-weather.ts';

/** What is known of an exception besides its message: `NAME` of each class and `OSError:ERRNO` along its chain of causes. */
export type Causes = readonly string[];

const MEMORY = 'out of memory';
const DISK = 'disk full';
const FILES = 'too many open files';
const THREADS = 'too many threads or processes';
const NETWORK = 'no network in probes';
const ACCESS = 'not readable or writable in the probe';
const DEVICE = 'input or output failed';
const COMPILER = 'no compiler on this machine';

/** errno(3), by the name that Python gives it. */
const ERRNO: Readonly<Record<string, string>> = {
  ENOMEM: MEMORY,
  ENOSPC: DISK,
  EDQUOT: DISK,
  EFBIG: DISK,
  EMFILE: FILES,
  ENFILE: FILES,
  EAGAIN: THREADS,
  ECHILD: THREADS,
  ENETUNREACH: NETWORK,
  ENETDOWN: NETWORK,
  EHOSTUNREACH: NETWORK,
  ECONNREFUSED: NETWORK,
  ECONNRESET: NETWORK,
  ECONNABORTED: NETWORK,
  ETIMEDOUT: NETWORK,
  EADDRNOTAVAIL: NETWORK,
  EACCES: ACCESS,
  EPERM: ACCESS,
  EROFS: ACCESS,
};

/** System errors that code makes by asking for what is not there. */
const ERRNO_OF_CODE = new Set([
  'ENOENT',
  'ENOTDIR',
  'EISDIR',
  'EEXIST',
  'EINVAL',
  'ENOTEMPTY',
  'ENAMETOOLONG',
  'ENOSYS',
]);

/** Exceptions of Python that only the machine or its user raises. */
const TYPES: Readonly<Record<string, string>> = {
  MemoryError: MEMORY,
  HandoverUnreadable: ACCESS,
  TimeoutError: NETWORK,
  ConnectionError: NETWORK,
  ConnectTimeout: NETWORK,
  ReadTimeout: NETWORK,
  OfflineModeIsEnabled: NETWORK,
  LocalEntryNotFoundError: NETWORK,
  InvalidCxxCompiler: COMPILER,
  BlockingIOError: THREADS,
  BrokenPipeError: DEVICE,
  InterruptedError: DEVICE,
  SystemExit: 'ended by itself',
  KeyboardInterrupt: 'ended by itself',
  GeneratorExit: 'ended by itself',
};

/** The same in words, where a native library or a wrapper kept nothing else. */
const MESSAGES: readonly (readonly [RegExp, string])[] = [
  [
    /can(?:'t|not) allocate memory|(?:not enough|out of|unable to allocate) .{0,20}(?:memory|bytes)|memory allocation|bad_alloc|malloc failed|mmap failed|failed to map segment|MemoryError/i,
    MEMORY,
  ],
  [/killed by signal: killed/i, MEMORY],
  [/find C compiler|working C\+\+ compiler/i, COMPILER],
  [/\b(?:os error|errno|error code:?) 12\b/i, MEMORY],
  [/no space left|disk quota exceeded|file too large|\b(?:os error|errno) (?:27|28|122)\b/i, DISK],
  [/iostream error|failed writing file|unable to (?:write|mmap|open shared memory)|short write/i, DISK],
  [/too many open files|\b(?:os error|errno) (?:23|24)\b/i, FILES],
  [
    /can't start new thread|cannot create thread|resource temporarily unavailable|pthread_create|thread creation failed|code: 11\b/i,
    THREADS,
  ],
  [/\b(?:os error|errno) 11\b/i, THREADS],
  [
    /network is unreachable|name resolution|max retries exceeded|couldn't connect to|connection (?:refused|reset)/i,
    NETWORK,
  ],
  [/permission denied|read-only file system|\b(?:os error|errno) (?:1|13|30)\b/i, ACCESS],
  [/input\/output error|stale file handle|transport endpoint|\b(?:os error|errno) (?:5|116)\b/i, DEVICE],
];

/** What the dynamic loader says of a library that does not fit, as against one that could not be read now. */
const MISFIT =
  /undefined symbol|cannot open shared object file: No such file|version [`'].*not found|not defined in file|executable stack|static TLS|\b(?:invalid|wrong) ELF\b/;
const LOADER = /\.so(?:\.\d+)*: /;

/** The name of the weather that an error tells of, or undefined where the error is one of code. */
export function weatherOf(type: string, message: string, causes: Causes): string | undefined {
  for (const cause of [type, ...causes]) {
    const [name = '', errno] = cause.split(':');
    const known =
      errno === undefined ? own(TYPES, name) : (own(ERRNO, errno) ?? (ERRNO_OF_CODE.has(errno) ? undefined : DEVICE));
    if (known !== undefined) return known;
  }
  const isOfLoader = LOADER.test(message);
  if (isOfLoader && MISFIT.test(message)) return undefined;
  return saidIn(message, MESSAGES) ?? (isOfLoader ? DEVICE : undefined);
}

/** What ran out, as far as the last words of a process that crashed tell: warnings of other things came before. */
export function exhaustion(output: string): string | undefined {
  const last = output.trimEnd().split('\n').slice(-3).join('\n');
  const ofMachine = MESSAGES.filter(([, what]) => [MEMORY, THREADS, DISK].includes(what));
  return saidIn(last, ofMachine) ?? deviceExhaustion(output);
}

function saidIn(text: string, messages: typeof MESSAGES): string | undefined {
  return messages.find(([pattern]) => pattern.test(text))?.[1];
}
