import { describe, expect, it } from '@jest/globals';
import { DEVICES } from '../../src/domain/device.ts';
import { deviceExhaustion } from '../../src/sweep/device-weather.ts';
import { judge } from '../../src/sweep/judge.ts';
import { classify } from '../../src/sweep/reasons.ts';
import { exhaustion } from '../../src/sweep/weather.ts';

const ASYNC =
  'CUDA kernel errors might be asynchronously reported at some other API call, so the stacktrace below might be incorrect.\nFor debugging consider passing CUDA_LAUNCH_BLOCKING=1.\nCompile with `TORCH_USE_CUDA_DSA` to enable device-side assertions.\n';

type Case = readonly [type: string, message: string, reason: string];

/** Messages as users of torch have met them, over its releases; behind some the report that has it. */
const WEATHER: readonly Case[] = [
  [
    'RuntimeError',
    'CUDA out of memory. Tried to allocate 1024.00 KiB (GPU 0; 11.17 GiB total capacity; 10.90 GiB already allocated; 576.00 KiB free; 30.96 MiB cached)',
    'out of memory on the card',
  ],
  [
    'OutOfMemoryError',
    'CUDA out of memory. Tried to allocate 22.00 MiB. GPU 0 has a total capacity of 23.65 GiB of which 11.06 MiB is free. Including non-PyTorch memory, this process has 23.60 GiB memory in use.',
    'out of memory on the card',
  ],
  ['RuntimeError', `CUDA error: out of memory\n${ASYNC}`, 'out of memory on the card'],
  [
    'RuntimeError',
    'CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`',
    'out of memory on the card',
  ],
  [
    'RuntimeError',
    'CUDA error: CUBLAS_STATUS_NOT_INITIALIZED when calling `cublasCreate(handle)`',
    'the card did not start',
  ],
  ['RuntimeError', `CUDA error: uncorrectable ECC error encountered\n${ASYNC}`, 'memory of the card is damaged'],
  ['RuntimeError', `CUDA error: all CUDA-capable devices are busy or unavailable\n${ASYNC}`, 'the card is busy'],
  ['RuntimeError', `CUDA error: CUDA-capable device(s) is/are busy or unavailable\n${ASYNC}`, 'the card is busy'],
  [
    'RuntimeError',
    'cuda runtime error (46) : all CUDA-capable devices are busy or unavailable at THCStorage.cu:66',
    'the card is busy',
  ],
  [
    'RuntimeError',
    'The NVIDIA driver on your system is too old (found version 11040). Please update your GPU driver by downloading and installing a new version from the URL: http://www.nvidia.com/Download/index.aspx',
    'the driver does not fit',
  ],
  [
    'RuntimeError',
    'Unexpected error from cudaGetDeviceCount(). Did you run some cuda functions before calling NumCudaDevices() that might have already set an error? Error 804: forward compatibility was attempted on non supported HW',
    'the driver does not fit',
  ],
  [
    'RuntimeError',
    'Unexpected error from cudaGetDeviceCount(). Did you run some cuda functions before calling NumCudaDevices() that might have already set an error? Error 802: system not yet initialized',
    'the card did not start',
  ],
  [
    'RuntimeError',
    'Found no NVIDIA driver on your system. Please check that you have an NVIDIA GPU',
    'the driver does not fit',
  ],
  ['RuntimeError', `CUDA error: unknown error\n${ASYNC}`, 'the card is lost'],
  ['RuntimeError', `CUDA error: no CUDA-capable device is detected\n${ASYNC}`, 'the card is lost'],
  ['RuntimeError', `CUDA error: invalid device ordinal\n${ASYNC}`, 'the card is lost'],
  [
    'NVMLError',
    'Unable to determine the device handle for GPU 0000:02:00.0: GPU is lost.  Reboot the system to recover this GPU',
    'the card is lost',
  ],
  ['RuntimeError', 'NVRM: Xid (PCI:0000:02:00): 79, GPU has fallen off the bus.', 'the card is lost'],
  // fal-ai/fal#478, pytorch/pytorch#122068
  [
    'RuntimeError',
    'NVML_SUCCESS == r INTERNAL ASSERT FAILED at "../c10/cuda/CUDACachingAllocator.cpp":830, please report a bug to PyTorch.',
    'out of memory on the card',
  ],
  // pytorch/pytorch#112950: gone after a restart of the machine
  [
    'RuntimeError',
    'NVML_SUCCESS == DriverAPI::get()->nvmlInit_v2_() INTERNAL ASSERT FAILED at "../c10/cuda/CUDACachingAllocator.cpp":1123, please report a bug to PyTorch.',
    'the driver does not fit',
  ],
  ['RuntimeError', 'No CUDA GPUs are available', 'the card is lost'],
  [
    'RuntimeError',
    'CUDA unknown error - this may be due to an incorrectly set up environment, e.g. changing env variable CUDA_VISIBLE_DEVICES after program start. Setting the available devices to be zero.',
    'the card is lost',
  ],
  // ostris/ai-toolkit#470, as torch writes it since 2.8
  [
    'AcceleratorError',
    "CUDA error: uncorrectable ECC error encountered Search for `cudaErrorECCUncorrectable' in https://docs.nvidia.com/cuda/cuda-runtime-api/group__CUDART__TYPES.html for more information.",
    'memory of the card is damaged',
  ],
  // NVIDIA/semantic-segmentation#33
  [
    'RuntimeError',
    'cuda runtime error (39) : uncorrectable ECC error encountered at /pytorch/aten/src/THC/THCCachingHostAllocator.cpp:265',
    'memory of the card is damaged',
  ],
  // microsoft/WSL#9938, NVIDIA/nvidia-docker#1730
  ['RuntimeError', 'Failed to initialize NVML: GPU access blocked by the operating system', 'the driver does not fit'],
  ['NVMLError', 'Failed to initialize NVML: Unknown Error', 'the driver does not fit'],
  ['RuntimeError', `CUDA error: the launch timed out and was terminated\n${ASYNC}`, 'the driver stopped a kernel'],
];

