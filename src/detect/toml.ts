/** Where things stand in a TOML file: the parser gives values without lines. */
import { parse } from 'smol-toml';

export type Table = Readonly<Record<string, unknown>>;

/** The parsed file, or the parser's reason with its line. */
export function parseToml(
  content: string,
): { readonly table: Table } | { readonly error: string; readonly line: number } {
  try {
    return { table: parse(content) as Table };
  } catch (error) {
    const { message, line } = error as Error & { line?: number };
    return { error: (message.split('\n')[0] ?? '').slice(0, 200), line: line ?? 1 };
  }
}

export interface Place {
  readonly line: number;
  readonly column: number;
}

/**
 * Finds string literals in a file, each occurrence once and in order, so that equal strings get different places.
 * One pass over the file makes the index; a look-up costs no more than a map.
 */
export class Places {
  readonly #found = new Map<string, Place[]>();

  constructor(content: string) {
    for (const [index, line] of content.split('\n').entries())
      for (const match of line.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'/g)) {
        const text = match[1]?.replaceAll('\\"', '"').replaceAll('\\\\', '\\') ?? match[2] ?? '';
        const places = this.#found.get(text) ?? [];
        places.push({ line: index + 1, column: match.index + 1 });
        this.#found.set(text, places);
      }
  }

  next(text: string): Place {
    return this.#found.get(text)?.shift() ?? { line: 1, column: 0 };
  }
}

export function tableAt(table: unknown, ...path: readonly string[]): Table {
  let current: unknown = table;
  for (const key of path) current = isTable(current) ? current[key] : undefined;
  return isTable(current) ? current : {};
}

export function listAt(table: unknown, ...path: readonly string[]): readonly unknown[] {
  const parent = tableAt(table, ...path.slice(0, -1));
  const value = parent[path.at(-1) ?? ''];
  return Array.isArray(value) ? value : [];
}

export function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
