/** Paths by patterns: `*` within a folder, `**` across folders, a later `!pattern` takes away. Linear in the path. */

export function globMatcher(patterns: readonly string[]): (path: string) => boolean {
  const tests = patterns.map((pattern) => {
    const takesAway = pattern.startsWith('!');
    return { takesAway, parts: (takesAway ? pattern.slice(1) : pattern).replace(/^\.?\//, '').split('/') };
  });
  return (path) => {
    const parts = path.split('/');
    return tests.reduce((is, test) => (matches(test.parts, parts) ? !test.takesAway : is), false);
  };
}

/** The manifests that patterns choose; undefined for no patterns, which is all that are found. */
export function manifestChoice(patterns: readonly string[]) {
  return patterns.length === 0 ? undefined : { chosen: globMatcher(patterns), named: namesByEnding(patterns) };
}

/**
 * Whether patterns name a file as such, by its ending: then it is read as a manifest whatever it is called. Patterns for
 * everything, such as `**`, only choose among what is a manifest anyway.
 */
function namesByEnding(patterns: readonly string[]): (path: string) => boolean {
  const naming = patterns.filter((pattern) => pattern.startsWith('!') || /\.[A-Za-z]+$/.test(pattern));
  return globMatcher(naming);
}

function matches(pattern: readonly string[], path: readonly string[]): boolean {
  let reachable = new Set([0]);
  for (const part of pattern) {
    const next = new Set<number>();
    for (const at of reachable) {
      if (part === '**') for (let skipped = at; skipped <= path.length; skipped++) next.add(skipped);
      else if (at < path.length && matchesPart(part, path[at] ?? '')) next.add(at + 1);
    }
    reachable = next;
  }
  return reachable.has(path.length);
}

function matchesPart(pattern: string, text: string): boolean {
  const pieces = pattern.split('*');
  if (pieces.length === 1) return pattern === text;
  const [first = '', last = ''] = [pieces[0], pieces.at(-1)];
  let position = first.length;
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false;
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, position);
    if (found < 0 || found + piece.length > text.length - last.length) return false;
    position = found + piece.length;
  }
  return true;
}
