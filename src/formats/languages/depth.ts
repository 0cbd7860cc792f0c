/** Deeper nesting is nobody's file; it costs a parser its stack, or its time. Brackets in strings count too: few do. */
const DEEPEST = 100;

export function isTooDeep(content: string): boolean {
  let depth = 0;
  for (let index = 0; index < content.length; index++) {
    const character = content[index];
    if (character === '[' || character === '{' || character === '(') depth++;
    else if (character === ']' || character === '}' || character === ')') depth = Math.max(0, depth - 1);
    if (depth > DEEPEST) return true;
  }
  return false;
}
