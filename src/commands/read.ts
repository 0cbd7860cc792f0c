import { readReport } from '../adapters/machine/report-folder.ts';
import { cellId, parseCellId } from '../domain/cell.ts';
import { STATUS, type Status } from '../domain/status.ts';
import { didYouMean } from '../domain/suggest.ts';
import { assertNever, UserError } from '../errors.ts';
import { selectCells } from '../plan/patterns.ts';
import { renderCheck } from '../report/check.ts';
import { renderComment } from '../report/comment.ts';
import { renderExplain } from '../report/explain.ts';
import type { Report } from '../report/model.ts';
import { renderTerminal } from '../report/terminal.ts';
import type { Context } from './context.ts';

/** Shows an earlier run again. */
export async function runReport(context: Context): Promise<Status> {
  const { operands, options } = context.line;
  const report = readReport(operands[0] ?? options.out);
  context.print(rendered(report, options.json ? 'json' : options.format));
  return STATUS.fine;
}

function rendered(report: Report, format: Context['line']['options']['format']): string {
  switch (format) {
    case 'terminal':
      return report.changes.length === 0 ? renderCheck(report) : renderTerminal(report);
    case 'markdown':
      return renderComment(report);
    case 'json':
      return `${JSON.stringify(report)}\n`;
    default:
      return assertNever(format);
  }
}

/** Says what is known about one cell. */
export async function runExplain(context: Context): Promise<Status> {
  const { operands, options } = context.line;
  const [typed] = operands;
  if (typed === undefined) throw new UserError('Name a cell, e.g. `peft-sweep explain lora/none/llama/causal-lm`.');
  const report = readReport(options.out);
  const known = [...new Set([...report.comparisons, ...report.controls, ...report.results].map(({ cell }) => cell))];
  const problems: string[] = [];
  const matching = selectCells([typed.replace(/\/$/, '')], known.map(parseCellId), problems).map(cellId);
  if (matching.length === 0) throw new UserError(noSuchCell(typed, options.out, known, problems));
  context.print(matching.map((cell) => renderExplain(report, cell)).join('\n'));
  return STATUS.fine;
}

const SHOWN_CELLS = 8;

function noSuchCell(typed: string, out: string, known: readonly string[], problems: readonly string[]): string {
  const unknown = problems.filter((problem) => !problem.includes('selects no cell'));
  if (unknown.length > 0) return unknown.join('\n');
  const rest = known.length - SHOWN_CELLS;
  const list = `${known.slice(0, SHOWN_CELLS).join(', ')}${rest > 0 ? `, and ${rest} more` : ''}`;
  return `The report in \`${out}\` has no cell that \`${typed}\` selects.${didYouMean(typed, known)} It has: ${list}.`;
}
