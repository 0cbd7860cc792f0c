/** Measured pins put into the manifests that ask for their library, as lines, diffs and commands. */

import type { Manifest, Patchable } from '../domain/manifest.ts';
import type { Pin } from '../domain/search.ts';
import { lockOver, refreshCommand } from '../formats/locks.ts';
import { readManifest } from '../formats/read.ts';
import { type BotHold, botHolds } from './bots.ts';
import { patchRequirement } from './patch.ts';
import { type PinTarget, withPin } from './specifier.ts';
import { unifiedDiff } from './unified.ts';

export interface PinPatch {
  readonly specifier: string;
  readonly file: string;
  readonly line: number;
  readonly before: string;
  readonly after: string;
  readonly diff: string;
  readonly refresh?: string;
}

export interface NotPatched {
  readonly specifier: string;
  readonly file: string;
  readonly line: number;
  readonly why: string;
}

export interface Patches {
  readonly patches: PinPatch[];
  readonly notPatched: NotPatched[];
  readonly botHolds: BotHold[];
}

export function patchesFor(pins: readonly Pin[], where: Patchable): Patches {
  const patches: PinPatch[] = [];
  const notPatched: NotPatched[] = [];
  const seen = new Set<string>();
  for (const pin of pins)
    for (const manifest of where.manifests)
      for (const [index, requirement] of manifest.requirements.entries()) {
        if (requirement.name !== pin.library) continue;
        const made = onePatch(pin, manifest, index, where);
        // One literal can stand for several groups.
        const place = `${pin.specifier} ${manifest.file} ${requirement.line} ${requirement.columns[0]}`;
        if (made === undefined || seen.has(place)) continue;
        seen.add(place);
        if ('why' in made) notPatched.push(made);
        else patches.push(made);
      }
  const holds = pins
    .filter(({ kind }) => kind === 'hold')
    .flatMap(({ library, below }) => (below ? botHolds(library, below) : []));
  return { patches, notPatched, botHolds: holds };
}

/** undefined where the manifest already says what the pin asks. */
function onePatch(pin: Pin, manifest: Manifest, index: number, where: Patchable): PinPatch | NotPatched | undefined {
  const requirement = manifest.requirements[index];
  const content = where.contents.get(manifest.file);
  if (requirement === undefined || content === undefined) return undefined;
  const { file } = manifest;
  const place = { specifier: pin.specifier, file, line: requirement.line };
  const wanted = withPin(requirement.specifier, targetOf(pin));
  if (wanted === requirement.specifier) return undefined;
  if (wanted === undefined)
    return { ...place, why: `\`${requirement.written}\` cannot take \`${pin.specifier}\` and stay what it is.` };
  const patched = patchRequirement(content, manifest.format, requirement, wanted);
  if ('why' in patched) return { ...place, why: patched.why };
  const again = readManifest(file, patched.content, manifest.format)?.requirements[index];
  if (again?.name !== requirement.name || !sameClauses(again.specifier, wanted))
    return { ...place, why: 'The patched line would not be read back as what is meant.' };
  const { before, after } = patched;
  const patch = { ...place, before, after, diff: unifiedDiff(file, content, patched.content) };
  const refresh = refreshFor(manifest, pin.library, where.manifests);
  return refresh === undefined ? patch : { ...patch, refresh };
}

/** Where a change goes back, the hold is a floor. */
function targetOf({ kind, library, version, below }: Pin): PinTarget {
  if (below !== undefined) return { kind, library, version, bad: below };
  return { kind: kind === 'hold' ? 'floor' : kind, library, version };
}

function refreshFor({ file, format }: Manifest, library: string, manifests: readonly Manifest[]): string | undefined {
  const lock = lockOver(file, format, lockFiles(manifests));
  return lock === undefined ? undefined : refreshCommand(lock, library);
}

function lockFiles(manifests: readonly Manifest[]): ReadonlyMap<string, string> {
  return new Map(manifests.filter(({ locked }) => locked.length > 0).map(({ file, format }) => [file, format]));
}

function sameClauses(left: string, right: string): boolean {
  const sorted = (specifier: string) => specifier.split(',').toSorted().join(',');
  return sorted(left) === sorted(right);
}
