/** What happened: the event of a workflow run, as far as it asks for something. Payloads are foreign data. */
import { z } from 'zod';
import { own } from '../domain/own.ts';
import { parseSlash, type Slash } from './slash.ts';

export type Event =
  | { readonly kind: 'pull'; readonly number: number }
  | { readonly kind: 'slash'; readonly number: number; readonly by: string; readonly at: string; readonly slash: Slash }
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
const Login = z.string().regex(/^[A-Za-z0-9-]{1,60}(\[bot\])?$/);

const PullPayload = z.object({ pull_request: z.object({ number: z.number().int().positive() }) });

const CommentPayload = z.object({
  action: z.string(),
  issue: z.object({ number: z.number().int().positive(), pull_request: z.object({}).optional() }),
  comment: z.object({ body: z.string(), created_at: z.iso.datetime(), user: z.object({ login: Login }) }),
});

const RunPayload = z.object({
  workflow_run: z.object({
    id: z.number().int().positive(),
    event: z.string(),
    head_sha: Sha,
    head_branch: z.string().max(255),
    head_repository: z.object({ full_name: z.string().regex(/^[A-Za-z0-9-]+\/[A-Za-z0-9._-]+$/) }),
  }),
});

type Reader = (payload: unknown) => Event;

const READERS: Readonly<Record<string, Reader>> = {
  pull_request: pull,
  pull_request_target: () => ({
    kind: 'nothing',
    why: 'pull_request_target runs with write access beside a stranger’s files. Use pull_request, or workflow_run.',
  }),
  issue_comment: comment,
  workflow_run: run,
  workflow_dispatch: () => ({ kind: 'manual' }),
  schedule: () => ({ kind: 'manual' }),
  push: () => ({ kind: 'manual' }),
};

export function readEvent(name: string, payload: unknown): Event {
  const reader = own(READERS, name);
  if (reader === undefined)
    return { kind: 'nothing', why: `The event \`${name.slice(0, 40)}\` asks for nothing here.` };
  return reader(payload);
}

function pull(payload: unknown): Event {
  const parsed = PullPayload.safeParse(payload);
  return parsed.success ? { kind: 'pull', number: parsed.data.pull_request.number } : unreadable('pull_request');
}

function comment(payload: unknown): Event {
  const parsed = CommentPayload.safeParse(payload);
  if (!parsed.success) return unreadable('issue_comment');
  const { action, issue, comment: written } = parsed.data;
  if (action !== 'created') return { kind: 'nothing', why: 'Only new comments are read, not edits.' };
  if (issue.pull_request === undefined) return { kind: 'nothing', why: 'The comment is not on a pull request.' };
  const slash = parseSlash(written.body);
  if (slash === undefined) return { kind: 'nothing', why: 'The comment is not a command.' };
  return { kind: 'slash', number: issue.number, by: written.user.login, at: written.created_at, slash };
}

/** The pull request is found through the API later: what an artifact says about it counts for nothing. */
function run(payload: unknown): Event {
  const parsed = RunPayload.safeParse(payload);
  if (!parsed.success) return unreadable('workflow_run');
  const { id, event, head_sha, head_branch, head_repository } = parsed.data.workflow_run;
  if (event !== 'pull_request') return { kind: 'nothing', why: 'The workflow run was not for a pull request.' };
  return { kind: 'run', id, repository: head_repository.full_name, branch: head_branch, sha: head_sha };
}

function unreadable(name: string): Event {
  return { kind: 'nothing', why: `The payload of \`${name}\` is not in GitHub's form.` };
}
