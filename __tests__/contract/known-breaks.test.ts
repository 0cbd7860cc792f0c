/** Cases of `npm run test:real`, and what is kept of them: checked without running one. */
import { describe, expect, it } from '@jest/globals';
import { cellId } from '../../src/domain/cell.ts';
import { allCells } from '../../src/plan/matrix.ts';
import { selectCells } from '../../src/plan/patterns.ts';
import { parseChange, parseHeld } from '../../src/plan/request.ts';
import { readKnownBreaks } from '../real/breaks/measured.ts';
import { question } from '../real/breaks/question.ts';
import { KNOWN_BREAKS } from '../real/known-breaks.ts';

const { entries, cases } = readKnownBreaks();
const byId = new Map(KNOWN_BREAKS.map((known) => [known.id, known]));

describe('breaks that others reported', () => {
  it('are 40, each once', () => {
    expect(entries).toHaveLength(40);
    expect(new Set(entries.map(({ id }) => id)).size).toBe(40);
  });

  it.each(entries.map((entry) => [entry.id, entry] as const))('%s is replayed, or it is said why not', (id, entry) => {
    expect([entry.case, entry.why].filter((one) => one !== undefined)).toHaveLength(1);
    if (entry.case === undefined) return;
    const known = byId.get(entry.case);
    expect(known?.entries ?? [known?.id]).toContain(id);
  });

  it.each(Object.entries(cases))('what was found by %s is of the question that it asks today', (id, { asked }) => {
    const known = byId.get(id);
    expect(known && question(known)).toEqual(asked);
  });
});

describe('a case', () => {
  it('has a name of its own', () => {
    expect(byId.size).toBe(KNOWN_BREAKS.length);
  });

  it.each([...byId])('%s asks for cells that there are, and expects nothing of others', (_id, known) => {
    const problems: string[] = [];
    parseChange(known.change, problems);
    for (const one of known.held) parseHeld(one, problems);
    const selected = new Set(selectCells([known.cells], allCells(), problems).map(cellId));
    expect(problems).toEqual([]);
    const named = [...known.expected, ...(known.still ?? [])].map(({ cell }) => cell);
    expect([...named, ...known.unharmed].filter((cell) => !selected.has(cell))).toEqual([]);
  });
});
