/** A measured pin put into the specifier that a manifest already has. */
import { clausesOf, exactVersion } from '../domain/pep508.ts';
import type { Pin } from '../domain/search.ts';
import { compareVersions, isVersion, localLabel, satisfies } from '../domain/version.ts';

/** What a pin asks of one library. `version` was measured; for a hold or an exclusion, `bad` is the release to keep out. */
export interface PinTarget {
  readonly kind: Pin['kind'];
  readonly library: string;
  readonly version: string;
  readonly bad?: string;
}

type Clause = readonly [string, string];

/**
 * The specifier that follows a pin and keeps what it can of the old one: exclusions, bounds that do not contradict it,
 * and its form. An exact pin stays exact. undefined where a form cannot follow, as `===` cannot.
 */
export function withPin(specifier: string, target: PinTarget): string | undefined {
  if (specifier.includes('===')) return undefined;
  const exact = exactVersion(specifier);
  if (exact !== undefined) return exactPin(exact, target);
  const clauses = clausesOf(specifier);
  if (isRaise(target) && clauses.some((clause) => isFloorAbove(clause, target.version))) return specifier;
  const made = RULES[target.kind](clauses, target);
  const text = made.map((clause) => clause.join('')).join(',');
  return text !== '' && satisfies(target.version, text) && keepsOut(text, target.bad) ? text : undefined;
}

function isRaise({ kind }: PinTarget): boolean {
  return kind === 'raise-partner' || kind === 'floor';
}

/** A floor that asks for more already. */
function isFloorAbove([operator, bound]: Clause, version: string): boolean {
  return ['>=', '>', '~='].includes(operator) && isVersion(bound) && compareVersions(bound, version) > 0;
}

function keepsOut(specifier: string, bad: string | undefined): boolean {
  return bad === undefined || !satisfies(bad, specifier);
}

/** Another version in place of an exact one. A build label names one build of one release: it cannot be carried over. */
function exactPin(exact: string, target: PinTarget): string | undefined {
  return localLabel(exact) === undefined ? `==${target.version}` : undefined;
}

const RULES: Readonly<Record<Pin['kind'], (clauses: readonly Clause[], target: PinTarget) => readonly Clause[]>> = {
  hold: (clauses, { bad = '' }) => [
    ...clauses.filter((clause) => !isUpper(clause) || isBelow(clause, bad)).map(openWildcard),
    ...upper(clauses, bad),
  ],
  exclude: (clauses, { bad = '' }) => [...clauses, ['!=', bad]],
  'raise-partner': raised,
  floor: raised,
};

/** The new floor first; upper bounds and equalities that do not allow it go. */
function raised(clauses: readonly Clause[], { version }: PinTarget): readonly Clause[] {
  const kept = clauses.filter((clause) => {
    const [operator, bound] = clause;
    if (operator === '!=') return true;
    if (operator === '>=' || operator === '>' || operator === '~=') return false;
    return isVersion(bound) && satisfies(version, clause.join(''));
  });
  return [['>=', version], ...kept];
}

function upper(clauses: readonly Clause[], bad: string): readonly Clause[] {
  const isBounded = clauses.some((clause) => isUpper(clause) && isBelow(clause, bad));
  return isBounded ? [] : [['<', bad]];
}

function isUpper([operator]: Clause): boolean {
  return operator === '<' || operator === '<=';
}

/** Whether an upper bound keeps a release out already. */
function isBelow([operator, bound]: Clause, bad: string): boolean {
  if (!isVersion(bound)) return false;
  const order = compareVersions(bound, bad);
  return operator === '<' ? order <= 0 : order < 0;
}

/** `~=4.50` and `==4.*` are a floor and a ceiling: beside a lower ceiling only the floor is left to say. */
function openWildcard([operator, bound]: Clause): Clause {
  if (operator === '~=') return ['>=', bound];
  return operator === '==' && bound.endsWith('.*') ? ['>=', bound.slice(0, -2)] : [operator, bound];
}
