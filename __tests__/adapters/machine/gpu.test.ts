import { describe, expect, it } from '@jest/globals';
import { cardsNow, deviceInWords, deviceProblems, openDevice } from '../../../src/adapters/machine/devices.ts';
import { findCards } from '../../../src/adapters/machine/gpu.ts';
import { A100, another, withTool } from '../../factories/driver-tool.ts';

const NO_TOOL = { PATH: '/nowhere' };
const SLICED = A100.replace('Disabled', 'Enabled');
/** As the tool lists a card that is cut into slices. */
const SLICES = `GPU 0: NVIDIA A100-SXM4-80GB (UUID: GPU-7fdaf0a5-179b-f636-d15d-daf243e3ff16)
  MIG 1g.10gb     Device  0: (UUID: MIG-feb88891-0321-5fef-9c87-d4af3b54259e)
  MIG 1g.10gb     Device  1: (UUID: MIG-a25704ba-3a06-5299-a795-fd7cf4d13973)`;

async function whyNot(environment: Readonly<Record<string, string>>): Promise<string> {
  const found = await findCards(environment);
  return 'why' in found ? found.why : 'there is a card';
}

/** What is opened, in words, and what was said on the way. */
async function opened(choice: 'auto' | 'cuda' | 'cpu' | undefined, environment: Readonly<Record<string, string>>) {
  const said: string[] = [];
  const { device, cards } = await openDevice(choice, environment, (line) => said.push(line));
  return { name: device.name, words: deviceInWords({ device, cards }), uuids: cards.map(({ uuid }) => uuid), said };
}

describe('cards, as the driver tells of them', () => {
  it('have a name, memory, capability and driver', async () => {
    expect(await findCards(withTool({ query: A100 }))).toEqual({
      cards: [
        {
          uuid: 'GPU-7fdaf0a5-179b-f636-d15d-daf243e3ff16',
          index: 0,
          name: 'NVIDIA A100-SXM4-80GB',
          driver: '535.216.01',
          capability: '8.0',
          memoryBytes: 81920 * 1024 ** 2,
          freeBytes: 81037 * 1024 ** 2,
          bus: '00000000:07:00.0',
          isSlice: false,
        },
      ],
    });
  });

  it('are known to a driver that does not tell the capability', async () => {
    const query = A100.replace(', 8.0', '');
    const found = await findCards(withTool({ query, without: 'compute_cap' }));
    expect(found).toMatchObject({ cards: [{ driver: '535.216.01' }] });
    expect(JSON.stringify(found)).not.toContain('capability');
  });

  it('are told of in part where a driver gives no number', async () => {
    const found = await findCards(
      withTool({ query: A100.replace('81920', '[N/A]').replace('8.0', '[Not Supported]') }),
    );
    expect(found).toMatchObject({ cards: [{ memoryBytes: undefined, capability: undefined }] });
  });

  it('that are cut into slices stand back behind these', async () => {
    const { words, uuids } = await opened('cuda', withTool({ query: SLICED, list: SLICES }));
    expect(uuids).toEqual(['MIG-feb88891-0321-5fef-9c87-d4af3b54259e', 'MIG-a25704ba-3a06-5299-a795-fd7cf4d13973']);
    expect(words).toBe('2 x NVIDIA A100-SXM4-80GB MIG 1g.10gb, compute capability 8.0, driver 535.216.01');
  });

  it.each([
    ['by number', '1', [1]],
    ['by identifier', 'GPU-7fdaf0a2-179b-f636-d15d-daf243e3ff16', [2]],
    ['by the start of one', 'GPU-7fdaf0a2', [2]],
    ['several', '0,2', [0, 2]],
  ])('are those that the surroundings name: %s', async (_how, named, wanted) => {
    const query = [A100, another(1), another(2)].join('\n');
    const found = await findCards({ ...withTool({ query }), CUDA_VISIBLE_DEVICES: named });
    expect('cards' in found && found.cards.map(({ index }) => index)).toEqual(wanted);
  });

  it.each([
    ['there is no tool', NO_TOOL, 'Install the driver'],
    ['there is no card', withTool({ trouble: ['No devices were found', 6] }), 'docker run --gpus all'],
    ['there is no line', withTool({}), 'docker run --gpus all'],
    [
      'the driver does not run',
      withTool({
        trouble: [
          "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.",
          9,
        ],
      }),
      'modprobe nvidia',
    ],
    [
      'the driver was updated',
      withTool({ trouble: ['Failed to initialize NVML: Driver/library version mismatch', 18] }),
      'Restart the machine',
    ],
    [
      'a card is lost',
      withTool({
        trouble: [
          'Unable to determine the device handle for GPU 0000:02:00.0: GPU is lost.  Reboot the system to recover this GPU',
          15,
        ],
      }),
      'no longer answers',
    ],
    ['something else is wrong', withTool({ trouble: ['odd', 3] }), 'ended with status 3: odd. Run it by hand.'],
    ['all refuse work', withTool({ query: A100.replace('Default', 'Prohibited') }), 'nvidia-smi -c DEFAULT'],
    ['a sliced one has no slice', withTool({ query: SLICED, list: SLICES.split('\n')[0] ?? '' }), 'has none'],
    ['none is visible', { ...withTool({ query: A100 }), CUDA_VISIBLE_DEVICES: '' }, 'Unset it'],
  ])('cannot be used where %s, and what to do is said', async (_what, environment, says) => {
    expect(await whyNot(environment)).toContain(says);
  });
});

