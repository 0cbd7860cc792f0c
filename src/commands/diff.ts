import { openIndex } from '../adapters/index/access.ts';
import { baseCommit, commitOf, commitTree, workingTree } from '../adapters/machine/git.ts';
import { openHost } from '../adapters/machine/host.ts';
import { diffManifests } from '../detect/diff.ts';
import { lockNames } from '../detect/names.ts';
import { readRepository } from '../detect/repository.ts';
import { isWatched } from '../domain/environment.ts';
import type { Finding, ManifestChange } from '../domain/manifest.ts';
import { STATUS, type Status } from '../domain/status.ts';
import { UserError, WeatherError } from '../errors.ts';
import { codeCells } from '../intake/code-cells.ts';
import type { BothEnds } from '../intake/ends.ts';
import { findingsOf, indexFindings, ownIndexes, releasesFor } from '../intake/findings.ts';
import { manifestChoice } from '../plan/globs.ts';
import { renderDiff } from '../report/diff.ts';
import type { Context } from './context.ts';

/** The repository at both ends: `--base` or the default branch, and `--head` or the working tree. */
export async function readEnds({ folder, line }: Context): Promise<BothEnds> {
  const from = await baseCommit(folder, line.options.base);
  const { head } = line.options;
  const headTree = head === undefined ? await workingTree(folder) : commitTree(folder, await commitOf(folder, head));
  const choice = manifestChoice(line.options.manifests);
  const [base, atHead] = await Promise.all([
    readRepository(commitTree(folder, from), choice, 'manifests'),
    readRepository(headTree, choice),
  ]);
  return { base, head: atHead };
}

/** Shows what changed in the manifests, and what that alone shows to be damaged. Runs nothing. */
export async function runDiff(context: Context): Promise<Status> {
  const ends = await readEnds(context);
  const changes = diffManifests(ends.base.manifests, ends.head.manifests);
  const asked = context.line.options.offline ? { findings: [], own: [] } : await askIndex(context, ends, changes);
  const findings = [...findingsOf(ends, asked.own), ...asked.findings];
  const cells = codeCells(ends.head);
  const { sure, partial, unsure, configurations, notCarried } = cells;
  context.print(
    context.line.options.json
      ? `${JSON.stringify({ changes, findings, cells: sure, partial, unsure, configurations, notCarried })}\n`
      : renderDiff(changes, findings, cells, isWatched),
  );
  return STATUS.fine;
}

interface FromIndex {
  readonly findings: readonly Finding[];
  /** Addresses of the indexes that this machine is set to use. */
  readonly own: readonly string[];
}

/** What the index adds to that; where it cannot be asked, that is said. */
async function askIndex(context: Context, ends: BothEnds, changes: readonly ManifestChange[]): Promise<FromIndex> {
  const isWorth =
    changes.some(({ library }) => isWatched(library)) ||
    ends.head.manifests.some(({ indexes }) => indexes.length > 0) ||
    lockNames(ends.base.manifests, ends.head.manifests).length > 0;
  if (!isWorth) return { findings: [], own: [] };
  try {
    const { environment, folder, signal, say, line } = context;
    const { python } = line.options;
    const host = await openHost({ environment, folder, signal, python, offline: false, say });
    const index = await openIndex(host, 'no-uv');
    const own = await ownIndexes(index, ends);
    return { findings: await indexFindings(index, ends, changes, await releasesFor(index, ends, changes)), own };
  } catch (error) {
    if (!(error instanceof UserError || error instanceof WeatherError)) throw error;
    const message = `Targets, dates and Python ranges were not looked up. ${error.message}`;
    return { findings: [{ kind: 'index-not-asked', message }], own: [] };
  }
}
