import { parseCellId } from '../domain/cell.ts';
import { STATUS, type Status } from '../domain/status.ts';
import type { CommandLine } from '../inputs.ts';
import type { Report } from '../report/model.ts';
import { renderTerminal } from '../report/terminal.ts';
import type { Context } from './context.ts';
import { measured } from './sweep.ts';

const BROKEN = 'prefix-tuning';
const WORKING = ['lora', 'ia3', 'prompt-tuning'];
const QUANTIZED = 'bnb-int8';

/** The request of the demo: the story that the project began with, on releases where a CPU can tell it. */
const DEMO: Pick<CommandLine['request'], 'changes' | 'held' | 'cells' | 'chosenBy' | 'environments'> = {
  changes: [{ library: 'transformers', from: '4.55.4', to: '4.57.6' }],
  held: { peft: '0.17.1' },
  cells: [`{${[...WORKING, BROKEN].join(',')}}/{none,${QUANTIZED}}/llama/causal-lm`],
  chosenBy: 'user',
  environments: 14,
};

/** Runs the story on real releases. Status 0 when it comes out, 1 when it does not, 3 when it could not be measured. */
export async function runDemo(context: Context): Promise<Status> {
  const line = { ...context.line, request: { ...context.line.request, ...DEMO } };
  const [report] = await measured({ ...context, line }, renderTerminal);
  if (report === undefined) return STATUS['not-compared'];
  const missing = missingFromStory(report);
  for (const sentence of missing) context.say(`demo: ${sentence}`);
  if (report.run.stoppedBy === 'interrupted') return STATUS.interrupted;
  if (report.totals.cells['not-compared'] > 0 || report.run.stoppedBy === 'budget') return STATUS['not-compared'];
  return missing.length === 0 ? STATUS.fine : STATUS.found;
}

/** Sentences of the story that the measurements do not bear out. */
function missingFromStory(report: Report): readonly string[] {
  const quantized = report.comparisons.filter(({ cell }) => parseCellId(cell).quantization === QUANTIZED);
  const methodOf = (cell: string) => parseCellId(cell).method;
  const story: readonly (readonly [boolean, string])[] = [
    [
      quantized.some(({ cell, comparison }) => methodOf(cell) === BROKEN && comparison === 'regressed'),
      `${BROKEN} does not break on ${QUANTIZED}`,
    ],
    [
      quantized.filter(({ cell, after }) => WORKING.includes(methodOf(cell)) && after === 'pass').length ===
        WORKING.length,
      `not all of ${WORKING.join(', ')} go on working`,
    ],
    [
      report.boundaries.some(({ cell, certainty }) => methodOf(cell) === BROKEN && certainty.adjacent),
      'the release that broke it was not found',
    ],
    [report.pins.some(({ kind, holds, of }) => kind === 'hold' && holds === of), 'no hold mends it'],
    [
      report.pins.some(({ kind, holds, of }) => kind === 'raise-partner' && holds === of),
      'no partner release mends it',
    ],
    [report.workarounds.some(({ kind, helps }) => kind === 'method' && helps), 'no other method was found to work'],
    [report.workarounds.some(({ kind }) => kind === 'quantization'), 'dropping the quantization was not tried'],
  ];
  return story.filter(([holds]) => !holds).map(([, sentence]) => sentence);
}
