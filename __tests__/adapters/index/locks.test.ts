import { describe, expect, it } from '@jest/globals';
import { lockId, parseLock } from '../../../src/adapters/index/locks.ts';

const LOCK =
  'peft==0.17.1 \\\n    --hash=sha256:bb \\\n    --hash=sha256:aa\ntorch==2.4.1+cu121 \\\n    --hash=sha256:cc\n';
const HERE = { python: '3.11.7', platform: 'linux-x64', accelerator: 'cpu' };

describe('locks', () => {
  it('reads names and versions', () => {
    expect(parseLock(LOCK)).toEqual({ peft: '0.17.1', torch: '2.4.1+cu121' });
  });

  it('has the same id whatever the order of lines and hashes', () => {
    const other = 'torch==2.4.1+cu121 --hash=sha256:cc\npeft==0.17.1 --hash=sha256:aa --hash=sha256:bb\n';
    expect(lockId(other, HERE)).toBe(lockId(LOCK, HERE));
    expect(lockId(LOCK, HERE)).toMatch(/^[0-9a-f]{12}$/);
  });

  it.each([
    ['another version', LOCK.replace('0.17.1', '0.18.0'), HERE],
    ['another hash', LOCK.replace(':cc', ':dd'), HERE],
    ['another Python', LOCK, { ...HERE, python: '3.12.1' }],
    ['another accelerator', LOCK, { ...HERE, accelerator: 'cuda' }],
  ])('has another id for %s', (_name, text, origin) => {
    expect(lockId(text, origin)).not.toBe(lockId(LOCK, HERE));
  });
});
