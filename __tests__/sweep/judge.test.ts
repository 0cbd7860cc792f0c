import { describe, expect, it } from '@jest/globals';
import { DEVICES, deviceOf } from '../../src/domain/device.ts';
import { STAGES, type Stage } from '../../src/domain/outcome.ts';
import { type CellRecord, parseRecord } from '../../src/result/probe-record.ts';
import { crashed, judge, unmeasured } from '../../src/sweep/judge.ts';
import { classify, signatureOf } from '../../src/sweep/reasons.ts';
import { processorMs } from '../factories/processor.ts';

const HERE = { device: deviceOf() };
const PASSED = Object.fromEntries(STAGES.map((stage) => [stage, 'ok'])) as CellRecord['stages'];

function record(more: Partial<CellRecord> = {}): CellRecord {
  return {
    kind: 'cell',
    cell: 'lora/none/llama/causal-lm',
    ended: 'exit',
    stages: PASSED,
    failures: [],
    facts: {},
    ...more,
  };
}

function failure(stage: Stage, type: string, message: string, kind: 'raised' | 'check' = 'raised') {
  return record({
    stages: { ...PASSED, [stage]: 'fail' },
    failures: [{ stage, kind, type, message, frames: [], causes: [] }],
  });
}

describe('a checkpoint of the user’s own that cannot be measured', () => {
  const { failures } = failure('build', 'NotMeasurable', 'tokenizer does not fit: It has 9 ids: too many.');

  it('is skipped with its own reason', () => {
    expect(judge(record({ cell: 'lora/none/mine/causal-lm', failures }), HERE)).toEqual(
      unmeasured('lora/none/mine/causal-lm', 'skipped', 'tokenizer does not fit', 'It has 9 ids: too many.'),
    );
  });

  it('is none where the cell is one of ours: a package cannot excuse itself so', () => {
    expect(judge(record({ failures }), HERE).outcome).toBe('fail');
  });
});

