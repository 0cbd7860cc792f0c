/** The one place where foreign text is made safe to show. Names, versions, messages and branches come from strangers. */
import type { Markdown, Plain } from '../domain/safe.ts';

const LONGEST = 300;
/** Control characters, and format characters: bidirectional overrides, zero-width ones, tags. */
const INVISIBLE = /[\p{Cc}\p{Cf}]/gu;
/** Colours and cursor movements of a terminal. */
const ESCAPE_SEQUENCE = /\p{Cc}\[[0-9;?]*[ -/]*[@-~]/gu;

/** One line without anything invisible, at most 300 characters. For a terminal and for logs. */
export function plain(text: string, longest = LONGEST): Plain {
  const line = text
    .replace(ESCAPE_SEQUENCE, '')
    .replace(/[\r\n\t]+/g, ' ')
    .replace(INVISIBLE, '');
  return (line.length > longest ? `${line.slice(0, longest - 1)}…` : line) as Plain;
}

/**
 * What Markdown or HTML would read as markup. Brackets that are round make nothing without square ones, `_` nothing
 * inside a word, and `>` nothing behind the start of a line.
 */
const MARKUP = /[\\`*[\]<|!#~]|^\s*>|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g;

/** For running text of a comment: no pings, links, images or HTML, and nothing that ends a table cell. */
export function inline(text: string, longest = LONGEST): Markdown {
  return plain(text, longest)
    .replace(MARKUP, (found) => `${found.slice(0, -1)}&#${found.charCodeAt(found.length - 1)};`)
    .replace(/@/g, '@\u2060')
    .replace(/(https?):\/\//gi, '$1&#58;//') as Markdown;
}

/** The same, where what stands between backticks is code. */
export function prose(text: string, longest = LONGEST): Markdown {
  const parts = plain(text, longest).split('`');
  if (parts.length % 2 === 0) return inline(text, longest);
  const safe = parts.map((part, index) => (index % 2 === 1 ? code(part, longest) : inline(part, longest)));
  return joined(safe, '');
}

/** For a code span: the text can neither end the span nor the table cell around it. */
export function code(text: string, longest = LONGEST): Markdown {
  const safe = plain(text, longest).replace(/[`|]/g, (character) => (character === '`' ? '\u02cb' : '\u00a6'));
  return (safe === '' ? '` `' : `\`${safe}\``) as Markdown;
}

/** A fenced block with a fence longer than any inside. */
export function fence(lines: readonly string[], language = 'text'): Markdown {
  return fenced(
    lines.map((line) => plain(line)),
    language,
  );
}

const LONGEST_WHOLE_LINE = 2000;
/** What an editor shows as it is: a tab, and nothing else that is invisible. */
const NOT_WHOLE = /[^\P{Cc}\t]|\p{Cf}|[\u2028\u2029]/u;

/**
 * Lines that are to be copied, character for character; undefined where one cannot be shown as it is. Nothing is cut or
 * replaced: what is copied goes into a file.
 */
export function wholeLines(lines: readonly string[], language: string): Markdown | undefined {
  if (lines.some((line) => line.length > LONGEST_WHOLE_LINE || NOT_WHOLE.test(line))) return undefined;
  return fenced(lines, language);
}

function fenced(lines: readonly string[], language: string): Markdown {
  const longest = Math.max(
    2,
    ...lines.map((line) => Math.max(0, ...[...line.matchAll(/`+/g)].map((match) => match[0].length))),
  );
  const ticks = '`'.repeat(longest + 1);
  return [`${ticks}${language}`, ...lines, ticks].join('\n') as Markdown;
}

/** Text of our own around parts that are safe: a part that nobody escaped does not compile. */
export function md(text: TemplateStringsArray, ...parts: readonly (Markdown | number)[]): Markdown {
  return String.raw({ raw: text }, ...parts) as Markdown;
}

export function joined(parts: readonly Markdown[], separator: string): Markdown {
  return parts.join(separator) as Markdown;
}

export function codes(texts: readonly string[]): Markdown {
  return joined(
    texts.map((text) => code(text)),
    ', ',
  );
}

/** A link of our own making: the address is checked, the text is safe already. */
export function link(text: Markdown, address: string): Markdown {
  return (
    /^https?:\/\/[\w.:-]+(\/[\w.~%/+@:-]*)?(\?[\w.~%=&-]*)?(#[\w-]*)?$/.test(address) ? `[${text}](${address})` : text
  ) as Markdown;
}

/** A value that a later job reads and nobody sees. */
export function hidden(name: 'patches', value: unknown): Markdown {
  return `<!-- peft-sweep:v1:${name} ${Buffer.from(JSON.stringify(value)).toString('base64')} -->` as Markdown;
}

/** The beginning of one line, up to the end of a word. */
export function shortened(text: string, longest: number): Plain {
  const line = plain(text, Number.POSITIVE_INFINITY);
  if (line.length <= longest) return line;
  const end = line.lastIndexOf(' ', longest - 2);
  return `${line.slice(0, end > 0 ? end : longest - 2).replace(/[,;:]$/, '')} …` as Plain;
}

/** The beginning of a text, up to the end of a line where there is one. */
export function cut(text: Markdown, longest: number): Markdown {
  if (text.length <= longest) return text;
  const end = text.lastIndexOf('\n', longest - 3);
  return `${text.slice(0, end > 0 ? end : longest - 2)}\n…` as Markdown;
}