const TOO_OLD: readonly Case[] = [
  [
    'RuntimeError',
    `CUDA error: no kernel image is available for execution on the device\n${ASYNC}`,
    'needs a newer card',
  ],
  [
    'ValueError',
    'FP8 quantized models is only supported on GPUs with compute capability >= 8.9 (e.g 4090/H100), actual = `7.5`',
    'needs a newer card',
  ],
  [
    'UserWarning',
    'NVIDIA A100-PCIE-40GB with CUDA capability sm_80 is not compatible with the current PyTorch installation.',
    'needs a newer card',
  ],
];

const TOO_OLD_FOR: readonly Case[] = [
  // Dao-AILab/flash-attention#762
  ['RuntimeError', 'FlashAttention only supports Ampere GPUs or newer.', 'needs a newer card'],
  // pytorch/pytorch#6515
  [
    'UserWarning',
    'Found GPU0 GeForce 820M which is of cuda capability 2.1. PyTorch no longer supports this GPU because it is too old.',
    'needs a newer card',
  ],
  [
    'ValueError',
    "Your setup doesn't support bf16/gpu. You need torch>=1.10, using Ampere GPU with cuda>=11.0",
    'needs a newer card',
  ],
  [
    'OutOfResources',
    'out of resource: shared memory, Required: 147456, Hardware limit: 101376. Reducing block sizes or `num_stages` may help.',
    'needs a newer card',
  ],
];

const CODE: readonly Case[] = [
  ['RuntimeError', `CUDA error: device-side assert triggered\n${ASYNC}`, 'assertion on the card'],
  [
    'RuntimeError',
    `CUDA error: an illegal memory access was encountered\n${ASYNC}`,
    'access outside of memory on the card',
  ],
  ['RuntimeError', `CUDA error: unspecified launch failure\n${ASYNC}`, 'kernel failed on the card'],
  [
    'AcceleratorError',
    "CUDA error: unspecified launch failure\nSearch for `cudaErrorLaunchFailure' in https://docs.nvidia.com for more information.",
    'kernel failed on the card',
  ],
  [
    'RuntimeError',
    'Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!',
    'RuntimeError',
  ],
  ['AttributeError', "'Transaction' object has no attribute 'xid'", 'attribute gone'],
];

function judged(type: string, message: string, device = DEVICES.cuda, cell = 'lora/none/llama/causal-lm') {
  const failure = { stage: 'train' as const, kind: 'raised' as const, type, message, frames: [], causes: [type] };
  const record = { kind: 'cell' as const, cell, ended: 'exit', stages: {}, failures: [failure], facts: {} };
  return judge(record, { device });
}

describe('an error on a card', () => {
  it.each(WEATHER)('of the card or its driver is weather: %s: %s', (type, message, reason) => {
    expect(classify(type, message, [type], DEVICES.cuda)).toEqual({ reason, means: 'weather' });
    expect(judged(type, message)).toMatchObject({ outcome: 'inconclusive', reason });
  });

  it.each([...TOO_OLD, ...TOO_OLD_FOR])(
    'that a newer card would not raise is skipped: %s: %s',
    (type, message, reason) => {
      expect(judged(type, message)).toMatchObject({ outcome: 'skipped', reason });
    },
  );

  it.each(CODE)('of code is a failure: %s: %s', (type, message, reason) => {
    expect(judged(type, message)).toMatchObject({ outcome: 'fail', reason });
  });

  it('says nothing of a card where cells run on the processor', () => {
    const damaged = 'CUDA error: uncorrectable ECC error encountered';
    expect(classify('RuntimeError', damaged, [], DEVICES.cpu).means).toBe('defect');
    expect(classify('RuntimeError', 'CUDA error: device-side assert triggered', [], DEVICES.cpu).reason).toBe(
      'RuntimeError',
    );
  });

  it('that asks for a GPU is a failure where there is one', () => {
    const cell = 'lora/bnb-nf4/llama/causal-lm';
    expect(judged('RuntimeError', 'No GPU found. A GPU is needed for quantization.', DEVICES.cuda, cell).outcome).toBe(
      'fail',
    );
  });
});

describe('the last words of a process that aborted on a card', () => {
  const frames =
    'Exception raised from query at ../aten/src/ATen/cuda/CUDAEvent.h\nframe #0: c10::Error\nframe #1: x\n';

  it('tell of the card above the frames', () => {
    const what = (message: string) =>
      `terminate called after throwing an instance of 'c10::Error'\n  what():  ${message}\n`;
    const damaged = `${what('CUDA error: uncorrectable ECC error encountered')}${ASYNC}${frames}`;
    expect(exhaustion(damaged)).toBe('memory of the card is damaged');
    expect(deviceExhaustion(`${what('CUDA error: device-side assert triggered')}${frames}`)).toBeUndefined();
    expect(deviceExhaustion('uncorrectable ECC error encountered, said a warning long ago')).toBeUndefined();
  });
});
