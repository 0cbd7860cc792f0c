import { describe, expect, it } from '@jest/globals';
import type { ProbeProcess } from '../../../src/adapters/machine/probe-process.ts';
import { ProbesAhead } from '../../../src/adapters/machine/probes-ahead.ts';
import { scratch } from '../../factories/scratch.ts';

/** Stands in for a process of the probe. */
class Stand {
  isAlive = true;
  isReady = false;
  readonly work = scratch('ahead');
  readonly ended: Promise<unknown>;
  #end: (value: unknown) => void = () => undefined;

  constructor(readonly key: string) {
    this.ended = new Promise((done) => {
      this.#end = done;
    });
  }

  get isImporting() {
    return this.isAlive && !this.isReady;
  }

  stop() {
    this.isAlive = false;
    this.#end({ how: 'interrupted', code: 9, output: '' });
  }
}

function world(processors = 2, free = () => 16e9) {
  const started: Stand[] = [];
  const ahead = new ProbesAhead(processors, free);
  const want = (...keys: readonly string[]) =>
    ahead.want(
      keys.map((key) => ({
        key,
        start: () => {
          const stand = new Stand(key);
          started.push(stand);
          return stand as unknown as ProbeProcess;
        },
      })),
    );
  const names = () => started.map(({ key, isAlive }) => `${key}${isAlive ? '' : ' ended'}`);
  return { ahead, started, want, names };
}

describe('probes that were started before their cells were asked for', () => {
  it('are the likeliest two', async () => {
    const { want, names } = world(4);
    await want('a', 'b', 'c');
    expect(names()).toEqual(['a', 'b']);
  });

  it('import no more at once than there are processors, one that has cells included', async () => {
    const { ahead, started, want, names } = world(2);
    const own = new Stand('own');
    ahead.mind(own as unknown as ProbeProcess);
    await want('a', 'b');
    expect(names()).toEqual(['a']);
    own.isReady = true;
    ahead.goOn();
    expect(names()).toEqual(['a', 'b']);
    expect(started).toHaveLength(2);
  });

  it('are not started where there is no room for them', async () => {
    const { want, names } = world(2, () => 1e9);
    await want('a');
    expect(names()).toEqual([]);
  });

  it('go once they are no longer wanted, and those that still are stay', async () => {
    const { want, names } = world(4);
    await want('a', 'b');
    await want('b', 'c');
    expect(names()).toEqual(['a ended', 'b', 'c']);
    await want();
    expect(names()).toEqual(['a ended', 'b ended', 'c ended']);
  });

  it('are given away once', async () => {
    const { ahead, started, want } = world();
    await want('a');
    expect(ahead.take('b')).toBeUndefined();
    expect(ahead.take('a')).toBe(started[0]);
    expect(ahead.take('a')).toBeUndefined();
    ahead.goOn();
    expect(started).toHaveLength(1);
  });

  it('say nothing where they ended before they were asked: another is started', async () => {
    const { ahead, started, want } = world();
    await want('a');
    started[0]?.stop();
    expect(ahead.take('a')).toBeUndefined();
  });

  it('leave one alone that must be alone, until it has ended', async () => {
    const { ahead, want, names } = world();
    await want('a');
    await ahead.leaveAlone();
    const own = new Stand('own');
    ahead.mind(own as unknown as ProbeProcess);
    await want('b');
    expect(names()).toEqual(['a ended']);
    own.stop();
    await new Promise((done) => setTimeout(done, 0));
    expect(names()).toEqual(['a ended', 'b']);
  });
});
