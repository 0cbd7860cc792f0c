import { describe, expect, it } from '@jest/globals';
import { type Cell, cellId } from '../../src/domain/cell.ts';
import { type Environment, requestKey } from '../../src/domain/environment.ts';
import { type Result, STAGES } from '../../src/domain/outcome.ts';
import type { OwnOfCell } from '../../src/domain/own-configuration.ts';
import type { Question } from '../../src/domain/search.ts';
import type { Asked } from '../../src/ports/journal.ts';
import type { Folder, ProbeEnd, ProbeJob } from '../../src/ports/probes.ts';
import type { Finding, Judge } from '../../src/sweep/judges.ts';
import { measureBatch } from '../../src/sweep/measure.ts';
import { passing } from '../factories/results.ts';
import { llama } from '../search/world.ts';

const CELLS = [llama('base'), llama('lora'), llama('ia3')];
const QUESTION: Question = {
  purpose: 'base',
  environment: { pins: { peft: '0.1.0' }, packages: [] },
  cells: CELLS,
  repeat: 1,
};
const STAGES_OK = Object.fromEntries(STAGES.map((stage) => [stage, 'ok']));
const all = (job: ProbeJob, onLine: (line: string) => void): ProbeEnd => {
  for (const cell of job.cells) onLine(passed(cell.id));
  return { how: 'exit', code: 0, output: '' };
};
const passed = (cell: string) => JSON.stringify({ kind: 'cell', cell, ended: 'exit', stages: STAGES_OK });

interface Fake {
  readonly run?: (job: ProbeJob, onLine: (line: string) => void, call: number) => ProbeEnd;
  readonly environment?: Environment;
  readonly base?: Question['environment'];
  readonly known?: readonly Result[];
  /** What was carried into these; absent for nothing. */
  readonly knownCarriedFrom?: string;
  readonly isStopped?: () => boolean;
  readonly judges?: readonly Judge[];
  readonly left?: (cell: string) => Folder | undefined;
  readonly hasHandover?: (cell: string) => boolean;
  readonly nameOf?: () => string;
  readonly ownOf?: (cell: Cell) => OwnOfCell;
  /** Told of each probe that is given cells, and of each look ahead with what it expects. */
  readonly happens?: (what: string) => void;
}

const isOf = (asked: Asked, { knownCarriedFrom }: Fake) => asked.key.carriedFrom === knownCarriedFrom;

async function measure(fake: Fake, questions: readonly Question[] = [QUESTION]) {
  const added: Result[] = [];
  const carried: (string | undefined)[] = [];
  const written: Asked[] = [];
  const jobs: ProbeJob[] = [];
  const environments = new Map<string, Environment>();
  const said: string[] = [];
  const measurements = await measureBatch(
    questions,
    {
      environments: {
        foresee: async () => undefined,
        prepare: async () => fake.environment ?? { status: 'built', id: 'abc', lock: {} },
      },
      probes: {
        run: async (_id, job, onRecord) => {
          const onLine = (line: string) => onRecord(line, (cell) => fake.left?.(cell));
          jobs.push(job);
          fake.happens?.('a probe is given cells');
          const end: ProbeEnd = { how: 'exit', code: 0, output: '' };
          return fake.run?.(job, onLine, jobs.length) ?? end;
        },
        expect: async () => undefined,
        hasHandover: (_id, cell) => fake.hasHandover?.(cell) ?? true,
        program: { version: '4', configuration: 'test', checkpoint: (name) => `hash of ${name}` },
      },
      journal: {
        environment: (key) => environments.get(key),
        result: (asked) => fake.known?.find((result) => result.cell === asked.key.cell && isOf(asked, fake)),
        addEnvironment: (request, environment) => environments.set(requestKey(request), environment),
        addResult: (asked, result) => {
          const { key } = asked;
          written.push(asked);
          if (fake.known?.includes(result)) return;
          added.push(result);
          carried.push(key.carriedFrom);
        },
      },
      progress: { say: (line) => said.push(line) },
      judges: fake.judges ?? [],
    },
    {
      width: 2,
      packagesOf: () => [],
      baseOf: () => fake.base ?? QUESTION.environment,
      preferencesOf: () => ({ versions: {}, ofAnyDate: [] }),
      isStopped: fake.isStopped ?? (() => false),
      left: () => 60_000,
      ...(fake.nameOf && { nameOf: fake.nameOf }),
      ...(fake.ownOf && { ownOf: fake.ownOf }),
      lookAhead: (_measured, [, ...following], expect) => {
        const found = following.map(({ question, environment }) => expect(question, environment));
        fake.happens?.(`a look ahead at ${found.flatMap((one) => one?.job.cells ?? []).length} cells`);
      },
    },
  );
  const outcomes = Object.fromEntries(
    [...(measurements[0]?.results ?? [])].map(([cell, result]) => [cell, result.outcome]),
  );
  return { measurements, outcomes, added, carried, written, jobs, said };
}

