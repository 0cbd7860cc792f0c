// What a run of `check` wrote, small enough to keep: cells that came to the same end stand together.

/** Lines of results.jsonl -> {date, device, pins, lock, groups}; a cell counts as it was measured last. */
export function compacted(text, pins, date) {
  const lines = text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const results = new Map();
  for (const { kind, result } of lines) if (kind === 'result') results.set(result.cell, result);
  const environment = lines.findLast(({ kind, environment: one }) => kind === 'environment' && one.status === 'built');
  return { date, device: 'cpu', pins, lock: environment?.environment.lock ?? {}, groups: groupsOf(results.values()) };
}

function groupsOf(results) {
  const groups = new Map();
  for (const result of results) {
    const { cell, outcome } = result;
    const [failure] = result.failures;
    const key = [outcome, failure?.stage, failure?.signature].join(' | ');
    const group = groups.get(key) ?? { outcome, ...causeOf(result, failure), cells: [] };
    group.cells.push(cell);
    groups.set(key, group);
  }
  return [...groups.values()].toSorted((one, other) => other.cells.length - one.cells.length);
}

function causeOf({ reason, message }, failure) {
  if (failure === undefined) return reason === undefined ? {} : { reason, message: message?.slice(0, 300) };
  const { stage, reason: why, message: said, frames = [] } = failure;
  return { stage, reason: why, message: said.slice(0, 300), frames: frames.slice(-2) };
}