describe('judging a record', () => {
  it.each<[string, CellRecord, string]>([
    ['every stage ok', record(), 'pass'],
    ['an exception', failure('forward', 'AttributeError', "no attribute 'key_cache'"), 'fail'],
    ['a broken invariant', failure('generate', 'cached-generation-differs', 'x', 'check'), 'wrong'],
    [
      'a deliberate refusal while setting up',
      failure('attach', 'ValueError', "Unsupported model type: 'bert'."),
      'unsupported',
    ],
    [
      'a method without a default for this architecture',
      failure('attach', 'ValueError', 'Please specify `target_modules` or `target_parameters`in `peft_config`'),
      'unsupported',
    ],
    [
      'a default that matches nothing is a failure',
      failure(
        'attach',
        'NoMatchingPeftModuleError',
        'No `target_modules` passed but also no `target_parameters` found.',
      ),
      'fail',
    ],
    ['a refusal in a later stage is a failure', failure('generate', 'ValueError', 'this is not supported'), 'fail'],
    [
      'an incompatible package is a failure, not a refusal',
      failure(
        'attach',
        'ImportError',
        'Found an incompatible version of torchao. Found 0.15.0, but only versions above 0.16.0 are supported',
      ),
      'fail',
    ],
    ['what this release lacks', failure('attach', 'Unsupported', 'LoraConfig has no use_dora'), 'unsupported'],
    ['out of memory', failure('train', 'RuntimeError', "DefaultCPUAllocator: can't allocate memory"), 'inconclusive'],
    [
      'a handover that cannot be read',
      failure('carry', 'HandoverUnreadable', 'adapter_model.safetensors cannot be read'),
      'inconclusive',
    ],
    [
      'a file that the probe may not read',
      failure('import', 'PermissionError', '[Errno 13] Permission denied'),
      'inconclusive',
    ],
    ['disk full', failure('reload', 'OSError', '[Errno 28] No space left on device'), 'inconclusive'],
    ['a hang', record({ ended: 'timeout', stage: 'generate' }), 'inconclusive'],
    ['killed', record({ ended: 'signal:9', stage: 'train' }), 'inconclusive'],
    ['a bus error: a mapped file on a full disk', record({ ended: 'signal:7', stage: 'reload' }), 'inconclusive'],
    [
      'an abort for want of memory',
      record({ ended: 'signal:6', stage: 'train', output: 'terminate called after throwing: std::bad_alloc' }),
      'inconclusive',
    ],
    ['a segmentation fault', record({ ended: 'signal:11', stage: 'merge' }), 'fail'],
    ['an exit in the middle', record({ ended: 'status:3', stage: 'train' }), 'inconclusive'],
    ['stages left out without a failure', record({ stages: { import: 'ok' } }), 'inconclusive'],
    ['a GPU message on an unquantized cell is a failure', failure('build', 'RuntimeError', 'No GPU found.'), 'fail'],
  ])('%s: %s', (_name, given, outcome) => {
    expect(judge(given, HERE).outcome).toBe(outcome);
  });

  it.each<[Stage, string, string]>([
    ['quantize', 'RuntimeError', 'No GPU found. A GPU is needed for quantization.'],
    [
      'attach',
      'NeedsDevice',
      'bitsandbytes repacks 4-bit weights for this processor alone; a GPU is needed to measure this cell',
    ],
  ])('skips a quantized cell that needs a GPU: %s, %s', (stage, type, message) => {
    const given = { ...failure(stage, type, message), cell: 'lora/bnb-nf4/llama/causal-lm' };
    expect(judge(given, HERE)).toMatchObject({
      outcome: 'skipped',
      reason: 'needs a GPU',
      message: `${type}: ${message}`,
    });
  });

  it('takes the same for a defect on a device that lacks nothing', () => {
    const given = failure('quantize', 'RuntimeError', 'No GPU found. A GPU is needed for quantization.');
    const device = { ...DEVICES.cpu, lacks: [] };
    expect(judge({ ...given, cell: 'lora/bnb-nf4/llama/causal-lm' }, { device }).outcome).toBe('fail');
  });

  it.each<[Stage, string, string]>([
    ['import', 'ModuleNotFoundError', "No module named 'triton.ops'"],
    ['import', 'ImportError', "cannot import name 'TypeIndicator' from 'torch.utils._pytree' (/x/_pytree.py)"],
    ['build', 'AttributeError', "module 'torch.utils._pytree' has no attribute '_register_pytree_node'"],
    ['quantize', 'AttributeError', "module 'torch' has no attribute 'quint4x2'"],
  ])('skips what misses something in a torch that the sweep chose: %s, %s: %s', (stage, type, message) => {
    expect(judge(failure(stage, type, message), { ...HERE, ownTorch: '2.15.0' })).toMatchObject({
      outcome: 'skipped',
      reason: 'needs another torch',
      message: expect.stringMatching(/: the sweep chose torch 2\.15\.0.*--with torch==VERSION\.$/),
    });
    expect(judge(failure(stage, type, message), HERE).outcome).toBe('fail');
  });

  it.each<[string, string]>([
    ['ModuleNotFoundError', "No module named 'torchao.ops'"],
    ['ImportError', "cannot import name 'LinearActivationQuantizedTensor' from 'torchao.quantization' (/x/torch/a.py)"],
    ['AttributeError', "module 'torchvision' has no attribute 'ops'"],
    ['RuntimeError', "No module named 'triton.ops'"],
  ])('does not blame torch for what others lack: %s: %s', (type, message) => {
    expect(judge(failure('import', type, message), { ...HERE, ownTorch: '2.15.0' }).outcome).toBe('fail');
  });

  it('counts the exception before the broken invariant', () => {
    const given = record({
      stages: { ...PASSED, train: 'fail', generate: 'fail' },
      failures: [
        { stage: 'train', kind: 'check', type: 'no-gradient', message: 'x', frames: [], causes: [] },
        { stage: 'generate', kind: 'raised', type: 'TypeError', message: 'y', frames: [], causes: [] },
      ],
    });
    expect(judge(given, HERE)).toMatchObject({
      outcome: 'fail',
      failures: [{ stage: 'generate' }, { stage: 'train' }],
    });
  });

  it('says at which stage a crash happened', () => {
    expect(judge(record({ ended: 'signal:11', stage: 'generate' }), HERE).failures).toEqual([
      expect.objectContaining({ stage: 'generate', type: 'SIGSEGV' }),
    ]);
  });
});

