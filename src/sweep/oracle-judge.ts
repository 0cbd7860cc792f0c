/** The oracle as a judge: where its numbers are others, the cell is wrong, and the sentence that explains them is told. */
import { type Cell, parseCellId } from '../domain/cell.ts';
import { CODE_PATHS, methodParts, withoutPaths } from '../domain/code-paths.ts';
import type { OracleAnswer } from '../domain/oracle-answer.ts';
import type { Failure } from '../domain/outcome.ts';
import { own } from '../domain/own.ts';
import type { Progress } from '../ports/machine.ts';
import type { Oracle } from '../ports/oracle.ts';
import type { Finding, Judge } from './judges.ts';

type Disagreement = Extract<OracleAnswer, { kind: 'disagrees' }>;
type NoNumbers = Extract<OracleAnswer, { kind: 'not finite' }>;

const REASON = 'oracle-disagrees';
const UNEXPLAINED = 'Nothing that was tried explains it.';

/** `progress` is told once of each thing that is not checked. */
export function oracleJudge(oracle: Oracle, progress: Progress): Judge {
  const told = new Set<string>();
  const tell = (line: string, about: string) => {
    if (told.has(about)) return;
    told.add(about);
    progress.say(line);
  };
  return {
    name: 'oracle',
    version: oracle.version,
    asks: (cell) => isExact(cell) && oracle.covers(withoutPaths(cell)),
    judge: async (record, left) => {
      if (left === undefined) return [];
      const cell = withoutPaths(parseCellId(record.cell));
      const answer = await oracle.examine(cell, left);
      const what = remarkOn(answer);
      if (what !== undefined) tell(`oracle, ${cell.method} on ${cell.architecture}: ${what}`, what);
      return findingsOf(answer);
    },
  };
}

/** Whether its numbers are told from others as exactly as without its code paths, and its arguments are the matrix's. */
function isExact({ method }: Cell): boolean {
  const parts = methodParts(method);
  return parts.own === undefined && parts.paths.every((path) => own(CODE_PATHS, path)?.tolerance === undefined);
}

/** What is no finding and worth a line. */
function remarkOn(answer: OracleAnswer): string | undefined {
  if (answer.kind === 'not checked') return `not checked, ${answer.why}`;
  return answer.kind === 'agrees' ? answer.but : undefined;
}

function findingsOf(answer: OracleAnswer): readonly Finding[] {
  if (answer.kind === 'not checked') return [];
  if (answer.kind === 'not finite') return [{ kind: 'failure', failure: notFinite(answer) }];
  const measured: Finding[] = Number.isFinite(answer.distance)
    ? [{ kind: 'facts', facts: { oracle: answer.distance } }]
    : [];
  if (answer.kind === 'agrees') return measured;
  const failure = failureOf(answer);
  if (answer.says === undefined) return [...measured, { kind: 'failure', failure }];
  return [...measured, { kind: 'failure', failure, explains: answer.says }];
}

/** The sentence is the signature, so that a defect is the same one from release to release. */
function failureOf(answer: Disagreement): Failure {
  const { where, says = UNEXPLAINED } = answer;
  return {
    stage: where === 'logits' ? 'forward' : 'generate',
    kind: 'check',
    type: REASON,
    reason: REASON,
    signature: `${REASON}: ${says}`,
    message: `${says} ${evidenceFor(answer)}`,
  };
}

/** Logits that are no numbers are a matter of the forward pass, a file that holds none of what is loaded again. */
function notFinite({ where, tensor, count, of }: NoNumbers): Failure {
  const [stage, message] =
    where === 'logits'
      ? (['forward', `${count} of ${of} logits are NaN or infinite.`] as const)
      : ([
          'reload',
          `The model computes numbers, and of its saved adapter ${count} of ${of} in ${tensor} are none.`,
        ] as const);
  const type = 'not-finite';
  return { stage, kind: 'check', type, reason: type, signature: `${type}: ${where}`, message };
}

function evidenceFor({ where, distance, band, left }: Disagreement): string {
  const what = where === 'logits' ? 'Logits are' : 'A generated token is';
  const from = where === 'logits' ? 'from the reference graph' : 'below the best one of the reference graph';
  const explained = left === undefined ? '' : `, and ${left.toPrecision(2)} with this change`;
  return `${what} ${distance.toPrecision(3)} ${from}${explained} (band ${band}).`;
}
