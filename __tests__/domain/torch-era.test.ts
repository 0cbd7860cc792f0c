import { describe, expect, it } from '@jest/globals';
import { dayOf, torchOfDay } from '../../src/domain/torch-era.ts';
import type { Release } from '../../src/domain/version.ts';

function release(version: string, uploaded: string | undefined, more: Partial<Release> = {}): Release {
  return { version, yanked: false, hasWheel: true, ...(uploaded && { uploaded: `${uploaded}T12:00:00Z` }), ...more };
}

const RELEASES = new Map([
  ['transformers', [release('4.39.3', '2024-04-02')]],
  ['peft', [release('0.10.0', '2024-03-21'), release('0.11.0', undefined)]],
]);
const TORCH = [
  release('2.1.2', '2023-12-15'),
  release('2.2.2', '2024-03-27'),
  release('2.3.0', '2024-04-24'),
  release('2.2.3', '2024-03-28', { yanked: true }),
  release('2.2.1', '2024-02-22'),
];

describe('the torch of a time', () => {
  const day = (text: string) => Date.parse(`${text}T12:00:00Z`);

  it('is asked for as of the day after the newest pin', () => {
    expect(dayOf({ transformers: '4.39.3', peft: '0.10.0' }, RELEASES)).toBe(day('2024-04-03'));
    expect(dayOf({ peft: '0.10.0', torch: '2.0' }, RELEASES)).toBe(day('2024-03-22'));
  });

  it('is not known where the index has no dates', () => {
    expect(dayOf({ peft: '0.11.0' }, RELEASES)).toBeUndefined();
  });

  it.each([
    ['the newest release by then, of those that can be had', '2024-04-03', TORCH, '2.2.2'],
    ['an older one a week before', '2024-03-21', TORCH, '2.2.1'],
    ['none before the first', '2023-12-01', TORCH, undefined],
    [
      'none that another Python needs',
      '2024-04-03',
      TORCH.map((one) => ({ ...one, requiresPython: '>=3.12' })),
      undefined,
    ],
    ['none without a date', '2024-04-03', [release('2.2.2', undefined)], undefined],
    [
      'none without a wheel for this machine',
      '2024-04-03',
      [release('2.2.2', '2024-01-01', { hasWheel: false })],
      undefined,
    ],
  ])('is %s', (_name, date, torch, expected) => {
    expect(torchOfDay(torch, day(date), '3.11.7')).toBe(expected);
  });
});
