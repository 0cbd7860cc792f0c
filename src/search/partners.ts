/** Raising a partner library along with the change: which release mends what the change broke. */
import type { Cell } from '../domain/cell.ts';
import { isWorse } from '../domain/comparison.ts';
import { WATCHED } from '../domain/environment.ts';
import type { Question } from '../domain/search.ts';
import { compareVersions } from '../domain/version.ts';
import { bisect, type PointState } from './bisect.ts';
import { compareAt, worseCells } from './compare.ts';
import { environmentFor, type History, unanswered } from './history.ts';
import type { Problem } from './problem.ts';
import { ask, baseLock, groups, headPins, requestFor } from './requests.ts';

export interface Partner {
  readonly library: string;
  /** The version at base, then every newer release, oldest first. */
  readonly line: readonly string[];
}

export interface PartnerFound {
  readonly library: string;
  readonly version: string;
}

/**
 * Libraries that could be raised with the change, likely ones first: PEFT, then the changed ones themselves to a release
 * beyond the one that is proposed, then the rest.
 */
export function partners(problem: Problem, history: History): readonly Partner[] {
  const changed = problem.changes.map(({ library }) => library);
  const order = new Set(['peft', ...changed, ...WATCHED]);
  order.delete('torch');
  return [...order].flatMap((library) => {
    const proposed = problem.changes.find((change) => change.library === library)?.to;
    const current = proposed ?? versionAtBase(problem, history, library);
    if (current === undefined) return [];
    const newer = (problem.partners[library] ?? []).filter((version) => compareVersions(version, current) > 0);
    return newer.length > 0 ? [{ library, line: [current, ...newer] }] : [];
  });
}

function versionAtBase(problem: Problem, history: History, library: string): string | undefined {
  for (const group of groups(problem, problem.cells)) {
    const version = baseLock(problem, history, group.packages)?.[library];
    if (version !== undefined) return version;
  }
  return undefined;
}

/** What to measure next about partners: first whether any release helps, then from which one on. */
export function partnerQuestions(problem: Problem, history: History): readonly Question[] {
  const worse = worseCells(problem, history);
  if (worse.length === 0) return [];
  for (const partner of partners(problem, history)) {
    const open = unanswered(history, questionsAbout(problem, history, partner, worse));
    if (open.length > 0) return open;
    if (mended(problem, history, partner, worse)?.length === worse.length) return [];
  }
  return [];
}

function questionsAbout(
  problem: Problem,
  history: History,
  partner: Partner,
  worse: readonly Cell[],
): readonly Question[] {
  const helping = firstHelping(problem, history, partner, worse);
  if (helping.ask !== undefined) return askAt(problem, history, partner, helping.ask, worse);
  if (helping.index === undefined) return [];
  const version = partner.line[helping.index];
  return version === undefined ? [] : askAt(problem, history, partner, helping.index, problem.cells);
}

function askAt(
  problem: Problem,
  history: History,
  partner: Partner,
  index: number,
  cells: readonly Cell[],
): readonly Question[] {
  return ask(problem, history, 'partner', pinsAt(problem, partner, index), cells);
}

function pinsAt(problem: Problem, partner: Partner, index: number): Readonly<Record<string, string>> {
  return { ...headPins(problem), [partner.library]: partner.line[index] ?? '' };
}

/**
 * The oldest release of a partner that helps as many cells as the best release tried. The newest is tried first, then
 * points further back, since a newest release can break what an older one mends.
 */
function firstHelping(
  problem: Problem,
  history: History,
  partner: Partner,
  worse: readonly Cell[],
): { readonly ask?: number; readonly index?: number } {
  const last = partner.line.length - 1;
  const tries = [...new Set([last, Math.ceil(last / 2), Math.ceil(last / 4), 1])].filter((index) => index > 0);
  const helps = (index: number) => helpedAt(problem, history, partner, index, worse);
  let found: number | undefined;
  for (const index of tries) {
    const count = helps(index);
    if (count === undefined) return { ask: index };
    if (count === worse.length || (count > 0 && (found === undefined || count > (helps(found) ?? 0)))) found = index;
    if (count === worse.length) break;
  }
  if (found === undefined) return {};
  const enough = helps(found) ?? 0;
  const state = (index: number): PointState => {
    const count = helps(index);
    if (count === undefined) return 'unknown';
    return count < 0 ? 'unusable' : count >= enough ? 'moved' : 'base';
  };
  const interval = bisect(0, found, state, () => false);
  return interval.ask === undefined ? { index: interval.high } : { ask: interval.ask };
}

/** How many of the worse cells are no longer worse; -1 where the environment cannot be had, undefined while unknown. */
function helpedAt(
  problem: Problem,
  history: History,
  partner: Partner,
  index: number,
  worse: readonly Cell[],
): number | undefined {
  let helped = 0;
  for (const cell of worse) {
    const request = requestFor(problem, history, cell, pinsAt(problem, partner, index));
    const environment = request && environmentFor(history, request);
    if (environment === undefined) return undefined;
    if (environment.status !== 'built') return -1;
    const { comparison } = compareAt(problem, history, cell, pinsAt(problem, partner, index));
    if (comparison !== 'not-compared' && !isWorse(comparison)) helped++;
  }
  return helped;
}

function mended(
  problem: Problem,
  history: History,
  partner: Partner,
  worse: readonly Cell[],
): readonly Cell[] | undefined {
  const found = foundPartner(problem, history, partner, worse);
  if (found === undefined) return undefined;
  const pins = { ...headPins(problem), [found.library]: found.version };
  return worse.filter((cell) => !isWorse(compareAt(problem, history, cell, pins).comparison));
}

function foundPartner(
  problem: Problem,
  history: History,
  partner: Partner,
  worse: readonly Cell[],
): PartnerFound | undefined {
  const { index } = firstHelping(problem, history, partner, worse);
  const version = index === undefined ? undefined : partner.line[index];
  return version === undefined ? undefined : { library: partner.library, version };
}

/** Partner releases that help and have been measured. */
export function partnersFound(problem: Problem, history: History): readonly PartnerFound[] {
  const worse = worseCells(problem, history);
  if (worse.length === 0) return [];
  return partners(problem, history).flatMap((partner) => foundPartner(problem, history, partner, worse) ?? []);
}
