import { describe, expect, it } from '@jest/globals';
import { classify } from '../../src/sweep/reasons.ts';
import { exhaustion } from '../../src/sweep/weather.ts';

type Case = readonly [type: string, message: string, causes: readonly string[], reason: string];

/** Messages as Python, torch, safetensors, the dynamic loader and uv write them. */
const WEATHER: readonly Case[] = [
  ['ImportError', '/srv/self-hosted/x/libtorch_cpu.so: file too short', ['ImportError'], 'input or output failed'],
  ['RuntimeError', 'unable to allocate 1024 bytes', ['RuntimeError'], 'out of memory'],
  ['RuntimeError', '[enforce fail at CPUAllocator.cpp:68] . mmap failed', ['RuntimeError'], 'out of memory'],
  ['RuntimeError', 'DataLoader worker (pid 42) is killed by signal: Killed.', ['RuntimeError'], 'out of memory'],
  [
    'RuntimeError',
    'Failed to find C compiler. Please specify via CC environment variable',
    ['RuntimeError'],
    'no compiler on this machine',
  ],
  [
    'LocalEntryNotFoundError',
    'outgoing traffic has been disabled',
    ['LocalEntryNotFoundError'],
    'no network in probes',
  ],
  ['MemoryError', '', ['MemoryError'], 'out of memory'],
  [
    'RuntimeError',
    "[enforce fail at alloc_cpu.cpp:118] DefaultCPUAllocator: can't allocate memory: you tried to allocate 64 bytes. Error code 12 (Cannot allocate memory)",
    ['RuntimeError'],
    'out of memory',
  ],
  ['ImportError', '/x/libtorch_cpu.so: failed to map segment from shared object', ['ImportError'], 'out of memory'],
  ['ImportError', '/x/lib.so: cannot read file data: Input/output error', ['ImportError'], 'input or output failed'],
  [
    'ImportError',
    'libgomp.so.1: cannot open shared object file: Too many open files',
    ['ImportError'],
    'too many open files',
  ],
  ['OSError', '[Errno 24] Too many open files', ['OSError:EMFILE'], 'too many open files'],
  [
    'RuntimeError',
    'Failed to import transformers.models.llama because of the following error',
    ['RuntimeError', 'OSError:EMFILE'],
    'too many open files',
  ],
  [
    'SafetensorError',
    'Error while serializing: I/O error: No space left on device (os error 28)',
    ['SafetensorError'],
    'disk full',
  ],
  [
    'SafetensorError',
    'Error while serializing: IoError(Os { code: 28, kind: StorageFull })',
    ['SafetensorError', 'OSError:ENOSPC'],
    'disk full',
  ],
  [
    'RuntimeError',
    '[enforce fail at inline_container.cc:595] PytorchStreamWriter failed writing file data/0: file write failed',
    ['RuntimeError'],
    'disk full',
  ],
  ['OSError', 'Unable to load weights from the checkpoint file', ['OSError', 'MemoryError'], 'out of memory'],
  ['RuntimeError', "can't start new thread", ['RuntimeError'], 'too many threads or processes'],
  ['OSError', '[Errno 5] Input/output error', ['OSError:EIO'], 'input or output failed'],
  ['OSError', '[Errno 117] Structure needs cleaning', ['OSError:EUCLEAN'], 'input or output failed'],
  [
    'PermissionError',
    "[Errno 13] Permission denied: '/x'",
    ['OSError:EACCES'],
    'not readable or writable in the probe',
  ],
  ['OSError', '[Errno 30] Read-only file system', ['OSError:EROFS'], 'not readable or writable in the probe'],
  ['gaierror', '[Errno -3] Temporary failure in name resolution', ['OSError:-3'], 'input or output failed'],
  ['ConnectionError', 'x', ['ConnectionError'], 'no network in probes'],
  ['TimeoutError', '', ['TimeoutError'], 'no network in probes'],
  ['SystemExit', '1', ['SystemExit'], 'ended by itself'],
  ['KeyboardInterrupt', '', ['KeyboardInterrupt'], 'ended by itself'],
  [
    'HandoverUnreadable',
    'logits.json: Expecting value',
    ['HandoverUnreadable', 'JSONDecodeError'],
    'not readable or writable in the probe',
  ],
];

