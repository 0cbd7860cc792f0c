/** Reports without what differs from machine to machine and from run to run. */
import type { Report } from '../../src/report/model.ts';

/** Facts that are times, memory and rounding, what training passed through, and what stand-ins are too small for. */
const MEASURED_ANEW = [
  'seconds',
  'peakBytes',
  'stepMs',
  'stepNoise',
  'checks',
  'unchecked',
  'exempt',
  'start',
  'curve',
  'finalLoss',
];

/** What this machine lacks, and losses: stand-ins learn less than the models whose losses are known. */
const NOT_OF_STAND_INS = ['containment', 'loss'];

/** A report as lines of JSON, one for each thing in it. */
export function normalReport(report: Report): string {
  const { run, environments, results, findings, ...rest } = report;
  const { stoppedBy, torch, held } = run;
  const plain = {
    run: { stoppedBy, torch, held },
    ...rest,
    environments: environments.map(({ python: _python, device: _device, containment: _contained, ...one }) => one),
    results: results.map(normalResult),
    findings: findings.filter(({ kind }) => !NOT_OF_STAND_INS.includes(kind)),
  };
  return withoutMachine(lines(plain), report);
}

/** Without what its identifier and its first failure say already. */
function normalResult({ id, repeat, outcome, reason, message, stages, failures, facts }: Report['results'][number]) {
  const went = Object.entries(stages).map(([stage, state]) => (state === 'ok' ? stage : `${stage}:${state}`));
  const why = failures.length > 0 ? { failures } : { ...(reason && { reason }), ...(message && { message }) };
  return { id, repeat, outcome, stages: went.join(' '), ...why, facts: rounded(facts) };
}

function rounded(facts: Report['results'][number]['facts']) {
  const kept = Object.entries(facts).filter(([name]) => !MEASURED_ANEW.includes(name));
  return Object.fromEntries(
    kept.map(([name, value]) => [
      name,
      typeof value === 'number' ? Number((Math.round(value * 1e6) / 1e6).toPrecision(6)) : value,
    ]),
  );
}

function lines(report: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(report).map(([name, value]) => {
    if (!Array.isArray(value)) return `"${name}": ${JSON.stringify(value)}`;
    return `"${name}": [${value.map((one) => `\n  ${JSON.stringify(one)}`).join(',')}${value.length > 0 ? '\n ' : ''}]`;
  });
  return `{\n ${parts.join(',\n ')}\n}\n`;
}

/** A text about a report without the paths, times and hashes of this machine, and without line numbers of sources. */
export function withoutMachine(text: string, report: Report): string {
  let plain = text.replaceAll(report.run.out, 'OUT').replaceAll(/Python \d+\.\d+\.\d+/g, 'Python VERSION');
  for (const [number, { id }] of report.environments.entries()) if (id) plain = plain.replaceAll(id, `E${number + 1}`);
  return plain
    .replace(/#### Training that ends far off, without an error\n\n(?:- .*\n)+\n/, '')
    .replace(/Isolation: [^.]*\./, 'Isolation: NAME.')
    .replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, 'INDEX')
    .replaceAll(/\/[^\s'"`<>|]*\/peft-sweep-mini-[^/\s'"`]+/g, 'MINI')
    .replaceAll(/"([a-z_/]+\.py):\d+ /g, '"$1 ')
    .replaceAll(/\b\d+(\.\d+)? (s|seconds|min|minutes|ms)\b/g, 'TIME');
}
