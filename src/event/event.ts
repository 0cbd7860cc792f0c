/** What happened: the event of a workflow run, as far as it asks for something. Payloads are foreign data. */
import { z } from 'zod';
import { own } from '../domain/own.ts';
import { parseSlash, type Slash } from './slash.ts';

export type Event =
  | { readonly kind: 'pull'; readonly number: number }
  | {
      readonly kind: 'slash';
      readonly number: number;
      /** The comment itself, for an answer to it; absent where the event does not name it. */
      readonly comment?: number;
      readonly by: string;
      readonly at: string;
      readonly slash: Slash;
    }
  /** A merge queue puts changes of its target branch and of pull requests together. */
  | { readonly kind: 'queue'; readonly base: string; readonly head: string }
  | {
      readonly kind: 'run';
      readonly id: number;
      readonly repository: string;
      readonly branch: string;
      readonly sha: string;
    }
  | { readonly kind: 'manual' }
  | { readonly kind: 'nothing'; readonly why: string };

const Sha = z.string().regex(/^[0-9a-f]{40,64}$/);
/** Managed users have an underscore and their enterprise's short name behind their own. */
const Login = z.string().regex(/^[A-Za-z0-9_-]{1,100}(\[bot\])?$/);

const PullPayload = z.object({
  action: z.string().optional(),
  pull_request: z.object({ number: z.number().int().positive() }),
});

const CommentPayload = z.object({
  action: z.string(),
  issue: z.object({ number: z.number().int().positive(), pull_request: z.object({}).optional() }),
  comment: z.object({
    id: z.number().int().positive().optional(),
    body: z.string(),
    created_at: z.iso.datetime({ offset: true }),
    user: z.object({ login: Login }),
  }),
});

const RunPayload = z.object({
  workflow_run: z.object({
    id: z.number().int().positive(),
    event: z.string(),
    conclusion: z.string().nullish(),
    head_sha: Sha,
    head_branch: z.string().max(255),
    head_repository: z.object({ full_name: z.string().regex(/^[A-Za-z0-9_-]+\/[A-Za-z0-9._-]+$/) }),
  }),
});

const QueuePayload = z.object({
  action: z.string().optional(),
  merge_group: z.object({ base_sha: Sha, head_sha: Sha }),
});

type Reader = (payload: unknown) => Event;

const READERS: Readonly<Record<string, Reader>> = {
  pull_request: pull,
  merge_group: queue,
  pull_request_target: () => ({
    kind: 'nothing',
    why: 'pull_request_target runs with write access beside a stranger’s files. Use pull_request, or workflow_run.',
  }),
  issue_comment: comment,
  workflow_run: run,
  workflow_dispatch: () => ({ kind: 'manual' }),
  schedule: () => ({ kind: 'manual' }),
  push: () => ({
    kind: 'nothing',
    why: 'A push names no versions to compare. Name them in `changes`, or run on pull_request.',
  }),
};

export function readEvent(name: string, payload: unknown): Event {
  const reader = own(READERS, name);
  if (reader === undefined)
    return { kind: 'nothing', why: `The event \`${name.slice(0, 40)}\` asks for nothing here.` };
  return reader(payload);
}

function pull(payload: unknown): Event {
  const parsed = PullPayload.safeParse(payload);
  if (!parsed.success) return unreadable('pull_request');
  if (parsed.data.action === 'closed') return { kind: 'nothing', why: 'The pull request is closed.' };
  return { kind: 'pull', number: parsed.data.pull_request.number };
}

function queue(payload: unknown): Event {
  const parsed = QueuePayload.safeParse(payload);
  if (!parsed.success) return unreadable('merge_group');
  if (parsed.data.action === 'destroyed') return { kind: 'nothing', why: 'The merge group is gone.' };
  return { kind: 'queue', base: parsed.data.merge_group.base_sha, head: parsed.data.merge_group.head_sha };
}

function comment(payload: unknown): Event {
  const parsed = CommentPayload.safeParse(payload);
  if (!parsed.success) return unreadable('issue_comment');
  const { action, issue, comment: written } = parsed.data;
  if (action !== 'created') return { kind: 'nothing', why: 'Only new comments are read, not edits.' };
  if (issue.pull_request === undefined) return { kind: 'nothing', why: 'The comment is not on a pull request.' };
  const slash = parseSlash(written.body);
  if (slash === undefined) return { kind: 'nothing', why: 'The comment is not a command.' };
  const { id, user, created_at: at } = written;
  return { kind: 'slash', number: issue.number, ...(id && { comment: id }), by: user.login, at, slash };
}

/** A run that waits for an approval is reported as completed too. */
const WITHOUT_RESULTS: readonly string[] = ['action_required', 'cancelled', 'skipped', 'stale', 'startup_failure'];

/** The pull request is found through the API later: what an artifact says about it counts for nothing. */
function run(payload: unknown): Event {
  const parsed = RunPayload.safeParse(payload);
  if (!parsed.success) return unreadable('workflow_run');
  const { id, event, conclusion, head_sha, head_branch, head_repository } = parsed.data.workflow_run;
  if (event !== 'pull_request') return { kind: 'nothing', why: 'The workflow run was not for a pull request.' };
  if (conclusion && WITHOUT_RESULTS.includes(conclusion))
    return { kind: 'nothing', why: `The workflow run measured nothing: it ended as ${conclusion}.` };
  return { kind: 'run', id, repository: head_repository.full_name, branch: head_branch, sha: head_sha };
}

function unreadable(name: string): Event {
  return { kind: 'nothing', why: `The payload of \`${name}\` is not in GitHub's form.` };
}