const ids = CELLS.map(cellId);

describe('arguments of the user’s own', () => {
  it('go to the probe with the cell that has them, and with no other', async () => {
    const own = { arguments: { r: 4 }, quantization: {}, loading: {} };
    const { jobs } = await measure({ run: all, ownOf: ({ method }) => (method === 'lora' ? { own } : {}) });
    expect(jobs[0]?.cells.map((cell) => cell.own)).toEqual([undefined, own, undefined]);
  });
});

describe('the line of an environment', () => {
  const LOCK = {
    peft: '0.18.1',
    transformers: '4.57.6',
    torch: '2.15.0',
    accelerate: '1.12.0',
    bitsandbytes: '0.49.1',
  };
  const built = { status: 'built', id: 'abc', lock: LOCK } as const;
  const asked = (pins: Readonly<Record<string, string>>, packages: readonly string[] = []) => [
    { ...QUESTION, environment: { pins, packages: [...packages] } },
  ];

  it('names the versions that came, also of what nobody asked for', async () => {
    const { said } = await measure({ environment: built, run: all }, asked({}, ['bitsandbytes']));
    expect(said).toEqual(['base       transformers 4.57.6, peft 0.18.1, bitsandbytes 0.49.1: 3 pass']);
  });

  it('is named as the sweep names it', async () => {
    const { said } = await measure({ environment: built, run: all, nameOf: () => 'check' }, asked({ torch: '2.15.0' }));
    expect(said).toEqual(['check      transformers 4.57.6, peft 0.18.1: 3 pass']);
  });

  it('ends a long reason with a whole word', async () => {
    const why = `no releases fit together: because ${'peft depends on transformers, '.repeat(8)}`;
    const { said } = await measure({ environment: { status: 'unresolved', why } }, asked({ peft: '0.1.0' }));
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(
      /^base {7}peft 0\.1\.0: 3 unresolved \(no releases .* (?:peft|depends|on|transformers) …\)$/,
    );
  });
});

