/** The one place where foreign text is made safe to show. Names, versions, messages and branches come from strangers. */

const LONGEST = 300;
/** Control characters, and format characters: bidirectional overrides, zero-width ones, tags. */
const INVISIBLE = /[\p{Cc}\p{Cf}]/gu;
/** Colours and cursor movements of a terminal. */
const ESCAPE_SEQUENCE = /\p{Cc}\[[0-9;?]*[ -/]*[@-~]/gu;

/** One line without anything invisible, at most 300 characters. For a terminal and for logs. */
export function plain(text: string, longest = LONGEST): string {
  const line = text
    .replace(ESCAPE_SEQUENCE, '')
    .replace(/[\r\n\t]+/g, ' ')
    .replace(INVISIBLE, '');
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
  const longest = Math.max(
    2,
    ...safe.map((line) => Math.max(0, ...[...line.matchAll(/`+/g)].map((match) => match[0].length))),
  );
  const ticks = '`'.repeat(longest + 1);
  return [`${ticks}${language}`, ...safe, ticks].join('\n');
}