describe('what a record comes to', () => {
  const CELL = 'lora/none/llama/causal-lm';
  const nothing = { cell: CELL, stages: {}, failures: [], facts: {} };

  it('is a pass with its facts, and with the time where that was taken', () => {
    const facts = { trainable: 8, firstLoss: 2.5 };
    const pass = { ...nothing, outcome: 'pass', stages: PASSED, facts };
    expect(judge(record({ facts }), HERE)).toEqual(pass);
    expect(judge(record({ facts, seconds: 1.5 }), HERE)).toEqual({ ...pass, facts: { ...facts, seconds: 1.5 } });
  });

  it('is a failure with its reason and its signature, and with frames where there are any', () => {
    const said = { stage: 'forward', kind: 'raised', type: 'TypeError', message: 'got 3 arguments' } as const;
    const frames = ['peft/a.py:1 f'];
    const found = (own: readonly string[]) =>
      judge(record({ failures: [{ ...said, frames: [...own], causes: [] }] }), HERE);
    const reason = classify('TypeError', 'got 3 arguments').reason;
    const failure = {
      ...{ stage: 'forward', kind: 'raised', type: 'TypeError', message: 'TypeError: got 3 arguments', reason },
      signature: signatureOf('TypeError', 'got 3 arguments'),
    };
    const fail = { ...nothing, outcome: 'fail', stages: PASSED, reason, message: 'TypeError: got 3 arguments' };
    expect(found([])).toEqual({ ...fail, failures: [failure] });
    expect(found(frames)).toEqual({ ...fail, failures: [{ ...failure, frames }] });
  });

  it('is a broken invariant under its own name, whatever its words are like', () => {
    const said = { stage: 'attach', kind: 'check', type: 'nothing-trainable', message: 'out of memory' } as const;
    const failure = { ...said, reason: 'nothing-trainable', signature: 'nothing-trainable' };
    expect(judge(record({ failures: [{ ...said, frames: ['peft/a.py:1 f'], causes: [] }] }), HERE)).toEqual({
      ...{ ...nothing, outcome: 'wrong', stages: PASSED, reason: said.type, message: said.message },
      failures: [failure],
    });
  });

  it.each<[string, CellRecord['stages']]>([
    ['left out stages', { import: 'ok', build: 'ok' }],
    ['failed a stage and does not say why', { ...PASSED, merge: 'fail' }],
  ])('is nothing where a probe %s', (_name, stages) => {
    expect(judge(record({ stages, facts: { trainable: 8 } }), HERE)).toEqual({
      ...{ ...nothing, outcome: 'inconclusive', reason: 'incomplete record' },
      message: 'The probe left out stages without a failure.',
    });
  });

  it.each<[string, Partial<CellRecord>, string, string]>([
    ['hung', { ended: 'timeout', stage: 'generate' }, 'timeout', 'timeout in stage generate'],
    ['hung before its first stage', { ended: 'timeout' }, 'timeout', 'timeout in stage import'],
    ['was killed', { ended: 'signal:9', stage: 'train' }, 'ended early', 'killed by signal 9 in stage train'],
    ['left', { ended: 'status:3', stage: 'train' }, 'ended early', 'exited with status 3 in stage train'],
    ['left with the number of a crash', { ended: 'status:11' }, 'ended early', 'exited with status 11 in stage import'],
    ['ended nobody knows how', { ended: 'gone', stage: 'merge' }, 'ended early', 'gone in stage merge'],
    ['was killed nobody knows by what', { ended: 'signal' }, 'ended early', 'killed by signal  in stage import'],
  ])('is inconclusive where the process %s, and says so', (_name, more, reason, what) => {
    expect(judge(record(more), HERE)).toEqual({
      ...{ ...nothing, outcome: 'inconclusive', reason },
      message: `The probe of this cell was ${what}.`,
    });
  });

  it.each([
    ['4', 'SIGILL'],
    ['6', 'SIGABRT'],
    ['8', 'SIGFPE'],
    ['11', 'SIGSEGV'],
  ])('is a crash by signal %s, %s', (code, signal) => {
    const message = `The process died with ${signal} in stage quantize.`;
    expect(judge(record({ ended: `signal:${code}`, stage: 'quantize' }), HERE)).toEqual({
      ...{ cell: CELL, outcome: 'fail', reason: 'crash', message, facts: {} },
      stages: { import: 'ok', build: 'ok', quantize: 'fail' },
      failures: [{ stage: 'quantize', kind: 'raised', type: signal, reason: 'crash', signature: signal, message }],
    });
  });

  it('is a crash where only its earlier words tell of a machine without memory', () => {
    const output = `std::bad_alloc${'\n'.repeat(2000)}`;
    expect(judge(record({ ended: 'signal:6', stage: 'train', output }), HERE).outcome).toBe('fail');
    expect(judge(record({ ended: 'signal:6', stage: 'train', output: output.slice(0, 1990) }), HERE).outcome).toBe(
      'inconclusive',
    );
  });

  it.each<[Stage, string]>([
    ['build', 'unsupported'],
    ['quantize', 'unsupported'],
    ['attach', 'unsupported'],
    ['import', 'fail'],
    ['forward', 'fail'],
  ])('is, of a refusal in stage %s, %s', (stage, outcome) => {
    expect(judge(failure(stage, 'ValueError', 'this is not supported'), HERE).outcome).toBe(outcome);
  });

  it('keeps 2000 characters of what a cell was not measured for', () => {
    expect(unmeasured(CELL, 'skipped', 'why', 'w'.repeat(2001))).toEqual({
      ...{ ...nothing, outcome: 'skipped', reason: 'why', message: 'w'.repeat(2000) },
    });
  });

  it('says of a crash before anything else that nothing was gone through', () => {
    expect(crashed(CELL, 'import', 'SIGSEGV').stages).toEqual({ import: 'fail' });
  });
});

