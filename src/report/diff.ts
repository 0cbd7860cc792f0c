/** Changes, findings and cells of two commits, for a terminal of 80 columns. */
import type { Finding, ManifestChange } from '../domain/manifest.ts';
import type { OwnConfigurations } from '../domain/own-configuration.ts';
import { plain } from './escape.ts';
import { ownLines } from './own.ts';

export interface FoundCells {
  readonly sure: readonly { readonly id: string; readonly source: string }[];
  readonly partial: readonly {
    readonly pattern: string;
    readonly source: string;
    readonly why: string;
    readonly measured: readonly string[];
  }[];
  readonly unsure: readonly { readonly value: string; readonly file: string; readonly line: number }[];
  readonly callsPeft: boolean;
  /** Arguments of the user's own, and those that could not be carried anywhere. */
  readonly configurations?: OwnConfigurations;
  readonly notCarried?: readonly { readonly argument: string; readonly why: string; readonly at: string }[];
}

/** Lines of one list before the rest is counted. */
const MOST_OTHERS = 20;
const MOST_OF_A_KIND = 8;
const COLUMNS = 80;

export function renderDiff(
  changes: readonly ManifestChange[],
  findings: readonly Finding[],
  found: FoundCells,
  isWatched: (library: string) => boolean,
): string {
  const real = changes.filter(({ kind }) => kind !== 'moved');
  const [swept, others] = [true, false].map((is) => events(real.filter(({ library }) => isWatched(library) === is)));
  return `${[
    summary(real, changes.length - real.length, isWatched),
    ...section('swept libraries', rows(swept ?? [])),
    ...section('others', rows(others ?? [], MOST_OTHERS)),
    ...(findings.length > 0 ? [renderFindings(findings).trimEnd()] : []),
    ...cellSections(found),
    ...(swept && swept.length > 0 ? ['Next: `peft-sweep plan` shows what a sweep would measure.'] : []),
  ].join('\n\n')}\n`;
}

