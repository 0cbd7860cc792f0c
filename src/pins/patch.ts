/** A pin put into a manifest, in the file's own dialect: comments, markers, order, quotes and line ends stay as they are. */
import type { Requirement } from '../domain/manifest.ts';
import { parsePep508, type Span } from '../domain/pep508.ts';

export interface Patched {
  readonly content: string;
  /** The line that changed, before and after, without its line end. */
  readonly line: number;
  readonly before: string;
  readonly after: string;
}

export type Patch = Patched | { readonly why: string };

/** How a format writes a version constraint. */
type Dialect = (requirement: Requirement, specifier: string, around: Around) => string | undefined;

/** The characters beside the written requirement. */
interface Around {
  readonly before: string;
  readonly after: string;
}

const DIALECTS: Readonly<Record<string, Dialect>> = {
  requirements: pep508,
  pyproject: (requirement, specifier) => (isPep508(requirement) ? pep508(requirement, specifier) : specifier),
  'setup-cfg': pep508,
  'setup-py': pep508,
  script: pep508,
  pipfile: (_requirement, specifier) => specifier,
  conda: (requirement, specifier) =>
    requirement.group === 'pip' ? pep508(requirement, specifier) : condaSpec(requirement, specifier),
  dockerfile: shellWord,
};

/**
 * The file with one requirement's specifier replaced. `format` is the manifest's; the requirement is one that its reader
 * found in exactly this content. Says why where the place is not patched.
 */
export function patchRequirement(content: string, format: string, requirement: Requirement, specifier: string): Patch {
  if (requirement.source !== 'index') return { why: `\`${requirement.name}\` does not come from an index.` };
  const dialect = DIALECTS[format];
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

function isPep508(requirement: Requirement): boolean {
  const parsed = parsePep508(beforeMarker(requirement.written));
  return 'name' in parsed && parsed.name === requirement.name && parsed.specifier === requirement.specifier;
}

/** A marker may hold quotes that the file escapes; the specifier stands before it. */
function beforeMarker(written: string): string {
  return written.split(';')[0] ?? written;
}

function pep508(requirement: Requirement, specifier: string): string | undefined {
  const { written } = requirement;
  const parsed = parsePep508(beforeMarker(written));
  if ('error' in parsed || parsed.name !== requirement.name || parsed.url !== '') return undefined;
  return replaced(written, parsed.specifierAt, spacedLike(written, parsed.specifierAt, specifier));
}

function replaced(text: string, [from, to]: Span, by: string): string {
  return text.slice(0, from) + by + text.slice(to);
}

/** `peft >= 0.17 , < 0.19` gets its spaces back; a name without a specifier gets none. */
function spacedLike(written: string, [from, to]: Span, specifier: string): string {
  const old = written.slice(from, to);
  const afterComma = /,(\s*)/.exec(old)?.[1] ?? '';
  const afterOperator = /^[=~!<>]+(\s*)/.exec(old)?.[1] ?? '';
  return specifier
    .split(',')
    .map((clause) => clause.replace(/^([=~!<>]+)/, `$1${afterOperator}`))
    .join(`,${afterComma}`);
}

/** conda: `name=1.2`, `channel::name>=1.2`. A build string names one build and goes. */
function condaSpec({ written }: Requirement, specifier: string): string | undefined {
  const name = /^\s*(?:[^\s:]+::)?[A-Za-z0-9._-]+(\s*)/.exec(written);
  return name ? `${name[0].trimEnd()}${name[1] === '' ? '' : ' '}${specifier}` : undefined;
}

/** In a shell `<` and `>` redirect: a word that is not quoted yet gets quotes. */
function shellWord(requirement: Requirement, specifier: string, around: Around): string | undefined {
  if (requirement.written.includes('$')) return undefined;
  const text = pep508(requirement, specifier);
  if (text === undefined) return undefined;
  const isQuoted = /["']$/.test(around.before) && /^["']/.test(around.after);
  return isQuoted || !/[<>*!;\s]/.test(text) ? text : `"${text}"`;
}