describe('signatures', () => {
  it.each<[string, string]>([
    ['The size of tensor a (6) must match tensor b (11)', 'The size of tensor a (8) must match tensor b (12)'],
    ['<Foo object at 0x7f0012ab> has no x', '<Foo object at 0x7f99ffff> has no x'],
    ["cannot import name 'X' from 'y' (/a/b/c.py)", "cannot import name 'X' from 'y' (/other/place/c.py)"],
  ])('are equal for messages that differ in numbers, addresses and paths', (left, right) => {
    expect(signatureOf('E', left)).toBe(signatureOf('E', right));
  });

  it('differ for different messages', () => {
    expect(signatureOf('E', 'one thing')).not.toBe(signatureOf('E', 'another thing'));
  });
});

describe('reasons', () => {
  it('looks at no more than 8 KiB of a message, in time that is linear in it', () => {
    expect(classify('RuntimeError', `${'a'.repeat(9000)} out of memory`).reason).toBe('RuntimeError');
    const began = processorMs();
    classify('RuntimeError', 'no '.repeat(1_000_000));
    expect(processorMs() - began).toBeLessThan(1000);
  });
});

describe('probe records are foreign data', () => {
  it.each<[string, string]>([
    ['not JSON', 'hello'],
    ['another kind', '{"kind":"comment"}'],
    ['an outcome of its own', '{"kind":"cell","ended":"exit"}'],
    ['a stage that does not exist', '{"kind":"cell","cell":"x","ended":"exit","stages":{"party":"ok"}}'],
    ['a state that does not exist', '{"kind":"cell","cell":"x","ended":"exit","stages":{"train":"great"}}'],
    ['a negative count', '{"kind":"cell","cell":"x","ended":"exit","facts":{"trainable":-1}}'],
    ['a line that is too long', `{"kind":"cell","cell":"x","ended":"${'e'.repeat(70_000)}"}`],
    ['null', 'null'],
  ])('%s is no record', (_name, line) => {
    expect(parseRecord(line)).toBeUndefined();
  });
});
