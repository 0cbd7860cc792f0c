import { describe, expect, it } from '@jest/globals';
import { hasNoSolution, shortReason } from '../../../src/adapters/index/uv.ts';

const failed = (stderr: string) => ({ status: 1, stdout: '', stderr });

describe('what uv says', () => {
  it.each([
    '  × No solution found when resolving dependencies:\n  ╰─▶ Because there is no version of peft==9.9.9',
    '  × No solution found when resolving dependencies for split (python_full_version >= 3.10):\n  ╰─▶ Because x',
    '  × No solution found when resolving dependencies:\n  ╰─▶ Because nosuch was not found in the package registry',
  ])('a request without a solution is told by the words of the resolver: %s', (stderr) => {
    expect(hasNoSolution(failed(stderr))).toBe(true);
  });

  it.each([
    'error: Failed to fetch: `x`\n  Caused by: error sending request for url\n  Caused by: dns error',
    'error: HTTP status server error (503 Service Unavailable)',
    'error: failed to copy file: No space left on device (os error 28)',
    'error: Network connectivity is disabled, but the requested data was not found in the cache',
    '  × Failed to download `x==1`\n  ├─▶ Failed to extract archive\n  ╰─▶ unexpected end of file',
    '  × Failed to read `x==1`\n  ╰─▶ Hash mismatch for `x==1`\n\n      Expected:\n        sha256:0\n',
    '  × No solution found when resolving dependencies:\n  ╰─▶ Because the network was disabled and x was not found in the cache',
    '  × No solution found when resolving dependencies:\n  ╰─▶ x\n\n hint: An index URL could not be queried due to a lack of valid authentication credentials (401 Unauthorized).',
    'something that nobody has seen before',
    '',
  ])('all else is weather: %s', (stderr) => {
    expect(hasNoSolution(failed(stderr))).toBe(false);
  });

  it('a resolver that was killed is weather, and its reason is not empty', () => {
    const killed = { status: 128, signal: 'SIGKILL' as const, stdout: '', stderr: '' };
    expect(hasNoSolution({ ...killed, stderr: 'No solution found when resolving dependencies' })).toBe(false);
    expect(shortReason(killed)).toBe('uv was killed by SIGKILL.');
    expect(shortReason({ ...killed, status: 124 })).toBe('uv took too long.');
  });

  it('keeps the reason, without decoration, credentials or more than a few lines', () => {
    const stderr =
      '  × No solution found:\n  ╰─▶ Because https://user:secret@index.example/simple has no peft\nhint: try harder';
    expect(shortReason(failed(stderr))).toBe('No solution found: Because https://index.example/simple has no peft');
    expect(shortReason(failed('x'.repeat(5000))).length).toBeLessThanOrEqual(600);
  });
});
