/** Names that are new: what a lock did not hold before, and what only looks like a watched library. */
import { WATCHED } from '../domain/environment.ts';
import type { Finding, Manifest } from '../domain/manifest.ts';
import { editDistance } from '../domain/suggest.ts';
import type { Releases } from './projects.ts';

interface NewName {
  readonly name: string;
  readonly file: string;
  readonly line: number;
}

/** Names that stand at head and nowhere at base, each once. */
function newNames(base: readonly Manifest[], head: readonly Manifest[]): readonly NewName[] {
  const known = new Set(base.flatMap((manifest) => namesIn(manifest).map(({ name }) => name)));
  const fresh = head.flatMap(namesIn).filter(({ name }) => !known.has(name));
  return [...new Map(fresh.map((one) => [one.name, one])).values()];
}

function namesIn({ file, requirements, locked }: Manifest): readonly NewName[] {
  return [...requirements, ...locked].map(({ name, line }) => ({ name, file, line }));
}

/** A new name one edit away from a watched library: somebody has to look before anything of it is fetched. */
export function lookalikes(base: readonly Manifest[], head: readonly Manifest[]): readonly Finding[] {
  if (base.length === 0) return [];
  return newNames(base, head).flatMap(({ name, file, line }) => {
    const isNear = (watched: string) =>
      watched !== name && Math.abs(watched.length - name.length) <= 1 && editDistance(watched, name) <= 1;
    const like = WATCHED.find(isNear);
    if (like === undefined) return [];
    const message = `\`${name}\` is new here and differs from \`${like}\` by one character. Nothing is measured until somebody has looked: if it is meant, hold it with \`--with ${name}==VERSION\`.`;
    return [{ kind: 'lookalike', message, file, line, stops: name }];
  });
}

/** First upload of each name that a lock did not hold before, as far as the index tells. */
export function firstUploads(
  base: readonly Manifest[],
  head: readonly Manifest[],
  releases: Releases,
): readonly Finding[] {
  return lockNames(base, head).flatMap(({ name, file, line }) => {
    const known = releases.get(name);
    if (known === undefined) return [];
    const first = known.flatMap(({ uploaded }) => uploaded ?? []).toSorted()[0];
    const when =
      known.length === 0
        ? 'the index has no release of it'
        : first === undefined
          ? 'the index does not say since when it exists'
          : `its first release was uploaded on ${first.slice(0, 10)}`;
    return [{ kind: 'new-name', message: `\`${name}\` is new to this lock; ${when}.`, file, line }];
  });
}

/** The names of `firstUploads`: those that locks hold. A lock that is new altogether says nothing. */
export function lockNames(base: readonly Manifest[], head: readonly Manifest[]): readonly NewName[] {
  const locks = (manifests: readonly Manifest[]) => manifests.filter(({ locked }) => locked.length > 0);
  return locks(base).length === 0 ? [] : newNames(locks(base), locks(head));
}
