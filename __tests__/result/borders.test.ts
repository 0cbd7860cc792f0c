/**
 * Every fact and every field of a result, through every border: probe record, judge, journal, publishing job, report,
 * report.json. The samples are made from the schemas, so what is new there is carried here without an edit.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { z } from 'zod';
import { FileJournal } from '../../src/adapters/machine/journal.ts';
import { CellId } from '../../src/domain/cell.ts';
import { deviceOf } from '../../src/domain/device.ts';
import { Environment, EnvironmentId, EnvironmentRequest, Lock, requestKey } from '../../src/domain/environment.ts';
import { FACT_NAMES } from '../../src/domain/facts.ts';
import { Failure, Result } from '../../src/domain/outcome.ts';
import type { Measurement } from '../../src/domain/search.ts';
import { reportOf } from '../../src/main.ts';
import { ForeignResults } from '../../src/publish/foreign.ts';
import { Report } from '../../src/report/model.ts';
import { ResultKey } from '../../src/result/key.ts';
import { Line, lineText, parseLine } from '../../src/result/line.ts';
import { CellRecord, parseRecord } from '../../src/result/probe-record.ts';
import { judge } from '../../src/sweep/judge.ts';
import { LORA, PLAN } from '../factories/plan.ts';
import { report } from '../factories/report.ts';
import { type Forms, readSample, sampleOf } from '../factories/samples.ts';
import { scratch } from '../factories/scratch.ts';

const ID = 'abcdefabcdef';
const FORMS: Forms = new Map<z.core.$ZodType, unknown>([
  [CellId, LORA],
  [EnvironmentId, ID],
  [Lock.keyType, 'transformers'],
  [Lock.valueType, '4.57.6'],
  [ResultKey.shape.checkpoint, ID],
]);

const REQUEST = readSample(EnvironmentRequest, FORMS);
const KEY = readSample(ResultKey, FORMS);
const [BUILT, UNRESOLVED, INCONCLUSIVE] = Environment.options.map((option) => readSample(option, FORMS));

/** A record of a cell that raised at its first stage and has every fact. */
function recordText(): string {
  const sample = sampleOf(CellRecord, FORMS) as { readonly stages: object };
  return JSON.stringify({ ...sample, ended: 'exit', stages: { ...sample.stages, import: 'fail' } });
}

function judged(): Result {
  const record = parseRecord(recordText());
  if (record?.kind !== 'cell') throw new Error('The sample is no record.');
  const result = judge(record, { device: deviceOf() });
  // Another judge may explain what the record says.
  return { ...result, failures: result.failures.map((failure) => ({ ...failure, explained: 'for a reason' })) };
}

function journalled(environment: Environment | undefined): string {
  const file = join(scratch('borders'), 'results.jsonl');
  const asked = { request: requestKey(REQUEST), key: KEY, repeat: 1 };
  const first = new FileJournal(file, 'same', false);
  if (environment) first.addEnvironment(REQUEST, environment);
  if (environment?.status === 'built') first.addResult(asked, judged());
  const later = new FileJournal(file, 'same', false);
  if (environment?.status === 'built') expect(later.result(asked)).toEqual(judged());
  if (environment?.status !== 'inconclusive') expect(later.environment(requestKey(REQUEST))).toEqual(environment);
  return readFileSync(file, 'utf8');
}

function published(lines: string): readonly Measurement[] {
  const results = new ForeignResults(PLAN);
  for (const line of lines.split('\n')) results.add(line);
  expect(results.rejected()).toEqual([]);
  return results.measurements();
}

function reported(history: readonly Measurement[]): Report {
  return reportOf(PLAN, history, { findings: [] }, report().run);
}

describe('a result', () => {
  it('has every field and every fact once it is judged', () => {
    const result = judged();
    expect(Object.keys(result).toSorted()).toEqual(Object.keys(Result.shape).toSorted());
    expect(Object.keys(result.failures[0] ?? {}).toSorted()).toEqual(Object.keys(Failure.shape).toSorted());
    expect(Object.keys(result.facts).toSorted()).toEqual([...FACT_NAMES].toSorted());
  });

  it('is the same in the journal, in the publishing job and in the report', () => {
    const history = published(journalled(BUILT));
    expect(history.flatMap(({ results }) => [...results.values()])).toEqual([judged()]);
    expect(reported(history).results).toEqual([
      {
        id: `${LORA}@${ID}`,
        environment: ID,
        repeat: 1,
        stage: judged().failures[0]?.stage,
        signature: judged().failures[0]?.signature,
        ...judged(),
      },
    ]);
  });

  it('fits report.json, and its public schema', () => {
    const text = JSON.stringify(reported(published(journalled(BUILT))));
    expect(JSON.stringify(Report.parse(JSON.parse(text)))).toHaveLength(text.length);
    const ajv = new Ajv2020({ strict: false });
    const isFitting = ajv.validate(JSON.parse(readFileSync('schema/report.schema.json', 'utf8')), JSON.parse(text));
    expect([isFitting, ajv.errorsText()]).toEqual([true, 'No errors']);
  });
});

describe('an environment', () => {
  it.each([
    ['built', BUILT],
    ['unresolved', UNRESOLVED],
    ['inconclusive', INCONCLUSIVE],
  ])('that is %s is the same in the journal and in the publishing job', (_status, environment) => {
    const [measurement] = published(journalled(environment));
    expect(measurement?.environment).toEqual(environment);
    expect(measurement?.question.environment).toEqual(REQUEST);
  });

  it('says in the report what it is, what it holds, why it is not there, and what is odd about it', () => {
    const built = reported(published(journalled(BUILT)));
    expect(built.environments).toMatchObject([{ id: ID, status: 'built', pins: { transformers: '4.57.6' } }]);
    expect(built.findings).toContainEqual({ kind: 'contested-files', message: 'some words' });
    const missing = reported(published(journalled(UNRESOLVED)));
    expect(missing.environments).toMatchObject([{ status: 'unresolved', why: 'some words', pins: REQUEST.pins }]);
  });
});

describe('the lines of results.jsonl', () => {
  it.each(Line.options.map((option) => [option.shape.kind.value, option] as const))(
    'of kind %s have each of their fields again when they are read',
    (_kind, option) => {
      const line = readSample(option, FORMS);
      expect(parseLine(lineText(line))).toEqual(line);
    },
  );
});

describe('the facts', () => {
  it('of the Python half are those of the table; time and the oracle are measured around it', () => {
    const folder = 'probe/peft_probe';
    const programs = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.py'));
    const text = programs.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
    const written = [...text.matchAll(/facts"?\]?\["(\w+)"\]/g)].map(([, name]) => name);
    expect([...new Set([...written, 'seconds', 'oracle'])].toSorted()).toEqual([...FACT_NAMES].toSorted());
  });
});
