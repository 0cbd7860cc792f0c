/** Libraries that could be raised along with the change, and which of their releases mend what it broke. */
import type { Cell } from '../domain/cell.ts';
import { isWorse } from '../domain/comparison.ts';
import { type Environment, WATCHED } from '../domain/environment.ts';
import { compareVersions, minorOf } from '../domain/version.ts';
import { bisect, type PointState } from './bisect.ts';
import { atHead, isControlSound, isMended, isSameWay, worseCells } from './compare.ts';
import type { Evidence } from './evidence.ts';
import { namedLibraries } from './named-libraries.ts';
import type { Problem } from './problem.ts';
import { remembered } from './remembered.ts';
import { groups, type Pins } from './requests.ts';

/** One release of a partner, and the versions that raise it with the change. */
interface Raised {
  readonly version: string;
  readonly pins: Pins;
}

export interface Partner {
  readonly library: string;
  /** The version at base, then every newer release, oldest first. */
  readonly line: readonly Raised[];
}

/** What is known of the releases of a partner. */
export interface Helping {
  /** The index to measure next; absent where nothing is left to find out. */
  readonly ask?: number;
  /** The oldest release, as far as it is known, that helps as many cells as the best one tried. */
  readonly best?: { readonly index: number; readonly helped: number };
}

/**
 * Libraries that could be raised with the change, by evidence: those that the errors name, PEFT, what the changed releases
 * ask for, the changed ones themselves beyond the release that is proposed, the rest. PEFT cannot mend the model itself.
 * None where nothing is worse.
 */
export const partners = remembered('ends', (evidence): readonly Partner[] => {
  const { problem } = evidence;
  const worse = worseCells(evidence);
  if (worse.length === 0) return [];
  const changed = problem.changes.map(({ library }) => library);
  const others = Object.keys(problem.partners).filter((library) => !changed.includes(library));
  const failures = worse.flatMap((cell) => atHead(evidence, cell).fresh);
  const named = namedLibraries(failures, [...others, ...changed]).filter((library) => !changed.includes(library));
  const order = new Set([...named, 'peft', ...problem.asks, ...changed, ...WATCHED, ...others]);
  order.delete('torch');
  if (worse.every((cell) => !isControlSound(evidence, cell, evidence.head))) order.delete('peft');
  return [...order].flatMap((library) => partnerOf(evidence, library) ?? []);
});

function partnerOf(evidence: Evidence, library: string): Partner | undefined {
  const { changes, partners: releases } = evidence.problem;
  const change = changes.find((one) => one.library === library);
  // Beyond the target of a way back lies what it comes from: that is a hold.
  if (change && compareVersions(change.from, change.to) > 0) return undefined;
  const current = change?.to ?? versionAtBase(evidence, library);
  if (current === undefined) return undefined;
  const newer = (releases[library] ?? []).filter((version) => compareVersions(version, current) > 0);
  if (newer.length === 0) return undefined;
  const line = [current, ...newer].map((version) => ({ version, pins: { ...evidence.head, [library]: version } }));
  return { library, line };
}

function versionAtBase(evidence: Evidence, library: string): string | undefined {
  return groups(evidence.problem, evidence.problem.cells)
    .map(({ packages }) => evidence.baseLock(packages)?.[library])
    .find((version) => version !== undefined);
}

export function isChanged({ changes }: Problem, { library }: Partner): boolean {
  return changes.some((change) => change.library === library);
}

/** What a release of a partner does to the worse cells: how many it mends; whether the others fail as they do without it. */
export type Stand = { readonly helped: number; readonly alike: boolean } | 'unusable';

/** What each partner release does, worked out once until something new is measured; undefined while unknown. */
const stands = remembered('all', (): Map<Raised, Stand | undefined> => new Map());

export function standAt(evidence: Evidence, raised: Raised): Stand | undefined {
  const known = stands(evidence);
  if (known.has(raised)) return known.get(raised);
  const stand = standOf(evidence, raised);
  known.set(raised, stand);
  return stand;
}

function standOf(evidence: Evidence, { pins }: Raised): Stand | undefined {
  const worse = worseCells(evidence);
  let isBuilt = false;
  for (const cell of worse) {
    const environment: Environment | undefined = evidence.environment(cell, pins);
    if (environment === undefined) return undefined;
    if (environment.status === 'built') isBuilt = true;
  }
  if (!isBuilt) return 'unusable';
  const open = worse.filter((cell) => !isMended(evidence, cell, pins));
  return { helped: worse.length - open.length, alike: open.every((cell) => isAlike(evidence, cell, pins)) };
}

/** Partners of which no release was tried: the newest is tried first. */
export function untried(evidence: Evidence): readonly string[] {
  return partners(evidence)
    .filter(({ line }) => line.slice(-1).every((newest) => standAt(evidence, newest) === undefined))
    .map(({ library }) => library);
}

/** Whether a cell fails as it does at head, or the model itself does. */
function isAlike(evidence: Evidence, cell: Cell, pins: Pins): boolean {
  return [cell, evidence.controlOf(cell)].some((one) => {
    const head = atHead(evidence, one);
    return isWorse(head.comparison) && isSameWay(evidence.compared(one, pins), head);
  });
}

/**
 * The oldest release of a partner that helps as many cells as the best release tried, as far as it is known. The newest
 * is tried first. Where it leaves everything as it was, the partner has nothing to do with it; where it fails otherwise,
 * or cannot be had, points further back are tried, since a newest release can break what an older one mends.
 */
export function firstHelping(evidence: Evidence, { line }: Partner): Helping {
  const last = line.length - 1;
  const stand = (index: number) => {
    const raised = line[index];
    return raised && standAt(evidence, raised);
  };
  let best: Helping['best'];
  for (const index of new Set([last, Math.ceil(last / 2), Math.ceil(last / 4), 1])) {
    const there = stand(index);
    if (there === undefined) return best ? { ask: index, best } : { ask: index };
    if (there === 'unusable') continue;
    if (there.helped > (best?.helped ?? 0)) best = { index, helped: there.helped };
    if (there.helped === worseCells(evidence).length || (index === last && there.alike)) break;
  }
  if (best === undefined) return {};
  const { high, ask } = bisect(0, best.index, helpingStates(line, stand, best.helped), () => false);
  const oldest = { index: high, helped: best.helped };
  return ask === undefined ? { best: oldest } : { best: oldest, ask };
}

/** Releases beside one of the same minor that could not be had are not tried one by one. */
function helpingStates(line: readonly Raised[], stand: (index: number) => Stand | undefined, enough: number) {
  const unusable = line.filter((_, index) => stand(index) === 'unusable').map(({ version }) => minorOf(version));
  const minors = new Set(unusable);
  return (index: number): PointState => {
    const there = stand(index);
    if (there === undefined) return minors.has(minorOf(line[index]?.version ?? '')) ? 'unusable' : 'unknown';
    if (there === 'unusable') return 'unusable';
    return there.helped >= enough ? 'moved' : 'base';
  };
}
