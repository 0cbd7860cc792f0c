/** What a case came to. Pure: its expectation and a report in, words out. */

/** `as-expected`, `otherwise` or `not-measured`, with why. Weather is no answer, a case without a report neither. */
export function verdictOf({ expects }, { status, report }) {
  if (report === undefined) return { verdict: 'not-measured', why: `ended with status ${status} and no report` };
  const cells = report.comparisons ?? [];
  const open = report.results.filter(({ outcome }) => outcome === 'inconclusive' || outcome === 'unresolved');
  const missing = open.map(({ id, outcome, message }) => `${id}: ${outcome}, ${message ?? ''}`);
  if (report.results.length === 0 || missing.length > 0)
    return { verdict: 'not-measured', why: missing.slice(0, 5).join('; ') || 'no cell was measured' };
  if (expects.seen) return { verdict: 'as-expected', why: outcomesOf(report.results) };
  const worse = cells.filter(({ comparison }) => comparison === 'regressed' || comparison === 'degraded');
  if (expects.fine) return answer(worse.length === 0, `got worse: ${namesOf(worse)}`);
  return boundaryOf(expects, report.boundaries, worse);
}

function boundaryOf({ boundary: [library, lastGood, firstBad], cells }, boundaries, worse) {
  const isAsSaid = (one) => one.library === library && one.lastGood === lastGood && one.firstBad === firstBad;
  const harmed = worse.map(({ cell }) => cell.split('/')[0]);
  const isHarmed = cells.every((method) => harmed.includes(method)) && harmed.every((method) => cells.includes(method));
  const broken = boundaries.filter(({ direction }) => direction !== 'fixed');
  const said = broken.map((one) => `${one.cell}: ${one.library} ${one.lastGood} | ${one.firstBad}`).join('; ');
  return answer(isHarmed && broken.length > 0 && broken.every(isAsSaid), `got worse: ${namesOf(worse)}; ${said}`);
}

function answer(isAsExpected, otherwise) {
  return isAsExpected ? { verdict: 'as-expected', why: '' } : { verdict: 'otherwise', why: otherwise };
}

function namesOf(comparisons) {
  return comparisons.map(({ cell }) => cell).join(', ') || 'nothing';
}

function outcomesOf(results) {
  return results.map(({ cell, outcome, reason }) => `${cell}: ${outcome}${reason ? ` (${reason})` : ''}`).join('; ');
}

/** Time and memory of a case, as its cells tell them; absent where none did. */
export function costsOf({ results, run }) {
  const of = (fact) => results.flatMap(({ facts }) => (typeof facts[fact] === 'number' ? [facts[fact]] : []));
  const [steps, bytes] = [of('stepMs'), of('peakBytes')];
  return {
    cells: results.length,
    seconds: run.ms / 1000,
    ...(steps.length > 0 && { medianStepMs: steps.toSorted((one, other) => one - other)[steps.length >> 1] }),
    ...(bytes.length > 0 && { mostBytes: Math.max(...bytes) }),
  };
}

/** 0: all as expected; 1: some case is otherwise; 3: none is, and some could not be measured. */
export function statusOf(verdicts) {
  if (verdicts.some(({ verdict }) => verdict === 'otherwise')) return 1;
  return verdicts.every(({ verdict }) => verdict === 'as-expected') ? 0 : 3;
}
