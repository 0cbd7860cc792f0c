/** A Jupyter notebook as one Python text whose lines stand where they stand in the notebook's own file. */

/** Lines of IPython that are no Python: `%pip`, `!pip`, `?x`. */
const MAGIC = /^\s*[%!?]/;

/** The code cells of a notebook, each line at the line of the file that holds it; undefined where it is no notebook. */
export function pythonOfNotebook(text: string): string | undefined {
  let cells: unknown;
  try {
    cells = (JSON.parse(text) as { readonly cells?: unknown }).cells;
  } catch {
    return undefined;
  }
  if (!Array.isArray(cells)) return undefined;
  const placed: string[] = [];
  let [offset, row] = [0, 0];
  for (const line of cells.flatMap(sourceOf).flat()) {
    // A line that is escaped in another way is taken to follow the one before it.
    const found = text.indexOf(JSON.stringify(line), offset);
    if (found >= 0) {
      row += countOf(text.slice(offset, found), '\n');
      offset = found;
    }
    while (placed.length < row) placed.push('');
    placed.push(MAGIC.test(line) ? '' : line.replace(/\n$/, ''));
  }
  return placed.join('\n');
}

function countOf(text: string, character: string): number {
  let count = 0;
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) count++;
  return count;
}

function sourceOf(cell: unknown): readonly (readonly string[])[] {
  if (typeof cell !== 'object' || cell === null) return [];
  const { cell_type: kind, source } = cell as { readonly cell_type?: unknown; readonly source?: unknown };
  if (kind !== 'code') return [];
  if (typeof source === 'string') return [source.split(/(?<=\n)/)];
  return Array.isArray(source) ? [source.filter((line): line is string => typeof line === 'string')] : [];
}
