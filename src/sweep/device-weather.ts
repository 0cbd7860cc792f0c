/** What an error tells of a card, its driver or what else runs on it. Asked only where cells run on cards. */

const MEMORY = 'out of memory on the card';
const LOST = 'the card is lost';
const DAMAGED = 'memory of the card is damaged';
const BUSY = 'the card is busy';
const DRIVER = 'the driver does not fit';
const SLOW = 'the driver stopped a kernel';
const NOT_READY = 'the card did not start';

/**
 * In the words of CUDA, its libraries, torch and the driver's tool, as people reported them: the tests name where. The
 * first entry that fits counts.
 */
const WEATHER: readonly (readonly [RegExp, string])[] = [
  [/uncorrectable (?:ECC|NVLink) error|ECC_UNCORRECTABLE|hardware stack error/i, DAMAGED],
  [
    /GPU is lost|fallen off the bus|No CUDA GPUs are available|CUDA unknown error|CUDA error: (?:unknown error|GPU is lost|no CUDA-capable device is detected|invalid device ordinal|external device|device not available)|NVRM: Xid/i,
    LOST,
  ],
  [
    /devices? ?(?:\(s\) )?(?:are|is\/are) busy or unavailable|exclusive[- ](?:thread|process)|compute mode.{0,40}prohibit/i,
    BUSY,
  ],
  [
    /CUDA (?:error: )?out of memory|C(?:UBLAS|UDNN|USPARSE|USOLVER)_STATUS_ALLOC_FAILED|cudaErrorMemoryAllocation|cuda runtime error \(2\)|CUDA_ERROR_OUT_OF_MEMORY|NVML_SUCCESS == r INTERNAL ASSERT FAILED/i,
    MEMORY,
  ],
  [
    /driver on your system is too old|driver version is insufficient|driver\/library version mismatch|forward compatibility was attempted|found no NVIDIA driver|CUDA driver initialization failed|unsupported toolchain|unsupported display driver|driver shutting down|NVML_SUCCESS == DriverAPI|Failed to initialize NVML|GPU access blocked by the operating system/i,
    DRIVER,
  ],
  [/launch timed out and was terminated/i, SLOW],
  [
    /C(?:UBLAS|UDNN|USPARSE|USOLVER)_STATUS_NOT_INITIALIZED|system not yet initialized|CUDA error: initialization error/i,
    NOT_READY,
  ],
];

/** The name of the weather on a card that a message tells of. */
export function deviceWeatherOf(message: string): string | undefined {
  return WEATHER.find(([pattern]) => pattern.test(message))?.[1];
}

/** Last words of a native library that aborts: `what():  CUDA error: …`, above the frames where it was. */
const ABORTED = /what\(\):\s*([^\n]{0,300})/g;

/** The same of the output of a process that aborted. */
export function deviceExhaustion(output: string): string | undefined {
  const last = [...output.matchAll(ABORTED)].at(-1)?.[1];
  return last === undefined ? undefined : deviceWeatherOf(last);
}