describe('the device that is asked for', () => {
  it('is the processor where nobody asks, though there is a card', async () => {
    expect(await opened(undefined, withTool({ query: A100 }))).toMatchObject({ name: 'cpu', words: 'CPU', said: [] });
  });

  it('is a card for `auto` where one can be used', async () => {
    expect(await opened('auto', withTool({ query: A100 }))).toMatchObject({
      name: 'cuda',
      words: 'NVIDIA A100-SXM4-80GB, 80 GiB, compute capability 8.0, driver 535.216.01',
    });
  });

  it('is the processor for `auto` where none can be, which is said if there is a driver', async () => {
    expect(await opened('auto', NO_TOOL)).toMatchObject({ name: 'cpu', said: [] });
    const broken = withTool({ trouble: ['No devices were found', 6] });
    expect(await opened('auto', broken)).toMatchObject({
      name: 'cpu',
      said: [expect.stringContaining('`auto` is the CPU: The driver sees no card.')],
    });
  });

  it('ends the run for `cuda` where none can be', async () => {
    await expect(opened('cuda', NO_TOOL)).rejects.toMatchObject({
      name: 'UserError',
      lines: [expect.stringMatching(/^Device `cuda` cannot be used here\. .*Install the driver, start/)],
    });
  });

  it('is cards of one kind, and the others are named', async () => {
    const query = [another(0, { 'A100-SXM4-80GB': 'A10G' }), another(1), another(2)].join('\n');
    const { words, said } = await opened('cuda', withTool({ query }));
    expect(words).toMatch(/^2 x NVIDIA A100/);
    expect(said).toEqual([expect.stringContaining('Not used: NVIDIA A10G')]);
  });

  it('loses a card that vanishes, and all of them where the driver is gone', async () => {
    const { cards } = await openDevice('cuda', withTool({ query: [A100, another(1)].join('\n') }), () => undefined);
    const left = await cardsNow({ cards, environment: withTool({ query: another(1) }) });
    expect(left.map(({ index }) => index)).toEqual([1]);
    expect(await cardsNow({ cards, environment: NO_TOOL })).toEqual([]);
  });
});

describe('what keeps cells from a card', () => {
  it('is nothing on the CPU', () => {
    expect(deviceProblems({ cards: [], noCard: undefined })).toEqual([]);
  });

  it('is why there is none, where one is only planned for', async () => {
    const { noCard } = await openDevice('cuda', NO_TOOL, () => undefined, true);
    expect(deviceProblems({ cards: [], noCard })).toEqual([expect.stringMatching(/nvidia-smi.*is not here/)]);
  });

  it('is work of others on it, and nodes that are not there', async () => {
    const busy = another(1, { ' 81037': ' 1037' });
    const { cards } = await openDevice('cuda', withTool({ query: [A100, busy].join('\n') }), () => undefined);
    const problems = deviceProblems({ cards, noCard: undefined }, '/nowhere');
    expect(problems).toHaveLength(4);
    expect(problems.at(-1)).toMatch(/A100-SXM4-80GB 1 has little memory free: another program uses it/);
  });
});
