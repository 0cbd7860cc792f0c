/** What GitHub's answers look like, as far as they are used, and what they are for us. */
import type { CheckState, IssueComment, PullState } from '../../ports/github.ts';

export interface RawArtifact {
  readonly id: number;
  readonly name: string;
  readonly size_in_bytes: number;
  readonly expired: boolean;
}

export interface RawComment {
  readonly id: number;
  readonly user: { readonly login: string } | null;
  readonly body?: string;
}

export interface RawLineComment extends RawComment {
  readonly path: string;
  readonly line?: number | null;
  readonly html_url?: string;
}

export function toComment({ id, user, body }: RawComment): IssueComment {
  return { id, author: user?.login ?? '', body: body ?? '' };
}

export interface RawPull {
  readonly number: number;
  readonly state: string;
  readonly title: string;
  readonly body: string | null;
  readonly user: { readonly login: string } | null;
  readonly head: { readonly sha: string; readonly ref: string; readonly repo: { readonly full_name: string } | null };
  readonly base: { readonly sha: string; readonly ref: string };
}

export function toPull(raw: RawPull): PullState {
  return {
    number: raw.number,
    state: raw.state === 'open' ? 'open' : 'closed',
    title: raw.title,
    body: raw.body ?? '',
    author: raw.user?.login ?? '',
    head: { sha: raw.head.sha, ref: raw.head.ref, repository: raw.head.repo?.full_name ?? '' },
    base: { sha: raw.base.sha, ref: raw.base.ref },
  };
}

export function toCheck({ title, summary, text, conclusion, annotations }: CheckState) {
  const output = { title, summary, ...(text && { text }), annotations: [...annotations] };
  return conclusion ? { status: 'completed' as const, conclusion, output } : { status: 'in_progress' as const, output };
}
