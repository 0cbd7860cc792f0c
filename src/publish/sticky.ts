/** One comment, ours, updated in place: known by its marker and by its author. */
import type { Markdown } from '../domain/safe.ts';
import type { IssueComment } from '../ports/github.ts';

export type CommentStep =
  | { readonly kind: 'create'; readonly body: Markdown }
  | { readonly kind: 'update'; readonly id: number; readonly body: Markdown }
  | { readonly kind: 'leave'; readonly why: string; readonly id?: number };

/** `wanted` is undefined where there is nothing to say: an earlier comment then stays as it is, unless it is out of date. */
export function stickyStep(
  comments: readonly IssueComment[],
  login: string,
  marker: string,
  wanted: Markdown | undefined,
): CommentStep {
  const own = comments.find(({ author, body }) => author === login && body.startsWith(marker));
  if (wanted === undefined) return { kind: 'leave', why: 'there is nothing to say', ...(own && { id: own.id }) };
  if (own === undefined) return { kind: 'create', body: wanted };
  // GitHub gives bodies back with its own line ends.
  if (own.body.replaceAll('\r\n', '\n').trim() === wanted.trim())
    return { kind: 'leave', why: 'it says so already', id: own.id };
  return { kind: 'update', id: own.id, body: wanted };
}
