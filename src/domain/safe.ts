/**
 * Text by what it may be put into. Only src/report/escape.ts makes these, so that text of strangers that nobody escaped
 * does not compile where it would be shown.
 */
declare const made: unique symbol;

/** For a comment, a check's summary, a step's summary. */
export type Markdown = string & { readonly [made]: 'markdown' };

/** One line without anything invisible, for titles, annotations and logs. */
export type Plain = string & { readonly [made]: 'plain' };
