import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { run } from '../../../src/adapters/machine/process.ts';
import { scratch } from '../../factories/scratch.ts';

describe('a program that is run', () => {
  it('ends with its own status and what it said', async () => {
    expect(await run('sh', ['-c', 'cat; echo err >&2; exit 3'], { input: 'in' })).toEqual({
      status: 3,
      stdout: 'in',
      stderr: 'err\n',
    });
  });

  it.each<[string, string, number]>([
    ['is not there', '/nowhere/program', 127],
    ['may not run', '/etc/passwd', 127],
  ])('that %s is for the caller to judge', async (_name, command, status) => {
    expect(await run(command, [])).toMatchObject({ status, stdout: '' });
  });

  it('that takes too long is stopped', async () => {
    expect((await run('sleep', ['60'], { timeoutMs: 50 })).status).toBe(124);
  });

  it('is stopped by an interruption, before it starts or while it runs', async () => {
    const stop = new AbortController();
    const pid = join(scratch('process'), 'pid');
    const running = run('sh', ['-c', `echo $$ > ${pid}; exec sleep 60`], { signal: stop.signal });
    setTimeout(() => stop.abort(), 200);
    expect((await running).status).toBe(130);
    expect(() => readFileSync(`/proc/${readFileSync(pid, 'utf8').trim()}/cmdline`)).toThrow();
    expect((await run('sleep', ['60'], { signal: stop.signal })).status).toBe(130);
  });
});
