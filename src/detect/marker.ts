/** Environment markers that mean the same, as the same text: blanks, quotes, old names, the order of a comparison. */

const TOKEN = /\s*(\(|\)|"[^"]*"|'[^']*'|===|==|~=|!=|<=|>=|<|>|[A-Za-z_.]+)/y;
const OLD_NAMES: ReadonlyMap<string, string> = new Map([
  ['os.name', 'os_name'],
  ['sys.platform', 'sys_platform'],
  ['platform.version', 'platform_version'],
  ['platform.machine', 'platform_machine'],
  ['platform.python_implementation', 'platform_python_implementation'],
  ['python_implementation', 'platform_python_implementation'],
]);
const TURNED: ReadonlyMap<string, string> = new Map([
  ['==', '=='],
  ['!=', '!='],
  ['<', '>'],
  ['>', '<'],
  ['<=', '>='],
  ['>=', '<='],
]);

/** A marker in one way of writing it; a text that is none stays as it is, without blanks at its ends. */
export function normalizedMarker(marker: string): string {
  const tokens = tokensOf(marker);
  if (tokens === undefined) return marker.trim();
  const parts = comparisons(tokens);
  const words = parts.filter((part) => part === 'and' || part === 'or' || part === '(' || part === ')');
  // Only where all are joined by the same word does their order not matter.
  const isFlat = words.every((word) => word === words[0] && word !== '(');
  if (!isFlat) return parts.join(' ');
  const sorted = parts.filter((part) => part !== words[0]).toSorted();
  return [...new Set(sorted)].join(` ${words[0] ?? 'and'} `);
}

function tokensOf(marker: string): readonly string[] | undefined {
  const tokens: string[] = [];
  const end = marker.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const token = TOKEN.exec(marker)?.[1];
    if (token === undefined) return undefined;
    tokens.push(/^["']/.test(token) ? `"${token.slice(1, -1)}"` : (OLD_NAMES.get(token) ?? token));
  }
  return withoutOuter(tokens);
}

/** Brackets around the whole, or around a single comparison, say nothing. */
function withoutOuter(tokens: readonly string[]): readonly string[] {
  const kept = [...tokens];
  for (let index = 0; index + 4 < kept.length; index++)
    if (kept[index] === '(' && kept[index + 4] === ')') {
      kept.splice(index + 4, 1);
      kept.splice(index, 1);
    }
  while (kept[0] === '(' && closes(kept) === kept.length - 1) {
    kept.pop();
    kept.shift();
  }
  return kept;
}

function closes(tokens: readonly string[]): number {
  let depth = 0;
  return tokens.findIndex((token) => {
    depth += token === '(' ? 1 : token === ')' ? -1 : 0;
    return depth === 0;
  });
}

/** `variable operator value` as one text, the variable first; words and brackets as they are. */
function comparisons(tokens: readonly string[]): readonly string[] {
  const parts: string[] = [];
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index] ?? '';
    if (['(', ')', 'and', 'or'].includes(token)) {
      parts.push(token);
      continue;
    }
    const length = tokens[index + 1] === 'not' ? 4 : 3;
    const [left = '', ...rest] = tokens.slice(index, index + length);
    const right = rest.at(-1) ?? '';
    const turned = TURNED.get(rest[0] ?? '');
    const isTurned = left.startsWith('"') && !right.startsWith('"') && turned !== undefined;
    parts.push(isTurned ? [right, turned, left].join(' ') : [left, ...rest].join(' '));
    index += length - 1;
  }
  return parts;
}
