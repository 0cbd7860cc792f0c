/** Python source as a syntax tree, never executed. Errors in the source leave the rest readable. */
import type { SyntaxNode } from '@lezer/common';
import { parser } from '@lezer/python';

export interface PythonFile {
  readonly text: string;
  readonly top: SyntaxNode;
  /** Line (from 1) and column (from 0) of an offset. */
  placeOf(offset: number): { readonly line: number; readonly column: number };
}

export function parsePython(text: string): PythonFile {
  const starts = [0];
  for (let index = text.indexOf('\n'); index >= 0; index = text.indexOf('\n', index + 1)) starts.push(index + 1);
  const placeOf = (offset: number) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) };
  };
  return { text, top: parser.parse(text).topNode, placeOf };
}

export function textOf(file: PythonFile, node: SyntaxNode): string {
  return file.text.slice(node.from, node.to);
}

/** Every node of some kinds, in the order of the source. */
export function nodesOf(file: PythonFile, ...kinds: readonly string[]): readonly SyntaxNode[] {
  const found: SyntaxNode[] = [];
  file.top.cursor().iterate((node) => {
    if (kinds.includes(node.name)) found.push(node.node);
  });
  return found;
}

export function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) children.push(child);
  return children;
}

/** Elements of a list, tuple or call: what stands between the punctuation. */
export function elementsOf(node: SyntaxNode): readonly SyntaxNode[] {
  return childrenOf(node).filter(({ name }) => !/^[()[\]{},]$/.test(name) && name !== 'Comment');
}

/** The value of a plain string literal; undefined for anything computed, f-strings and bytes included. */
export function stringValue(file: PythonFile, node: SyntaxNode | null | undefined): string | undefined {
  const literal = node && stringParts(file, node);
  return literal?.value;
}

/** A plain one-line string literal: its value, the text between its quotes, and where that begins. */
export function stringParts(file: PythonFile, node: SyntaxNode) {
  if (node.name !== 'String') return undefined;
  const found = /^(r|u|R|U)?("""|'''|"|')([\s\S]*)\2$/.exec(textOf(file, node));
  if (!found) return undefined;
  const [, prefix = '', quotes = '', written = ''] = found;
  const isRaw = /r/i.test(prefix);
  const value = isRaw ? written : written.replace(/\\(["'\\])/g, '$1').replace(/\\\r?\n/g, '');
  return { value, written, from: node.from + prefix.length + quotes.length };
}

/** `f(a, b=c)`: the name as written (`peft.LoraConfig`), and its arguments. */
export interface Call {
  readonly name: string;
  readonly node: SyntaxNode;
  readonly positional: readonly SyntaxNode[];
  readonly keywords: ReadonlyMap<string, SyntaxNode>;
}

export function callOf(file: PythonFile, node: SyntaxNode): Call {
  const list = node.getChild('ArgList');
  const positional: SyntaxNode[] = [];
  const keywords = new Map<string, SyntaxNode>();
  const parts = list ? elementsOf(list) : [];
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index];
    if (part === undefined) break;
    const value = parts[index + 2];
    if (parts[index + 1]?.name === 'AssignOp' && value) {
      keywords.set(textOf(file, part), value);
      index += 2;
    } else positional.push(part);
  }
  return { name: node.firstChild ? textOf(file, node.firstChild).replace(/\s+/g, '') : '', node, positional, keywords };
}

/** Names assigned once at the top of the file or in a function, with what they are assigned; several values: left out. */
export function assignmentsOf(file: PythonFile): ReadonlyMap<string, SyntaxNode> {
  const found = new Map<string, SyntaxNode | undefined>();
  for (const node of nodesOf(file, 'AssignStatement')) {
    const [target, ...rest] = childrenOf(node);
    const value = rest.at(-1);
    if (target?.name !== 'VariableName' || !value || rest.length > 3) continue;
    const name = textOf(file, target);
    found.set(name, found.has(name) ? undefined : value);
  }
  return new Map([...found].flatMap(([name, value]) => (value ? [[name, value] as const] : [])));
}
