import { describe, expect, it } from '@jest/globals';
import type { EnvironmentRequest } from '../../src/domain/environment.ts';
import { type Foresee, looksAhead } from '../../src/sweep/ahead.ts';

const request = (peft: string): EnvironmentRequest => ({ pins: { peft }, packages: [] });
const foreseeing =
  (versions: readonly string[]): Foresee =>
  () =>
    versions.map((peft) => ({ request: request(peft), preferences: { versions: {}, ofAnyDate: [] } }));

function world() {
  const made: string[] = [];
  let finish = () => {};
  const environments = {
    prepare: async () => ({ status: 'inconclusive' as const, why: 'not asked' }),
    foresee: async ({ pins }: EnvironmentRequest) => {
      made.push(pins.peft ?? '');
      await new Promise<void>((done) => {
        finish = done;
      });
    },
  };
  const settle = async () => {
    finish();
    await new Promise((done) => setTimeout(done, 0));
  };
  return { made, environments, settle };
}

describe('looking ahead', () => {
  it('makes one environment at a time, each once', async () => {
    const { made, environments, settle } = world();
    const look = looksAhead(environments, foreseeing(['1', '2', '1']), () => false);
    look([], []);
    await settle();
    expect(made).toEqual(['1']);
    for (let times = 0; times < 3; times++) await settle();
    expect(made).toEqual(['1', '2']);
  });

  it('leaves what an earlier look had found once there is a new one', async () => {
    const { made, environments, settle } = world();
    let versions = ['1', '2', '3'];
    const look = looksAhead(
      environments,
      (...given) => foreseeing(versions)(...given),
      () => false,
    );
    look([], []);
    await settle();
    versions = ['9'];
    look([], []);
    for (let times = 0; times < 4; times++) await settle();
    expect(made).toEqual(['1', '9']);
  });

  it('begins nothing once the run is stopped', async () => {
    const { made, environments, settle } = world();
    let isStopped = false;
    const look = looksAhead(environments, foreseeing(['1', '2']), () => isStopped);
    look([], []);
    await settle();
    isStopped = true;
    for (let times = 0; times < 3; times++) await settle();
    look([], []);
    await settle();
    expect(made).toEqual(['1']);
  });
});