function summary(real: readonly ManifestChange[], moved: number, isWatched: (library: string) => boolean): string {
  const swept = new Set(real.filter(({ library }) => isWatched(library)).map(({ library }) => library)).size;
  const files = new Set(real.map(({ file }) => file)).size;
  const first =
    real.length === 0
      ? 'No requirement changed.'
      : `${counted(real.length, 'requirement')} changed in ${counted(files, 'file')}; ${swept === 0 ? 'no library that is swept' : `${counted(swept, 'library', 'libraries')} that ${swept === 1 ? 'is' : 'are'} swept`}.`;
  const rest =
    moved > 0
      ? ` ${counted(moved, 'row')} only ${moved === 1 ? 'says' : 'say'} the same elsewhere or under another marker.`
      : '';
  return wrapped(first + rest, '').join('\n');
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

interface Event {
  readonly change: ManifestChange;
  readonly places: readonly string[];
}

/** The same move in many files is one event. */
function events(changes: readonly ManifestChange[]): readonly Event[] {
  const found = new Map<string, { readonly change: ManifestChange; readonly places: string[] }>();
  for (const change of changes) {
    const key = [change.library, change.kind, change.from, change.to].join('\0');
    const place = `${change.file}:${change.line}`;
    const known = found.get(key);
    if (known) known.places.push(place);
    else found.set(key, { change, places: [place] });
  }
  return [...found.values()];
}

function rows(all: readonly Event[], most = Number.POSITIVE_INFINITY): readonly string[] {
  const shown = all.slice(0, most);
  const width = Math.max(0, ...shown.map(({ change }) => Math.min(24, change.library.length)));
  const lines = shown.flatMap(({ change, places }) => {
    const { library, kind, from, to, locked } = change;
    const move = `${plain(library, 40).padEnd(width)}  ${plain(from || '-', 60)} -> ${plain(to || '-', 60)}`;
    const note = [...(kind === 'changed' ? [] : [kind]), ...(locked ? ['locked'] : [])].join(', ');
    const where = `${plain(places[0] ?? '', 100)}${places.length > 1 ? `, and ${counted(places.length - 1, 'more place', 'more places')}` : ''}`;
    const whole = `${move}${note ? `  (${note})` : ''}  ${where}`;
    return whole.length + 2 <= COLUMNS
      ? [whole]
      : [`${move}${note ? `  (${note})` : ''}`, `${' '.repeat(width + 2)}${where}`];
  });
  return all.length > shown.length ? [...lines, `and ${all.length - shown.length} more`] : lines;
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${title}\n${lines.map((line) => `  ${line}`).join('\n')}`];
}

/** Findings by kind; the same one of many places is said once. */
export function renderFindings(findings: readonly Finding[]): string {
  const kinds = new Map<string, Map<string, Finding[]>>();
  for (const finding of findings) {
    const known = kinds.get(finding.kind) ?? new Map<string, Finding[]>();
    kinds.set(finding.kind, known.set(finding.message, [...(known.get(finding.message) ?? []), finding]));
  }
  const lines = [...kinds].flatMap(([kind, messages]) => {
    const shown = [...messages]
      .slice(0, MOST_OF_A_KIND)
      .flatMap(([message, same]) => findingLines(kind, message, same));
    const rest = messages.size - Math.min(messages.size, MOST_OF_A_KIND);
    return rest > 0 ? [...shown, `  ${kind}: and ${rest} more`] : shown;
  });
  return `findings\n${lines.join('\n')}\n`;
}

function findingLines(kind: string, message: string, same: readonly Finding[]): readonly string[] {
  const [{ file, line } = { file: undefined, line: undefined }] = same;
  const more = same.length > 1 ? `, and ${counted(same.length - 1, 'more place', 'more places')}` : '';
  const where = file ? `  ${plain(`${file}:${line}`, 100)}${more}` : '';
  return [`  ${kind}${where}`, ...wrapped(plain(message, 600), '    ')];
}

function cellSections(found: FoundCells): readonly string[] {
  const { sure, partial, unsure, callsPeft, configurations = {}, notCarried = [] } = found;
  const isNothing = !callsPeft && sure.length === 0 && unsure.length === 0;
  const width = Math.max(0, ...sure.map(({ id }) => id.length));
  const guessed = partial.flatMap(({ pattern, source, why, measured }) => [
    `${pattern}  ${plain(source, 100)}`,
    ...wrapped(
      `${plain(why, 200)}; ${measured.length > 0 ? `measured as ${measured.join(', ')}` : 'not measured'}`,
      '    ',
    ).map((line) => line.slice(2)),
  ]);
  const doubts = unsure
    .slice(0, MOST_OF_A_KIND)
    .map(({ value, file, line }) => `${plain(`${file}:${line}`, 100)}  ${plain(value)}`);
  const rest = unsure.length - doubts.length;
  return [
    ...(isNothing ? ['No call of PEFT was found in the code: a sweep measures the default cells.'] : []),
    ...section(
      'cells that the code uses',
      sure.map(({ id, source }) => `${id.padEnd(width)}  ${plain(source, 100)}`),
    ),
    ...section('cells that are known in part', guessed),
    ...section('your arguments, as far as a tiny model can have them', ownLines(configurations, '')),
    ...section(
      'arguments that are not carried',
      notCarried.slice(0, MOST_OF_A_KIND).map(({ argument, why, at }) => plain(`${at}  ${argument}: ${why}`, 300)),
    ),
    ...section('what could not be told of the code', rest > 0 ? [...doubts, `and ${rest} more`] : doubts),
  ];
}

/** Words in lines of at most 80 columns; a longer word has a line of its own. */
function wrapped(text: string, indent: string): readonly string[] {
  const lines: string[] = [];
  let current = indent;
  for (const word of text.split(' ')) {
    const isFirst = current === indent;
    if (!isFirst && current.length + 1 + word.length > COLUMNS) {
      lines.push(current);
      current = indent + word;
    } else current = isFirst ? indent + word : `${current} ${word}`;
  }
  return [...lines, current];
}
