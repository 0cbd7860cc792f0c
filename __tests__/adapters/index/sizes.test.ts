import { describe, expect, it } from '@jest/globals';
import { bytesOf, tooLarge } from '../../../src/adapters/index/sizes.ts';

const release = (version: string, bytes?: number) => ({
  version,
  yanked: false,
  hasWheel: true,
  ...(bytes && { bytes }),
});
const catalog = {
  releases: async (name: string) => {
    if (name === 'gone') throw new Error('no such project');
    return [release('1.0', 100), release('2.0', 1000), release('3.0')];
  },
};

describe('the size of an environment', () => {
  it('is the sum of what the index says about the locked versions', async () => {
    expect(await bytesOf({ a: '1.0', b: '2.0.0', c: '3.0', gone: '1.0' }, catalog)).toBe(1100);
  });

  it('has a limit, with the reason when it is passed', () => {
    expect(tooLarge(4e9)).toBeUndefined();
    expect(tooLarge(20e9)).toBe('Its wheels are 20.0 GB, more than the 12.0 GB that an environment may have.');
  });
});