describe('measuring a batch', () => {
  it('looks ahead once a probe has what was ready for it, at what follows and is not known yet', async () => {
    const happened: string[] = [];
    const second = { ...QUESTION, environment: { pins: { peft: '0.2.0' }, packages: [] } };
    await measure({ happens: (what) => happened.push(what), run: all }, [QUESTION, second]);
    expect(happened).toEqual([
      'a probe is given cells',
      'a look ahead at 3 cells',
      'a probe is given cells',
      'a look ahead at 0 cells',
    ]);
  });

  it('lets what is unsure run once more with nothing beside it', async () => {
    const { jobs } = await measure({});
    expect(jobs.map(({ width, isAlone = false }) => [width, isAlone])).toEqual([
      [2, false],
      [1, true],
    ]);
  });

  it('gives every planned cell a named outcome', async () => {
    const { outcomes } = await measure({
      run: (_job, onLine) => {
        for (const id of ids) onLine(passed(id));
        return { how: 'exit', code: 0, output: '' };
      },
    });
    expect(outcomes).toEqual(Object.fromEntries(ids.map((id) => [id, 'pass'])));
  });

  it.each([
    [{ peft: '0.10.0' }, { peft: '0.10.0' }, 'skipped'],
    [{ peft: '0.10.0' }, { peft: '0.11.0', torch: '2.15.0' }, 'skipped'],
    [{ peft: '0.10.0', torch: '2.15.0' }, { peft: '0.11.0', torch: '2.15.0' }, 'fail'],
  ])(
    'takes a torch that is too new for a defect only where the base %j holds it, in %j: %s',
    async (base, pins, outcome) => {
      const failures = [
        { stage: 'import', kind: 'raised', type: 'ModuleNotFoundError', message: "No module named 'triton.ops'" },
      ];
      const record = { kind: 'cell', cell: ids[0], ended: 'exit', stages: { import: 'fail' }, failures };
      const { outcomes } = await measure(
        {
          base: { pins: base, packages: [] },
          environment: { status: 'built', id: 'abc', lock: { torch: '2.15.0' } },
          run: (_job, onLine) => {
            onLine(JSON.stringify(record));
            return { how: 'exit', code: 0, output: '' };
          },
        },
        [{ ...QUESTION, environment: { pins, packages: [] }, cells: [llama('base')] }],
      );
      expect(outcomes).toEqual({ [ids[0] ?? '']: outcome });
    },
  );

  it('names a result by what was measured, and says which request it answers', async () => {
    const { written } = await measure({ run: all, environment: { status: 'built', id: 'abc', lock: { torch: '2' } } });
    expect(written[1]).toEqual({
      request: requestKey(QUESTION.environment),
      repeat: 1,
      key: {
        environment: 'abc',
        device: 'cpu',
        probe: '4',
        checkpoint: 'hash of llama',
        cell: ids[1],
        configuration: 'test, torch of our choice, judged by record, thorough',
      },
    });
    const held = { pins: { ...QUESTION.environment.pins, torch: '2' }, packages: [] };
    const asked = await measure({ run: all, base: held }, [{ ...QUESTION, environment: held }]);
    expect(asked.written[0]?.key.configuration).toBe('test, torch as asked, judged by record, thorough');
  });

  it('writes down for a request what was known of its lock already, and measures nothing', async () => {
    const known = CELLS.map((cell) => passing(cellId(cell)));
    const { written, jobs } = await measure({ known, run: all });
    expect(written.map(({ key }) => key.cell)).toEqual(ids);
    expect(jobs).toEqual([]);
  });

  it('calls cells inconclusive whose probe was killed, keeps those that finished, and tries the rest once more alone', async () => {
    const { outcomes, jobs } = await measure({
      run: (job, onLine, call) => {
        if (call === 1) onLine(passed(ids[0] ?? ''));
        return { how: 'signal', code: 9, output: `run ${job.width}` };
      },
    });
    expect(outcomes).toEqual({
      [ids[0] ?? '']: 'pass',
      [ids[1] ?? '']: 'inconclusive',
      [ids[2] ?? '']: 'inconclusive',
    });
    expect(jobs.map(({ width, cells }) => [width, cells.length])).toEqual([
      [2, 3],
      [1, 2],
    ]);
  });

  it('writes nothing down about cells that an interrupted run did not get to', async () => {
    const { outcomes, added } = await measure({
      run: () => ({ how: 'interrupted', code: 0, output: '' }),
      isStopped: () => false,
    });
    expect(new Set(Object.values(outcomes))).toEqual(new Set(['inconclusive']));
    expect(added).toEqual([]);
  });

  it.each([
    [1, ids],
    [2, ids.toReversed()],
    [3, ids],
  ])('runs cells the other way round each second time: %i', async (repeat, order) => {
    const { jobs, measurements } = await measure({ run: all }, [{ ...QUESTION, repeat }]);
    expect(jobs[0]?.cells.map(({ id }) => id)).toEqual(order);
    expect([...(measurements[0]?.results.keys() ?? [])]).toEqual(ids);
  });

  it('writes each result down as it finishes, and hands them on in the order of the question', async () => {
    const { measurements, added } = await measure({
      run: (_job, onLine) => {
        for (const id of ids.toReversed()) onLine(passed(id));
        return { how: 'exit', code: 0, output: '' };
      },
    });
    expect(added.map(({ cell }) => cell)).toEqual(ids.toReversed());
    expect([...(measurements[0]?.results.keys() ?? [])]).toEqual(ids);
  });

  it('writes down what finished before an interruption, whatever comes first in the question', async () => {
    const { added } = await measure({
      run: (_job, onLine) => {
        onLine(passed(ids[2] ?? ''));
        return { how: 'interrupted', code: 0, output: '' };
      },
    });
    expect(added.map(({ cell }) => cell)).toEqual([ids[2]]);
  });

  it('takes a native crash while importing for a failure of every cell', async () => {
    const { outcomes } = await measure({ run: () => ({ how: 'signal', code: 11, output: '' }) });
    expect(new Set(Object.values(outcomes))).toEqual(new Set(['fail']));
  });

  it('believes no record of a cell that was not planned, nor a second one of the same cell', async () => {
    const { outcomes, added } = await measure({
      run: (_job, onLine) => {
        onLine(passed('merge/none/everything/causal-lm'));
        for (const id of [...ids, ...ids]) onLine(passed(id));
        return { how: 'exit', code: 0, output: '' };
      },
    });
    expect(Object.keys(outcomes).toSorted()).toEqual([...ids].toSorted());
    expect(added).toHaveLength(ids.length);
  });

  it('survives garbage between records', async () => {
    const { outcomes } = await measure({
      run: (_job, onLine) => {
        onLine('{"kind":"cell","cell":');
        onLine('\u0000\u0001');
        for (const id of ids) onLine(passed(id));
        return { how: 'exit', code: 0, output: '' };
      },
    });
    expect(new Set(Object.values(outcomes))).toEqual(new Set(['pass']));
  });

  it('marks the cells of an environment that cannot be resolved', async () => {
    const { outcomes, jobs } = await measure({ environment: { status: 'unresolved', why: 'no solution' } });
    expect(new Set(Object.values(outcomes))).toEqual(new Set(['unresolved']));
    expect(jobs).toEqual([]);
  });

  it('measures only what an earlier run has not', async () => {
    const known = [{ cell: ids[0] ?? '', outcome: 'pass' as const, stages: {}, failures: [], facts: {} }];
    const { jobs } = await measure({
      known,
      run: (job, onLine) => {
        for (const cell of job.cells) onLine(passed(cell.id));
        return { how: 'exit', code: 0, output: '' };
      },
    });
    expect(jobs[0]?.cells.map(({ id }) => id)).toEqual(ids.slice(1));
  });

  it('measures nothing more once it is stopped', async () => {
    const { measurements } = await measure({ isStopped: () => true });
    expect(measurements).toEqual([]);
  });

  const HEAD = { ...QUESTION, purpose: 'head' as const, environment: { pins: { peft: '0.2.0' }, packages: [] } };
  const CARRYING = { ...HEAD, carryFrom: QUESTION.environment };

  it('carries what the base left into an environment whose question asks for it, and into no other', async () => {
    const { jobs, carried } = await measure({ run: all }, [QUESTION, CARRYING, HEAD]);
    expect(jobs.map(({ saveHandover, carryFrom }) => [saveHandover, carryFrom])).toEqual([
      [true, undefined],
      [false, 'abc'],
      [false, undefined],
    ]);
    expect(carried).toEqual([...ids.map(() => undefined), ...ids.map(() => 'abc'), ...ids.map(() => undefined)]);
  });

  it('writes down that nothing was carried into a cell whose own cell at base had left nothing', async () => {
    const { carried } = await measure({ run: all, hasHandover: (cell) => cell !== ids[1] }, [QUESTION, CARRYING]);
    expect(carried.slice(-ids.length)).toEqual(['abc', undefined, 'abc']);
  });

  it('tells each probe how much of the run is left', async () => {
    const { jobs } = await measure({ run: all });
    expect(jobs[0]?.milliseconds).toBe(60_000);
  });

  it('measures a base cell again whose result was written down and whose handover was not', async () => {
    const known = ids.map((cell) => ({
      cell,
      outcome: 'pass' as const,
      stages: { carry: 'na' as const },
      failures: [],
      facts: {},
    }));
    const kept = new Set([ids[0]]);
    const { jobs } = await measure({
      known,
      hasHandover: (cell) => kept.has(cell),
      run: (job, onLine) => {
        for (const cell of job.cells) kept.add(cell.id);
        return all(job, onLine);
      },
    });
    expect(jobs.map(({ cells }) => cells.map(({ id }) => id))).toEqual([ids.slice(1)]);
  });

  it('does not ask for a handover of a base cell that never came so far', async () => {
    const known = ids.map((cell) => ({
      cell,
      outcome: 'fail' as const,
      stages: { attach: 'fail' as const },
      failures: [],
      facts: {},
    }));
    expect((await measure({ known, hasHandover: () => false })).jobs).toEqual([]);
  });

  it('calls a base cell inconclusive whose handover could not be kept, and does not settle it', async () => {
    const { outcomes, jobs } = await measure({ hasHandover: () => false, run: all });
    expect(new Set(Object.values(outcomes))).toEqual(new Set(['inconclusive']));
    expect(jobs).toHaveLength(2);
  });

  it('measures a cell again that a killed run measured before there was anything to carry', async () => {
    const states = { carry: 'na' as const };
    const known = ids.map((cell) => ({ cell, outcome: 'pass' as const, stages: states, failures: [], facts: {} }));
    expect((await measure({ known, run: all }, [QUESTION, CARRYING])).jobs).toHaveLength(1);
    const carried = await measure({ known, knownCarriedFrom: 'abc', run: all }, [QUESTION, CARRYING]);
    expect(carried.jobs.map(({ saveHandover }) => saveHandover)).toEqual([true]);
  });

  it('takes a result without its carry for what it is where nothing is to be carried', async () => {
    const known = ids.map((cell) => ({ cell, outcome: 'pass' as const, stages: {}, failures: [], facts: {} }));
    expect((await measure({ known, run: all }, [HEAD])).jobs).toEqual([]);
  });

  it.each<[string, ProbeEnd]>([
    [
      'memory ran out',
      { how: 'signal', code: 6, output: "terminate called after throwing an instance of 'std::bad_alloc'" },
    ],
    ['a file on a full disk was mapped', { how: 'signal', code: 7, output: '' }],
    [
      'no thread could be started',
      { how: 'exit', code: 134, output: 'libgomp: Thread creation failed: Resource temporarily unavailable' },
    ],
    ['it could not be contained', { how: 'exit', code: 125, output: 'containment: mount: Operation not permitted' }],
  ])('takes no crash for a failure where %s', async (_what, end) => {
    const { outcomes } = await measure({ run: () => end });
    expect(new Set(Object.values(outcomes))).toEqual(new Set(['inconclusive']));
  });

  it('does not give a probe that used all its time on the import as much again', async () => {
    const { outcomes, jobs } = await measure({ run: () => ({ how: 'timeout', code: 0, output: '' }) });
    expect(new Set(Object.values(outcomes))).toEqual(new Set(['inconclusive']));
    expect(jobs).toHaveLength(1);
  });

  describe('with a judge that looks at more than the record', () => {
    const wrongLogits: Finding = {
      kind: 'failure',
      failure: {
        ...{ stage: 'forward', kind: 'check', type: 'logits-differ', reason: 'logits-differ' },
        ...{ signature: 'logits-differ', message: 'logits are 2.5 off' },
      },
    };
    const folder: Folder = { names: ['judged.safetensors'], read: () => new Uint8Array([1]) };
    const slow = async (found: readonly Finding[], wait: number): Promise<readonly Finding[]> => {
      await new Promise((done) => setTimeout(done, wait));
      return found;
    };

    it('lets only the cells that it asks for leave a folder', async () => {
      const judges: readonly Judge[] = [{ name: 'logits', asks: ({ method }) => method === 'lora', judge: () => [] }];
      const { jobs } = await measure({ run: all, judges });
      expect(jobs[0]?.cells.map(({ leaves }) => leaves)).toEqual([false, true, false]);
    });

    it('takes its findings into the result, and lets no cell wait for a slower one', async () => {
      const judges: readonly Judge[] = [
        {
          name: 'logits',
          asks: () => true,
          judge: ({ cell }, left) => slow(left && cell === ids[1] ? [wrongLogits] : [], cell === ids[0] ? 40 : 1),
        },
      ];
      const { outcomes, added } = await measure({ run: all, judges, left: () => folder });
      expect(outcomes).toEqual({ [ids[0] ?? '']: 'pass', [ids[1] ?? '']: 'wrong', [ids[2] ?? '']: 'pass' });
      expect(added.map(({ cell }) => cell)).toEqual([ids[1], ids[2], ids[0]]);
    });

    it('is named beside the cells that it looks at, with its version, and beside no other', async () => {
      const asks = ({ method }: { readonly method: string }) => method === 'lora';
      const { written } = await measure({
        run: all,
        judges: [{ name: 'logits', version: '7', asks, judge: () => [] }],
      });
      const judges = written.map(({ key }) => key.configuration.replace(/^.* judged by /, ''));
      expect(judges).toEqual(['record, thorough', 'record and logits 7, thorough', 'record, thorough']);
    });

    it('does not measure a cell whose judge ends early', async () => {
      const judge = () => {
        throw new Error('no runtime');
      };
      const { measurements } = await measure({ run: all, judges: [{ name: 'logits', asks: () => true, judge }] });
      expect([...(measurements[0]?.results.values() ?? [])].map(({ outcome, message }) => [outcome, message])).toEqual(
        ids.map(() => ['inconclusive', 'The judge `logits` ended early: no runtime']),
      );
    });
  });

  it('goes on with the next environment when measuring one ends with an error of its own', async () => {
    const other = { ...QUESTION, purpose: 'head' as const, environment: { pins: { peft: '0.2.0' }, packages: [] } };
    const { measurements } = await measure(
      {
        run: (job, onLine, call) => {
          if (call === 1) throw Object.assign(new Error('cannot copy a FIFO'), { code: 'ERR_FS_CP_FIFO_PIPE' });
          return all(job, onLine);
        },
      },
      [QUESTION, other],
    );
    expect(measurements.map(({ results }) => [...results.values()].map(({ outcome }) => outcome))).toEqual([
      ['inconclusive', 'inconclusive', 'inconclusive'],
      ['pass', 'pass', 'pass'],
    ]);
    expect(measurements[0]?.results.get(ids[0] ?? '')?.message).toContain('cannot copy a FIFO');
  });
});
