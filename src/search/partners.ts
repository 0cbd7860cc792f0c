/** Raising a partner library along with the change: which release mends what the change broke. */
import { type Cell, controlOf } from '../domain/cell.ts';
import { WATCHED } from '../domain/environment.ts';
import type { Question } from '../domain/search.ts';
import { compareVersions, minorOf } from '../domain/version.ts';
import { bisect, type PointState } from './bisect.ts';
import { compareAt, compareHead, isControlSound, isMended, type Pins, wayOf, worseCells } from './compare.ts';
import { namedLibraries } from './evidence.ts';
import { environmentFor, type History, unanswered } from './history.ts';
import { type Problem, withControls } from './problem.ts';
import { ask, baseLock, groups, headPins, requestFor } from './requests.ts';

export interface Partner {
  readonly library: string;
  /** The version at base, then every newer release, oldest first. */
  readonly line: readonly string[];
}

export interface PartnerFound {
  readonly library: string;
  readonly version: string;
  /** The newest release of the same minor that was measured to help as much. */
  readonly newestPatch?: string;
}

/**
 * Libraries that could be raised with the change, by evidence: those that the errors name, PEFT, what the changed releases
 * ask for, the changed ones themselves beyond the release that is proposed, the rest. PEFT cannot mend the model itself.
 */
export function partners(problem: Problem, history: History, worse: readonly Cell[]): readonly Partner[] {
  const changed = problem.changes.map(({ library }) => library);
  const others = Object.keys(problem.partners).filter((library) => !changed.includes(library));
  const failures = worse.flatMap((cell) => compareHead(problem, history, cell).fresh);
  const named = namedLibraries(failures, [...others, ...changed]).filter((library) => !changed.includes(library));
  const order = new Set([...named, 'peft', ...problem.asks, ...changed, ...WATCHED, ...others]);
  order.delete('torch');
  if (worse.every((cell) => !isControlSound(problem, history, cell, headPins(problem)))) order.delete('peft');
  return [...order].flatMap((library) => lineOf(problem, history, library) ?? []);
}

function lineOf(problem: Problem, history: History, library: string): Partner | undefined {
  const change = problem.changes.find((one) => one.library === library);
  // Beyond the target of a way back lies what it comes from: that is a hold.
  if (change && compareVersions(change.from, change.to) > 0) return undefined;
  const current = change?.to ?? versionAtBase(problem, history, library);
  if (current === undefined) return undefined;
  const newer = (problem.partners[library] ?? []).filter((version) => compareVersions(version, current) > 0);
  return newer.length > 0 ? { library, line: [current, ...newer] } : undefined;
}

function versionAtBase(problem: Problem, history: History, library: string): string | undefined {
  for (const group of groups(problem, problem.cells)) {
    const version = baseLock(problem, history, group.packages)?.[library];
    if (version !== undefined) return version;
  }
  return undefined;
}

/** What to measure next about partners: whether a release helps, then from which one on; until one mends everything. */
export function partnerQuestions(problem: Problem, history: History): readonly Question[] {
  const worse = worseCells(problem, history);
  if (worse.length === 0) return [];
  for (const partner of partners(problem, history, worse)) {
    const { best, ask: index } = firstHelping(problem, history, partner, worse);
    const asked = index === undefined ? [] : askAt(problem, history, partner, index, worse);
    const open = unanswered(history, asked);
    if (open.length > 0) return open;
    if (best?.helped === worse.length) return [];
  }
  return [];
}

/** Each partner release that helps, measured with every cell: whether it breaks another one. */
export function partnerEverywhereQuestions(problem: Problem, history: History): readonly Question[] {
  const worse = worseCells(problem, history);
  if (worse.length === 0) return [];
  return partners(problem, history, worse).flatMap((partner) => {
    const { best } = firstHelping(problem, history, partner, worse);
    return best === undefined ? [] : askAt(problem, history, partner, best.index, problem.cells);
  });
}

/** Partners of which no release was tried. */
export function untriedPartners(problem: Problem, history: History): readonly string[] {
  const worse = worseCells(problem, history);
  return partners(problem, history, worse)
    .filter((partner) => standAt(problem, history, partner, partner.line.length - 1, worse) === undefined)
    .map(({ library }) => library);
}

