import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { nextStep, writeDefect } from '../src/adapters/machine/defects.ts';
import { Refused, UserError, WeatherError } from '../src/errors.ts';
import { failureOf } from '../src/failure.ts';

function system(code: string, path?: string): Error {
  return Object.assign(new Error(`${code}: said the system`), { code, ...(path && { path }) });
}

describe('what an error at the top stands for', () => {
  it.each<[string, unknown, number, RegExp]>([
    ['a mistake of the user', new UserError(['one.', 'two.']), 2, /^one\.$/],
    ['weather', new WeatherError('No network.'), 3, /^No network\.$/],
    ['a refusal of GitHub', new Refused('Not allowed.', 403), 3, /^Not allowed\.$/],
    ['a full disk', system('ENOSPC', '/out/results.jsonl'), 3, /disk is full.*`\/out\/results\.jsonl`.*is kept\.$/],
    ['a used up quota', system('EDQUOT'), 3, /quota/],
    ['too many files', system('EMFILE'), 3, /ulimit -n/],
    ['no memory', system('ENOMEM'), 3, /no memory/],
    ['too many processes', system('EAGAIN'), 3, /ulimit -u/],
    ['a file of somebody else', system('EACCES', '/cache/index'), 3, /`\/cache\/index`/],
    ['a read-only disk', system('EROFS', '/out'), 3, /read-only/],
    [
      'a mistake of ours',
      new TypeError('x is not a function'),
      70,
      /^This is a defect of peft-sweep: TypeError: x is not/,
    ],
    ['a file that we lost', system('ENOENT'), 70, /defect/],
    ['what is no error', 'text', 70, /defect of peft-sweep: text\.$/],
    ['nothing', undefined, 70, /defect of peft-sweep: undefined\.$/],
  ])('%s has its status and one line', (_name, error, status, line) => {
    const failure = failureOf(error, false);
    expect(failure.status).toBe(status);
    expect(failure.lines[0]).toMatch(line);
    expect(failure.lines.join('')).not.toContain('\n');
    expect(failure.log === undefined).toBe(status !== 70);
  });

  it('is an interruption where the user stopped the run, unless the defect is ours', () => {
    expect(failureOf(new WeatherError('aborted'), true).status).toBe(130);
    expect(failureOf(new UserError('No Python was found'), true).status).toBe(130);
    expect(failureOf(new TypeError('x'), true).status).toBe(70);
  });

  it('keeps stack and causes of a defect in a log, and says what to do with it', () => {
    const { log = '' } = failureOf(new TypeError('outer', { cause: new Error('inner') }), false);
    const file = writeDefect('1.2.3', ['check', 'peft==1'], log) ?? '';
    const text = readFileSync(file, 'utf8');
    expect(text).toMatch(
      /peft-sweep 1\.2\.3[\s\S]*"check","peft==1"[\s\S]*TypeError: outer[\s\S]*caused by: Error: inner/,
    );
    expect(nextStep(file, log)).toBe(
      `Please report it with ${file}. What was measured is kept; the same command goes on from there.`,
    );
    expect(nextStep(undefined, log)).toContain(log);
  });
});
