/** `/peft-sweep apply`: commits the pin that was measured for the head of a branch of this repository. */
import * as core from '@actions/core';
import type { Markdown } from '../domain/safe.ts';
import { STATUS, type Status } from '../domain/status.ts';
import { Refused, UserError } from '../errors.ts';
import { readEvent } from '../event/event.ts';
import { isManifest } from '../formats/table.ts';
import type { GitHub, PullState } from '../ports/github.ts';
import { patchesIn, type StoredPatch } from '../publish/facts.ts';
import { CHECK } from '../publish/publish.ts';
import { type Answer, answer } from '../publish/replies.ts';
import { isSafePatch } from '../publish/safe-patch.ts';
import { code, codes, inline, joined, md, plain, prose } from '../report/escape.ts';
import type { Runner } from './inputs.ts';
import type { Job } from './job.ts';

export async function runApply({ github, runner }: Job): Promise<Status> {
  const client = github();
  if (client === undefined) throw new UserError('`apply` needs `token`. Pass the `github.token` of the job.');
  core.setOutput('commit', (await apply(runner(), client)) ?? '');
  return STATUS.fine;
}

/** The commit that was made; undefined where none was. */
async function apply(runner: Runner, github: GitHub): Promise<string | undefined> {
  const event = readEvent(runner.eventName, runner.payload);
  if (event.kind !== 'slash' || event.slash.command !== 'apply') {
    core.notice('Nothing asks for a commit: this mode answers `/peft-sweep apply`.');
    return undefined;
  }
  const pull = await github.pull(event.number);
  const done = await applied(event.by, pull, runner, github);
  const { sign, text } = 'refused' in done ? { sign: 'confused' as const, text: md`Not done. ${done.refused}` } : done;
  await answer(pull.number, event.comment, { sign, text }, github, (line) => core.info(line));
  return 'sha' in done ? done.sha : undefined;
}

type Done = (Answer & { readonly sha: string }) | { readonly refused: Markdown };

async function applied(by: string, pull: PullState, runner: Runner, github: GitHub): Promise<Done> {
  const permission = await github.permission(by);
  if (permission !== 'admin' && permission !== 'write')
    return { refused: md`That takes write permission to this repository, which ${inline(by)} does not have.` };
  if (pull.state === 'closed') return { refused: md`The pull request is closed.` };
  if (pull.head.repository !== runner.repository)
    return { refused: md`The branch is in another repository. The comment of peft-sweep has the pin as a patch.` };
  const patches = patchesIn((await github.checkText(pull.head.sha, CHECK)) ?? '').filter(isCommitted);
  if (patches.length === 0)
    return {
      refused: md`No pin that keeps the bump was measured for ${code(pull.head.sha.slice(0, 12))}. Measure it first: ${code('/peft-sweep run')}.`,
    };
  const files = await patchedFiles(patches, pull.head.sha, github);
  if ('refused' in files) return files;
  return commit(patches, files.texts, pull, github);
}

/** What the check carries is looked at again: one line of a manifest, and nothing but the version of one package. */
function isCommitted(patch: StoredPatch): boolean {
  return isManifest(patch.file) && !patch.file.startsWith('.github/') && isSafePatch(patch, patch);
}

async function patchedFiles(
  patches: readonly StoredPatch[],
  head: string,
  github: GitHub,
): Promise<{ readonly texts: ReadonlyMap<string, string> } | { readonly refused: Markdown }> {
  const tree = github.tree(head);
  const present = new Map((await tree.files()).map((file) => [file.path, file]));
  const texts = new Map(await tree.read([...new Set(patches.map(({ file }) => file))]));
  for (const { file, line, before, after } of patches) {
    const lines = (texts.get(file) ?? '').split('\n');
    const [, written, end = ''] = /^(.*?)(\r?)$/s.exec(lines[line - 1] ?? '') ?? [];
    if (present.get(file)?.kind !== 'file' || written !== before)
      return { refused: md`${code(`${file}:${line}`)} is not what was measured.` };
    lines[line - 1] = `${after}${end}`;
    texts.set(file, lines.join('\n'));
  }
  return { texts };
}

async function commit(
  patches: readonly StoredPatch[],
  texts: ReadonlyMap<string, string>,
  pull: PullState,
  github: GitHub,
): Promise<Done> {
  const pins = [...new Set(patches.map(({ specifier }) => specifier))];
  const message = plain(`Pin ${pins.join(', ')}, measured by peft-sweep`, 200);
  try {
    const sha = await github.commit(pull.head.ref, pull.head.sha, message, texts);
    const refresh = [...new Set(patches.flatMap((patch) => patch.refresh ?? []))];
    const sentences = [
      md`Committed ${codes(pins)} as ${code(sha.slice(0, 12))}, in ${codes(patches.map(({ file, line }) => `${file}:${line}`))}.`,
      ...(refresh.length > 0 ? [md`The lock beside it needs ${codes(refresh)} afterwards.`] : []),
      md`A commit made with the token of a workflow starts no workflow: ${code('/peft-sweep run')} measures it.`,
    ];
    return { sha, sign: 'rocket', text: joined(sentences, ' ') };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { refused: md`The commit was refused: ${prose(error.message)}` };
  }
}
