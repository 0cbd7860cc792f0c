/** Lines that fit a terminal. Pure: broken between words, going on below their own text. */

/** Narrower than this nothing can be read anyway. */
const NARROWEST = 20;

/** The width of a terminal, or what COLUMNS asks for; undefined where lines go to a file. */
export function columnsOf(
  stream: { readonly columns?: number },
  environment: Readonly<Record<string, string | undefined>>,
): number | undefined {
  const columns = stream.columns ?? Number(environment.COLUMNS);
  return Number.isInteger(columns) && columns >= NARROWEST ? columns : undefined;
}

/** The text with no line longer than `columns`, except for single words. */
export function wrap(text: string, columns: number | undefined): string {
  if (columns === undefined) return text;
  return text
    .split('\n')
    .flatMap((line) => (line.length > columns ? broken(line, columns) : [line]))
    .join('\n');
}

function broken(line: string, columns: number): readonly string[] {
  const indent = line.length - line.trimStart().length;
  const second = /^ *\S+(?: \S+)* {2,}(?=\S)/.exec(line)?.[0];
  if (second === undefined) return filled(line.trim(), indent, indent + 2, columns);
  const [first = '', ...rest] = filled(line.slice(second.length), second.length, second.length, columns);
  if (second.length <= columns / 2 && first.length <= columns) return [second + first.trimStart(), ...rest];
  // The second column begins too far to the right, or with too long a word: it goes below the first.
  return [
    ...filled(second.trim(), indent, indent + 2, columns),
    ...filled(line.slice(second.length), indent + 4, indent + 4, columns),
  ];
}

function filled(text: string, first: number, below: number, columns: number): readonly string[] {
  const lines: string[] = [];
  let current = ' '.repeat(first);
  for (const word of text.split(/(?<= )(?=\S)/)) {
    const isFull = current.trim() !== '' && current.length + word.trimEnd().length > columns;
    if (isFull) lines.push(current.trimEnd());
    current = isFull ? ' '.repeat(below) + word : current + word;
  }
  return [...lines, current.trimEnd()];
}
