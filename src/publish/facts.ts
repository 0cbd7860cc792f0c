/**
 * The text of the check: what is known of each cell, and the measured pins in a form that a later job takes up again.
 * Nobody but an app with the right to write checks can change it.
 */
import { z } from 'zod';
import type { Markdown } from '../domain/safe.ts';
import { code, fence, hidden, joined, md } from '../report/escape.ts';
import { renderExplain } from '../report/explain.ts';
import type { Report } from '../report/model.ts';
import { worse } from '../report/summary.ts';
import { offers } from './safe-patch.ts';

/** Limit of the checks API, with some room. */
const LONGEST = 60_000;
const MOST_PATCHES = 50;

const Patch = z.strictObject({
  specifier: z.string().max(200),
  library: z.string().max(100),
  version: z.string().max(100),
  file: z.string().max(400),
  line: z.number().int().positive(),
  before: z.string().max(2000),
  after: z.string().max(2000),
  refresh: z.string().max(400).optional(),
});
export type StoredPatch = z.infer<typeof Patch>;

export function factsText(reports: readonly Report[]): Markdown {
  const sections: Markdown[] = [hidden('patches', reports.flatMap(patchesOf).slice(0, MOST_PATCHES))];
  let length = sections[0]?.length ?? 0;
  for (const report of reports)
    for (const cell of cellsOf(report)) {
      const section = md`#### ${code(cell)}\n\n${fence(renderExplain(report, cell).trimEnd().split('\n'))}`;
      if (length + section.length > LONGEST) return joined([...sections, md`The rest is in the artifacts.`], '\n\n');
      length += section.length + 2;
      sections.push(section);
    }
  return joined(sections, '\n\n');
}

function cellsOf(report: Report): readonly string[] {
  const bad = worse(report).map(({ cell }) => cell);
  const rest = [...report.comparisons, ...report.controls].map(({ cell }) => cell);
  return [...new Set([...bad, ...rest])];
}

function patchesOf(report: Report): readonly StoredPatch[] {
  return offers(report).flatMap(({ specifier, file, line, before, after, refresh }) => {
    const pin = report.pins.find((one) => one.specifier === specifier);
    if (pin === undefined) return [];
    const { library, version } = pin;
    return [{ specifier, library, version, file, line, before, after, ...(refresh && { refresh }) }];
  });
}

const STORED = /^<!-- peft-sweep:v1:patches ([A-Za-z0-9+/=]*) -->$/m;

/** The pins that a check's text carries; none where it is not ours. */
export function patchesIn(text: string): readonly StoredPatch[] {
  try {
    const written = Buffer.from(STORED.exec(text)?.[1] ?? '', 'base64').toString();
    return z.array(Patch).max(MOST_PATCHES).safeParse(JSON.parse(written)).data ?? [];
  } catch {
    return [];
  }
}

/** Cells that a check's text tells of, with its lines. */
export function factsIn(text: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const [, cell = '', , body = ''] of text.matchAll(/^#### `([^`\n]+)`\n\n(`{3,})text\n([\s\S]*?)\n\2$/gm))
    found.set(cell, body.split('\n'));
  return found;
}
