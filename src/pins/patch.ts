/** A pin put into a manifest, in the file's own dialect: comments, markers, order, quotes and line ends stay as they are. */
import type { Requirement } from '../domain/manifest.ts';
import { has } from '../formats/format.ts';
import { formatNamed } from '../formats/table.ts';

export interface Patched {
  readonly content: string;
  /** The line that changed, before and after, without its line end. */
  readonly line: number;
  readonly before: string;
  readonly after: string;
}

export type Patch = Patched | { readonly why: string };

/**
 * The file with one requirement's specifier replaced. `format` is the manifest's; the requirement is one that its reader
 * found in exactly this content. Says why where the place is not patched.
 */
export function patchRequirement(content: string, format: string, requirement: Requirement, specifier: string): Patch {
  if (requirement.source !== 'index') return { why: `\`${requirement.name}\` does not come from an index.` };
  const dialect = has(formatNamed(format)?.pin)?.dialect;
  if (dialect === undefined) return { why: `A ${format} file is refreshed by its own tool.` };
  const start = lineStart(content, requirement.line);
  const end = content.indexOf('\n', start);
  const raw = content.slice(start, end < 0 ? content.length : end);
  const line = raw.replace(/\r$/, '');
  const [from, to] = requirement.columns;
  if (line.slice(from, to) !== requirement.written) return { why: 'The requirement is spread over several lines.' };
  const written = dialect(requirement, specifier, { before: line.slice(0, from), after: line.slice(to) });
  if (written === undefined) return { why: 'The requirement is written in a form that is not patched.' };
  const after = line.slice(0, from) + written + line.slice(to);
  return {
    content: content.slice(0, start) + after + content.slice(start + line.length),
    line: requirement.line,
    before: line,
    after,
  };
}

/** Offset of a line; a byte order mark belongs to no line. */
function lineStart(content: string, line: number): number {
  let start = content.startsWith('\ufeff') ? 1 : 0;
  for (let number = 1; number < line; number++) {
    const next = content.indexOf('\n', start);
    if (next < 0) return content.length;
    start = next + 1;
  }
  return start;
}
