/** The part of GitHub that is used, request by request. */
import type { ChangedFile, CommitDiff, GitHub, LineComment, Push } from '../../ports/github.ts';
import { asked, type Client, type GitHubSettings, octokit } from './octokit.ts';
import { type RawArtifact, type RawComment, type RawLineComment, toCheck, toComment, toPull } from './shapes.ts';
import { Blobs, githubTree } from './tree.ts';

const MOST_PAGES = 30;

export function connect(settings: GitHubSettings): GitHub {
  const client = octokit(settings);
  const blobs = new Blobs();
  const [owner = '', repo = ''] = settings.repository.split('/');
  const here = { owner, repo };
  let own: Promise<string> | undefined;
  const all = <Data>(route: string, parameters: object, listOf?: (data: unknown) => Data[]) =>
    pages<Data>(client, route, { ...here, ...parameters }, listOf);
  return {
    tree: (sha) => githubTree(client, here, sha, blobs),
    compare: (base, head) => asked(() => compare(client, here, base, head)),
    pull: (number) => asked(async () => toPull((await client.rest.pulls.get({ ...here, pull_number: number })).data)),
    pullsFrom: (repository, branch) =>
      asked(async () => {
        const [headOwner] = repository.split('/');
        const found = await client.rest.pulls.list({
          ...here,
          state: 'open',
          head: `${headOwner}:${branch}`,
          per_page: 100,
        });
        return found.data.map(toPull).filter(({ head }) => head.repository === repository && head.ref === branch);
      }),
    login: () => {
      own ??= settings.login ? Promise.resolve(settings.login) : asked(() => login(client));
      return own;
    },
    comments: (number) =>
      asked(async () =>
        (
          await all<RawComment>('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', { issue_number: number })
        ).map(toComment),
      ),
    createComment: (number, body) =>
      asked(async () => (await client.rest.issues.createComment({ ...here, issue_number: number, body })).data.id),
    updateComment: (id, body) =>
      asked(async () => void (await client.rest.issues.updateComment({ ...here, comment_id: id, body }))),
    lineComments: (number) =>
      asked(async () =>
        (
          await all<RawLineComment>('GET /repos/{owner}/{repo}/pulls/{pull_number}/comments', { pull_number: number })
        ).map(
          (raw): LineComment => ({
            ...toComment(raw),
            path: raw.path,
            line: raw.line ?? undefined,
            url: raw.html_url ?? '',
          }),
        ),
      ),
    createLineComment: (number, sha, path, line, body) =>
      asked(async () => {
        const where = { pull_number: number, commit_id: sha, path, line, side: 'RIGHT' } as const;
        return (await client.rest.pulls.createReviewComment({ ...here, ...where, body })).data.html_url;
      }),
    updateLineComment: (id, body) =>
      asked(async () => void (await client.rest.pulls.updateReviewComment({ ...here, comment_id: id, body }))),
    createCheck: (sha, name, state) =>
      asked(async () => (await client.rest.checks.create({ ...here, head_sha: sha, name, ...toCheck(state) })).data.id),
    updateCheck: (id, state) =>
      asked(async () => void (await client.rest.checks.update({ ...here, check_run_id: id, ...toCheck(state) }))),
    checkText: (ref, name) =>
      asked(async () => {
        const { data } = await client.rest.checks.listForRef({
          ...here,
          ref,
          check_name: name,
          filter: 'all',
          per_page: 100,
        });
        const done = data.check_runs.filter(({ status, output }) => status === 'completed' && output.text);
        return done.toSorted((left, right) => right.id - left.id)[0]?.output.text ?? undefined;
      }),
    react: (comment_id, content) =>
      asked(async () => void (await client.rest.reactions.createForIssueComment({ ...here, comment_id, content }))),
    commit: (branch, head, message, files) => asked(() => commit(client, here, branch, head, message, files)),
    permission: (username) => asked(() => permission(client, here, username)),
    artifacts: (runId) =>
      asked(async () => {
        const found = await all<RawArtifact>(
          'GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts',
          { run_id: runId },
          (data) => (data as { artifacts: RawArtifact[] }).artifacts,
        );
        return found
          .filter(({ expired }) => !expired)
          .map(({ id, name, size_in_bytes: bytes }) => ({ id, name, bytes }));
      }),
    pushes: (repository, branch) =>
      asked(async () => {
        const [headOwner = '', headRepo = ''] = repository.split('/');
        const { data } = await client.rest.repos.listActivities({
          owner: headOwner,
          repo: headRepo,
          ref: `refs/heads/${branch}`,
          per_page: 100,
        });
        return data.map(({ after, timestamp }): Push => ({ after, at: timestamp }));
      }),
  };
}

async function pages<Data>(
  client: Client,
  route: string,
  parameters: object,
  listOf = (data: unknown) => data as Data[],
): Promise<readonly Data[]> {
  const found: Data[] = [];
  for (let page = 1; page <= MOST_PAGES; page++) {
    const { data } = await client.request(route, { ...parameters, per_page: 100, page });
    const list = listOf(data);
    for (const one of list) found.push(one);
    if (list.length < 100) break;
  }
  return found;
}

async function compare(
  client: Client,
  here: { readonly owner: string; readonly repo: string },
  base: string,
  head: string,
): Promise<CommitDiff> {
  const { data } = await client.rest.repos.compareCommitsWithBasehead({
    ...here,
    basehead: `${base}...${head}`,
    per_page: 100,
  });
  const files = (data.files ?? []).map(
    ({ filename, previous_filename: previous, patch }): ChangedFile => ({
      path: filename,
      ...(previous && { previous }),
      patch,
    }),
  );
  return { mergeBase: data.merge_base_commit.sha, files };
}

/** The modes of the files stay; the branch moves only forward, and only from `head`. */
async function commit(
  client: Client,
  here: { readonly owner: string; readonly repo: string },
  branch: string,
  head: string,
  message: string,
  files: ReadonlyMap<string, string>,
): Promise<string> {
  const { data: parent } = await client.rest.git.getCommit({ ...here, commit_sha: head });
  const { data: whole } = await client.rest.git.getTree({ ...here, tree_sha: parent.tree.sha, recursive: '1' });
  const tree = [...files].map(([path, content]) => ({
    path,
    content,
    type: 'blob' as const,
    mode: whole.tree.find((entry) => entry.path === path)?.mode as '100644' | '100755',
  }));
  const { data: made } = await client.rest.git.createTree({ ...here, base_tree: parent.tree.sha, tree });
  const { data: next } = await client.rest.git.createCommit({ ...here, message, tree: made.sha, parents: [head] });
  await client.rest.git.updateRef({ ...here, ref: `heads/${branch}`, sha: next.sha, force: false });
  return next.sha;
}

/** Of somebody who is no collaborator GitHub may know nothing at all. */
async function permission(
  client: Client,
  here: { readonly owner: string; readonly repo: string },
  username: string,
): Promise<'admin' | 'write' | 'read' | 'none'> {
  try {
    const { data } = await client.rest.repos.getCollaboratorPermissionLevel({ ...here, username });
    const level = data.permission;
    return level === 'admin' || level === 'write' || level === 'read' ? level : 'none';
  } catch (error) {
    if ((error as { status?: number }).status === 404) return 'none';
    throw error;
  }
}

/** An installation token has no user: what it writes is written by the bot of GitHub Actions. */
async function login(client: Client): Promise<string> {
  try {
    return (await client.rest.users.getAuthenticated()).data.login;
  } catch {
    return 'github-actions[bot]';
  }
}
