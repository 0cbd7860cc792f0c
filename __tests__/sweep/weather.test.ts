import { describe, expect, it } from '@jest/globals';
import { classify } from '../../src/sweep/reasons.ts';

type Case = readonly [type: string, message: string, causes: readonly string[], reason: string];

/** Messages as Python, torch, safetensors, the dynamic loader and uv write them. */
const WEATHER: readonly Case[] = [
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

const CODE: readonly Case[] = [
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

  it('is not led astray by names that every object has', () => {
    expect(classify('constructor', 'x', ['constructor']).means).toBe('defect');
    expect(classify('E', 'x', ['OSError:toString']).means).toBe('weather');
  });
});
