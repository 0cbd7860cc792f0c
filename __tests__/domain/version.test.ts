import { describe, expect, it } from '@jest/globals';
import { compareVersions, isPrerelease, localLabel, supportsPython, usableReleases } from '../../src/domain/version.ts';

describe('versions', () => {
  it.each<[string, string]>([
    ['0.18.0rc1', '0.18.0'],
    ['0.18.0', '0.18.0.post1'],
    ['4.9.0', '4.10.0'],
    ['2.10.0', '1!0.1'],
    ['2.10.0.dev3', '2.10.0a1'],
  ])('%s comes before %s, as PEP 440 says', (older, newer) => {
    expect(compareVersions(older, newer)).toBeLessThan(0);
  });

  it.each(['0.18.0rc0', '5.0.0.dev0', '1.0a1'])('%s is a pre-release', (version) => {
    expect(isPrerelease(version)).toBe(true);
  });

  it('keeps the local label apart', () => {
    expect([localLabel('2.4.1+cu121'), localLabel('2.4.1')]).toEqual(['cu121', undefined]);
  });
});

describe('usable releases', () => {
  const release = (version: string, more = {}) => ({ version, yanked: false, hasWheel: true, ...more });

  it('leaves out pre-releases, yanked ones, those without a wheel, and other Pythons; sorts the rest', () => {
    const releases = [
      release('0.10.0'),
      release('0.9.0'),
      release('0.11.0rc1'),
      release('0.11.0', { yanked: true }),
      release('0.12.0', { hasWheel: false }),
      release('0.13.0', { requiresPython: '>=3.12' }),
      release('0.14.0', { requiresPython: '>=3.9' }),
    ];
    expect(usableReleases(releases, '3.11.7').map(({ version }) => version)).toEqual(['0.9.0', '0.10.0', '0.14.0']);
  });

  it('takes a Python range that cannot be read as no restriction', () => {
    expect(supportsPython(release('1.0', { requiresPython: 'garbage' }), '3.11.7')).toBe(true);
  });
});
