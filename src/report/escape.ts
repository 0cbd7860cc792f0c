/** The one place where foreign text is made safe to show. Names, versions, messages and branches come from strangers. */

const LONGEST = 300;
// Control characters, bidirectional overrides and isolates, zero-width characters, tags.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed here.
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** One line without anything invisible, at most 300 characters. For a terminal and for logs. */
export function plain(text: string, longest = LONGEST): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences of terminals start with one.
  const line = text.replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, '').replace(/[\r\n\t]+/g, ' ').replace(INVISIBLE, '');
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}

/** For running text of a comment: no pings, links, images or HTML, and nothing that ends a table cell. */
export function inline(text: string, longest = LONGEST): string {
  return plain(text, longest)
    .replace(/[\\`*_[\]()<>|!#~]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/@/g, '@\u2060')
    .replace(/(https?):\/\//gi, '$1&#58;//');
}

/** For a code span: the text can neither end the span nor the table cell around it. */
export function code(text: string, longest = LONGEST): string {
  const safe = plain(text, longest).replace(/[`|]/g, (character) => (character === '`' ? '\u02cb' : '\u00a6'));
  return safe === '' ? '` `' : `\`${safe}\``;
}

/** A fenced block with a fence longer than any inside. */
export function fence(lines: readonly string[], language = 'text'): string {
  const safe = lines.map((line) => plain(line));
  const longest = Math.max(2, ...safe.map((line) => Math.max(0, ...[...line.matchAll(/`+/g)].map((match) => match[0].length))));
  const ticks = '`'.repeat(longest + 1);
  return [`${ticks}${language}`, ...safe, ticks].join('\n');
}
