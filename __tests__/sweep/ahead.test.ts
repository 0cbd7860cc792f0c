import { describe, expect, it } from '@jest/globals';
import type { Environment, EnvironmentRequest } from '../../src/domain/environment.ts';
import type { Question, Running } from '../../src/domain/search.ts';
import type { ExpectedProbe, ProbeJob, Probes } from '../../src/ports/probes.ts';
import { type Expect, type Foresee, looksAhead } from '../../src/sweep/ahead.ts';

const question = (peft: string): Question => ({
  purpose: 'bisect',
  environment: { pins: { peft }, packages: [] },
  cells: [],
  repeat: 1,
});
const built = (id: string): Environment => ({ status: 'built', id, lock: {} });
const PREFERENCES = { versions: {}, ofAnyDate: [] };
const foreseeing =
  (versions: readonly string[]): Foresee =>
  () =>
    versions.map((peft) => ({ question: question(peft), preferences: PREFERENCES }));
const JOB = { cells: [], packages: [], width: 2, saveHandover: false };
const expected: Expect = (_question, environment) =>
  environment.status === 'built' ? { environmentId: environment.id, job: JOB as unknown as ProbeJob } : undefined;

function world(isBuilt: (version: string) => boolean = () => true) {
  const made: string[] = [];
  const told: (readonly string[])[] = [];
  let finish = () => {};
  const environments = {
    prepare: async () => ({ status: 'inconclusive' as const, why: 'not asked' }),
    foresee: async ({ pins: { peft = '' } }: EnvironmentRequest) => {
      made.push(peft);
      await new Promise<void>((done) => {
        finish = done;
      });
      return isBuilt(peft) ? built(peft) : undefined;
    },
  };
  const probes = {
    expect: async (list: readonly ExpectedProbe[]) => void told.push(list.map(({ environmentId }) => environmentId)),
  } as Probes;
  const settle = async () => {
    finish();
    await new Promise((done) => setTimeout(done, 0));
  };
  return { made, told, environments, probes, settle };
}

describe('looking ahead', () => {
  it('makes one environment at a time, each once', async () => {
    const { made, environments, probes, settle } = world();
    const look = looksAhead(environments, probes, foreseeing(['1', '2', '1']), () => false);
    look([], [], expected);
    await settle();
    expect(made).toEqual(['1']);
    for (let times = 0; times < 3; times++) await settle();
    expect(made).toEqual(['1', '2']);
  });

  it('leaves what an earlier look had found once there is a new one', async () => {
    const { made, environments, probes, settle } = world();
    let versions = ['1', '2', '3'];
    const look = looksAhead(
      environments,
      probes,
      (...given) => foreseeing(versions)(...given),
      () => false,
    );
    look([], [], expected);
    await settle();
    versions = ['9'];
    look([], [], expected);
    for (let times = 0; times < 4; times++) await settle();
    expect(made).toEqual(['1', '9']);
  });

  it('begins nothing once the run is stopped', async () => {
    const { made, told, environments, probes, settle } = world();
    let isStopped = false;
    const look = looksAhead(environments, probes, foreseeing(['1', '2']), () => isStopped);
    look([], [], expected);
    await settle();
    isStopped = true;
    for (let times = 0; times < 3; times++) await settle();
    look([], [], expected);
    await settle();
    expect(made).toEqual(['1']);
    expect(told).toEqual([[]]);
  });

  it('gets probes ready in the order of what may be asked, each as soon as its environment stands', async () => {
    const { told, environments, probes, settle } = world((version) => version !== '2');
    const running: Running[] = ['a', 'b'].map((name) => ({ question: question(name), environment: built(name) }));
    const standing = { question: question('3'), environment: built('3'), preferences: PREFERENCES };
    const look = looksAhead(
      environments,
      probes,
      (...given) => [...foreseeing(['1', '2'])(...given), standing],
      () => false,
    );
    look([], running, expected);
    for (let times = 0; times < 4; times++) await settle();
    // What runs is no more expected, what follows it in its batch comes first, and what cannot be had is left out.
    expect(told).toEqual([
      ['b', '3'],
      ['b', '1', '3'],
      ['b', '1', '3'],
    ]);
  });

  it('expects nothing of which all is known', async () => {
    const { told, environments, probes, settle } = world();
    const look = looksAhead(environments, probes, foreseeing(['1']), () => false);
    look([], [], () => undefined);
    for (let times = 0; times < 2; times++) await settle();
    expect(told).toEqual([[], []]);
  });
});
