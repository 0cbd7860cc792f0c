/** The same cells on a CPU and on a card: what shows on one only is said, so that no verdict passes for the other's. */
import { cellId, parseCellId } from '../domain/cell.ts';
import { isWorse } from '../domain/comparison.ts';
import { DEVICES } from '../domain/device.ts';
import { ownKernels } from '../domain/kernels.ts';
import type { Report, ReportComparison } from './model.ts';
import { isCheck } from './summary.ts';
import { cellsText, isBrokenHere, isMeasuredHere } from './words.ts';

type Elsewhere = NonNullable<Report['elsewhere']>[number];

export function isOnCpu({ run }: Pick<Report, 'run'>): boolean {
  return run.device === DEVICES.cpu.title;
}

/** `CPU`, or the card without its driver: `2 x NVIDIA A10G`. Empty where nothing was measured. */
export function deviceName({ run, environments }: Report): string {
  if (!environments.some(({ status }) => status === 'built')) return '';
  return run.device.split(',')[0] ?? '';
}

/** Reports of one run, each told what its cells do on the devices of the others. */
export function withElsewhere(reports: readonly Report[]): readonly Report[] {
  return reports.map((report) => {
    const others = reports.filter((other) => other !== report && isOfSameQuestion(report, other));
    const elsewhere = others.flatMap((other) => entriesOf(report, other));
    return elsewhere.length > 0 ? { ...report, elsewhere } : report;
  });
}

function isOfSameQuestion(report: Report, other: Report): boolean {
  const questionOf = ({ changes, run }: Report) =>
    JSON.stringify([
      changes.map(({ library, from, to, file, line }) => [library, from, to, file, line]),
      Object.entries(run.held).toSorted(),
    ]);
  return isOnCpu(report) !== isOnCpu(other) && questionOf(report) === questionOf(other);
}

function entriesOf(report: Report, other: Report): readonly Elsewhere[] {
  const own = new Set(cellsOf(report).map(({ cell }) => cell));
  return cellsOf(other).flatMap((there): readonly Elsewhere[] => {
    if (!own.has(there.cell) || !isKnown(other, there)) return [];
    const { cell, comparison, before, after } = there;
    return [{ cell, device: other.run.device, comparison, before, after, isBad: isBad(other, there) }];
  });
}

function cellsOf({ comparisons, controls }: Report): readonly ReportComparison[] {
  return [...comparisons, ...controls];
}

function isKnown(report: Report, cell: ReportComparison): boolean {
  return isCheck(report) ? isMeasuredHere(cell) : cell.comparison !== 'not-compared' && cell.comparison !== 'flaky';
}

function isBad(report: Report, cell: ReportComparison): boolean {
  return isCheck(report) ? isBrokenHere(cell) : isWorse(cell.comparison);
}

/** Whether a cell is worse on the CPU and measured to be fine on a card. */
export function isOnCpuOnly(report: Report, cell: string): boolean {
  return isOnCpu(report) && (report.elsewhere ?? []).some((there) => there.cell === cell && isFine(there));
}

/** What is as broken as before, or refused, did not come to where the other device got worse: it says nothing of that. */
function isFine({ isBad, after }: Elsewhere): boolean {
  return !isBad && after === 'pass';
}

/** Sentences about the other device; none where nothing is bad, or it was not asked. */
export function devicesText(report: Report): readonly string[] {
  const { elsewhere = [] } = report;
  const known = new Map(elsewhere.map((there) => [there.cell, there]));
  const bad = badCells(report);
  const only = elsewhere.filter((entry) => bad.includes(entry.cell) && isFine(entry)).map(({ cell }) => cell);
  const both = bad.filter((cell) => known.get(cell)?.isBad);
  const there = elsewhere.filter(({ cell, isBad: isBadThere }) => isBadThere && !bad.includes(cell));
  return [
    ...(only.length > 0 ? [onlyText(report, only)] : []),
    ...(both.length > 0 ? [`On the CPU and on the GPU: ${cellsText(report, both)}.`] : []),
    ...(there.length > 0 ? [thereText(report, there)] : []),
  ];
}

/**
 * What a card computes by other code, where only a CPU was asked and the same cell is not bad without that code; empty
 * where there is nothing of it.
 */
export function unaskedText(report: Report): string {
  if (!isOnCpu(report)) return '';
  const known = new Set((report.elsewhere ?? []).map(({ cell }) => cell));
  const bad = badCells(report);
  const isPlainToo = (cell: string) => bad.includes(cellId({ ...parseCellId(cell), quantization: 'none' }));
  const unasked = bad.filter((cell) => !known.has(cell) && ownKernels(parseCellId(cell)) !== undefined);
  const own = unasked.filter((cell) => parseCellId(cell).quantization === 'none' || !isPlainToo(cell));
  if (own.length === 0) return '';
  const reasons = [...new Set(own.flatMap((cell) => ownKernels(parseCellId(cell)) ?? []))];
  return `Measured on a CPU, and a GPU can differ for ${cellsText(report, own)}: ${reasons.join('; ')}.`;
}

function badCells(report: Report): readonly string[] {
  return cellsOf(report)
    .filter((cell) => isBad(report, cell))
    .map(({ cell }) => cell);
}

function onlyText(report: Report, cells: readonly string[]): string {
  return isOnCpu(report)
    ? `On the CPU only: your GPU is not affected by what happens to ${cellsText(report, cells)}.`
    : `On the GPU only: ${cellsText(report, cells)}. A run on a CPU does not show it.`;
}

/** What is fine here, or was not measured, and is not on the other device. */
function thereText(report: Report, there: readonly Elsewhere[]): string {
  const cells = there.map(({ cell }) => cell);
  const other = isOnCpu(report) ? 'GPU' : 'CPU';
  const verb = isCheck(report) ? 'broken' : 'worse';
  return `On the ${other} only: ${cellsText(report, cells)}, ${verb} there; the report of that device says how.`;
}
