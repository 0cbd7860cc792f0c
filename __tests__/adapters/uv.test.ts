import { describe, expect, it } from '@jest/globals';
import { isWeather, shortReason } from '../../src/adapters/uv.ts';

const failed = (stderr: string) => ({ status: 1, stdout: '', stderr });

describe('what uv says', () => {
  it.each([
    'error: Failed to fetch: `x`\n  Caused by: error sending request for url\n  Caused by: dns error',
    'error: HTTP status server error (503 Service Unavailable)',
    'error: failed to copy file: No space left on device (os error 28)',
    'error: Network connectivity is disabled, but the requested data was not found in the cache',
    'error: connection reset by peer',
  ])('weather is told from a verdict: %s', (stderr) => {
    expect(isWeather(failed(stderr))).toBe(true);
  });

  it.each([
    '  × No solution found when resolving dependencies:\n  ╰─▶ Because there is no version of peft==9.9.9',
    'error: Because only torch<2.0 is available, we can conclude that your requirements are unsatisfiable.',
  ])('a request without a solution is no weather: %s', (stderr) => {
    expect(isWeather(failed(stderr))).toBe(false);
  });

  it('keeps the reason, without decoration, credentials or more than a few lines', () => {
    const stderr =
      '  × No solution found:\n  ╰─▶ Because https://user:secret@index.example/simple has no peft\nhint: try harder';
    expect(shortReason(failed(stderr))).toBe('No solution found: Because https://index.example/simple has no peft');
    expect(shortReason(failed('x'.repeat(5000))).length).toBeLessThanOrEqual(600);
  });
});