/** Last words of processes that died by SIGABRT or SIGSEGV. */
const LAST_WORDS: readonly (readonly [string, string | undefined])[] = [
  ['memory allocation of 1048576 bytes failed', 'out of memory'],
  ['LLVM ERROR: Unable to allocate section memory!', 'out of memory'],
  ['OpenBLAS error: Memory allocation still failed after 10 retries', 'out of memory'],
  ['Fatal Python error: Cannot recover from MemoryErrors', 'out of memory'],
  ['ThreadPoolBuildError { kind: IOError(Os { code: 11, kind: WouldBlock }) }', 'too many threads or processes'],
  ['Fatal glibc error: cannot create thread', 'too many threads or processes'],
  ['warning: could not write /usr/share/x: Permission denied\nSegmentation fault', undefined],
  ['out of memory once\na\nb\nc\nSegmentation fault', undefined],
];

const CODE: readonly Case[] = [
  [
    'ImportError',
    '/x/libfoo.so: symbol ZSTD_x, version V not defined in file libzstd.so.1 with link time reference',
    ['ImportError'],
    'import refused',
  ],
  [
    'ImportError',
    '/x/lib.so: cannot enable executable stack as shared object requires: Invalid argument',
    ['ImportError'],
    'import refused',
  ],
  ['ImportError', '/x/libgomp.so.1: cannot allocate memory in static TLS block', ['ImportError'], 'import refused'],
  ['RuntimeError', 'operation not permitted when an adapter is merged', ['RuntimeError'], 'RuntimeError'],
  ['PermissionError', 'this model is gated', ['PermissionError'], 'PermissionError'],
  ['KeyError', "'past_key_values'", ['KeyError'], 'KeyError'],
  ['AttributeError', "'DynamicCache' object has no attribute 'key_cache'", ['AttributeError'], 'attribute gone'],
  [
    'ImportError',
    "cannot import name 'HybridCache' from 'transformers' (/x/__init__.py)",
    ['ImportError'],
    'name cannot be imported',
  ],
  ['ImportError', '/x/lib.so: undefined symbol: _ZN2at', ['ImportError'], 'import refused'],
  ['OSError', 'libcudart.so.11.0: cannot open shared object file: No such file or directory', ['OSError'], 'OSError'],
  [
    'ImportError',
    "/lib/libm.so.6: version `GLIBC_2.38' not found (required by /x.so)",
    ['ImportError'],
    'import refused',
  ],
  [
    'FileNotFoundError',
    "[Errno 2] No such file or directory: '/x/adapter_config.json'",
    ['OSError:ENOENT'],
    'FileNotFoundError',
  ],
  ['OSError', '/x does not appear to have a file named config.json', ['OSError'], 'OSError'],
  [
    'RuntimeError',
    'The size of tensor a (6) must match the size of tensor b (11) at non-singleton dimension 1',
    ['RuntimeError'],
    'shapes differ',
  ],
  ['ModuleNotFoundError', "No module named 'triton.ops'", ['ModuleNotFoundError'], 'needs another torch'],
];

describe('what an error tells of', () => {
  it.each(WEATHER)('weather: %s: %s %j', (type, message, causes, reason) => {
    expect(classify(type, message, causes)).toEqual({ reason, means: 'weather' });
  });

  it.each(CODE)('code: %s: %s', (type, message, causes, reason) => {
    const { reason: said, means } = classify(type, message, causes);
    expect(said).toBe(reason);
    expect(means).not.toBe('weather');
  });

  it.each(LAST_WORDS)('a crash after: %j', (output, what) => {
    expect(exhaustion(output)).toBe(what);
  });

  it('is not led astray by names that every object has', () => {
    expect(classify('constructor', 'x', ['constructor']).means).toBe('defect');
    expect(classify('E', 'x', ['OSError:toString']).means).toBe('weather');
  });
});
