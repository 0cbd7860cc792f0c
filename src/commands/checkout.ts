import { baseCommit, commitOf, manifestsAt, manifestsHere } from '../adapters/git.ts';
import type { World } from '../adapters/world.ts';
import { diffManifests } from '../detect/diff.ts';
import { guard } from '../detect/guard.ts';
import { distinct, heldVersions, resolveEnds, watchedChanges } from '../detect/sweepable.ts';
import type { Finding, Manifest } from '../domain/manifest.ts';
import type { SweepRequest } from '../plan/plan.ts';
import { renderDiff } from '../report/diff.ts';
import type { Context } from './context.ts';

interface Ends {
  readonly base: readonly Manifest[];
  readonly head: readonly Manifest[];
}

/** The manifests at both ends: `--base` or the default branch, and `--head` or the working tree. */
async function readEnds(context: Context): Promise<Ends> {
  const { folder, line } = context;
  const from = await baseCommit(folder, line.options.base);
  const base = await manifestsAt(folder, from);
  const head =
    line.options.head === undefined
      ? await manifestsHere(folder)
      : await manifestsAt(folder, await commitOf(folder, line.options.head));
  return { base, head };
}

/** Shows what changed in the manifests, and what that alone shows to be damaged. Runs nothing. */
export async function runDiff(context: Context): Promise<number> {
  const { base, head } = await readEnds(context);
  const changes = diffManifests(base, head);
  const findings = guard(base, head);
  context.print(
    context.line.options.json ? `${JSON.stringify({ changes, findings })}\n` : renderDiff(changes, findings),
  );
  return 0;
}

export interface CheckoutRequest {
  readonly request: SweepRequest;
  readonly findings: readonly Finding[];
}

/** What a checkout asks for: the watched libraries that moved, the others held where they are. */
export async function requestFromCheckout(context: Context, world: World): Promise<CheckoutRequest> {
  const { base, head } = await readEnds(context);
  const moved = watchedChanges(diffManifests(base, head));
  const resolved = await Promise.all(
    moved.map(async (change) =>
      resolveEnds(change, await world.catalog.releases(change.library), world.python.version),
    ),
  );
  const found = distinct(resolved.filter((change) => change !== undefined));
  const first = found.filter((change, index) => found.findIndex(({ library }) => library === change.library) === index);
  const others = found.filter((change) => !first.includes(change));
  const held = heldVersions(
    head,
    first.map(({ library }) => library),
  );
  return {
    request: { ...context.line.request, changes: first, held: { ...held, ...context.line.request.held } },
    findings: [
      ...guard(base, head),
      ...others.map(({ library, from, to, place }) => ({
        kind: 'not-swept',
        message: `${library} also goes from ${from} to ${to} at ${place.file}:${place.line}; sweep that by name.`,
      })),
    ],
  };
}