function askAt(
  problem: Problem,
  history: History,
  partner: Partner,
  index: number,
  cells: readonly Cell[],
): readonly Question[] {
  return ask(problem, history, 'partner', pinsAt(problem, partner, index), withControls(cells));
}

function pinsAt(problem: Problem, partner: Partner, index: number): Pins {
  return { ...headPins(problem), [partner.library]: partner.line[index] ?? '' };
}

/** What a release of a partner does to the worse cells: how many it mends; whether the others fail as they do without it. */
type Stand = { readonly helped: number; readonly alike: boolean } | 'unusable';

interface Helping {
  readonly ask?: number;
  readonly best?: { readonly index: number; readonly helped: number };
}

/**
 * The oldest release of a partner that helps as many cells as the best release tried, as far as it is known. The newest
 * is tried first. Where it leaves everything as it was, the partner has nothing to do with it; where it fails otherwise,
 * or cannot be had, points further back are tried, since a newest release can break what an older one mends.
 */
function firstHelping(problem: Problem, history: History, partner: Partner, worse: readonly Cell[]): Helping {
  const last = partner.line.length - 1;
  const tries = [...new Set([last, Math.ceil(last / 2), Math.ceil(last / 4), 1])];
  const stand = (index: number) => standAt(problem, history, partner, index, worse);
  let found: Helping['best'];
  for (const index of tries) {
    const there = stand(index);
    if (there === undefined) return { ask: index, ...(found && { best: found }) };
    if (there === 'unusable') continue;
    if (there.helped > (found?.helped ?? 0)) found = { index, helped: there.helped };
    if (there.helped === worse.length || (index === last && there.alike)) break;
  }
  if (found === undefined) return {};
  const interval = bisect(0, found.index, helpingStates(partner, stand, found.helped), () => false);
  const best = { index: interval.high, helped: found.helped };
  return interval.ask === undefined ? { best } : { best, ask: interval.ask };
}

/** Releases beside one of the same minor that could not be had are not tried one by one. */
function helpingStates(partner: Partner, stand: (index: number) => Stand | undefined, enough: number) {
  const minors = new Set(
    partner.line.flatMap((version, index) => (stand(index) === 'unusable' ? [minorOf(version)] : [])),
  );
  return (index: number): PointState => {
    const there = stand(index);
    if (there === undefined) return minors.has(minorOf(partner.line[index] ?? '')) ? 'unusable' : 'unknown';
    return there === 'unusable' ? 'unusable' : there.helped >= enough ? 'moved' : 'base';
  };
}

/** Undefined while unknown. */
function standAt(
  problem: Problem,
  history: History,
  partner: Partner,
  index: number,
  worse: readonly Cell[],
): Stand | undefined {
  const pins = pinsAt(problem, partner, index);
  const environments = worse.map((cell) => {
    const request = requestFor(problem, history, cell, pins);
    return request && environmentFor(history, request);
  });
  if (environments.some((environment) => environment === undefined)) return undefined;
  if (environments.every((environment) => environment?.status !== 'built')) return 'unusable';
  const open = worse.filter((cell) => !isMended(problem, history, cell, pins));
  return { helped: worse.length - open.length, alike: open.every((cell) => isAlike(problem, history, cell, pins)) };
}

/** Whether a cell fails as it does at head, or the model itself does. */
function isAlike(problem: Problem, history: History, cell: Cell, pins: Pins): boolean {
  return [cell, controlOf(cell)].some((one) => {
    const there = compareAt(problem, history, one, pins);
    const head = compareHead(problem, history, one);
    return ['regressed', 'degraded'].includes(head.comparison) && wayOf(there) === wayOf(head);
  });
}

/** Partner releases that help and have been measured, whether or not an older one was still looked for. */
export function partnersFound(problem: Problem, history: History): readonly PartnerFound[] {
  const worse = worseCells(problem, history);
  if (worse.length === 0) return [];
  return partners(problem, history, worse).flatMap((partner) => {
    const { best } = firstHelping(problem, history, partner, worse);
    const version = best && partner.line[best.index];
    if (best === undefined || version === undefined) return [];
    const patches = partner.line.filter((other, index) => {
      const there =
        index > best.index && minorOf(other) === minorOf(version) && standAt(problem, history, partner, index, worse);
      return there && there !== 'unusable' && there.helped >= best.helped;
    });
    const newestPatch = patches.at(-1);
    return [{ library: partner.library, version, ...(newestPatch && { newestPatch }) }];
  });
}
