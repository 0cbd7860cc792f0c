/** Arguments that name modules or layers: those that the tiny model has are kept. */
import { isTable, type OwnValue } from '../../domain/own-configuration.ts';
import { layersNamed } from '../../domain/shapes.ts';
import { type Fit, type Fitted, kept, left, type Rule, scaled } from './fitted.ts';
import { pathPattern } from './path-pattern.ts';

/** Names of modules in a list, or a pattern of whole paths as PEFT takes one. */
export const modules: Rule = (value, fit) => {
  if (value === 'all-linear') return kept(value);
  if (typeof value === 'string') return byPattern(value, fit);
  const names = namesIn(value);
  if (names === undefined) return left('it is neither a list of names nor a pattern');
  const found = names.filter((name) => isModule(fit, name));
  if (found.length === names.length) return kept([...names]);
  const missing = names.filter((name) => !found.includes(name));
  const why = `the tiny ${fit.architecture} has no ${ticked(missing)}`;
  return found.length === 0 ? left(why) : scaled(found, why);
};

/** Ranks by names of modules: whole ones, however small the model makes them. */
export const rankByModule: Rule = (value, fit) =>
  tableByModule(value, fit, (rank) => Math.max(1, Math.floor(rank * fit.factor)));

export const alphaByModule: Rule = (value, fit) => tableByModule(value, fit, (alpha) => alpha * fit.factor);

function tableByModule(value: OwnValue, fit: Fit, smaller: (one: number) => number): Fitted {
  if (!isTable(value)) return left('it is no table');
  const entries = Object.entries(value);
  const found = entries.filter(([name]) => isModule(fit, name));
  const isFitted = fit.factor !== 1;
  const fitting = found.map(([name, one]) => [name, isFitted && typeof one === 'number' ? smaller(one) : one] as const);
  if (found.length === 0) return left(`the tiny ${fit.architecture} has no ${ticked(entries.map(([name]) => name))}`);
  const table = Object.fromEntries(fitting);
  if (found.length === entries.length && !isFitted) return kept(table);
  return scaled(table, 'it follows the modules and the rank that the tiny model has');
}

/** Numbers of layers: one, or a list. */
export const layerNumbers: Rule = (value, { architecture, shape }) => {
  const numbers = [value].flat().filter((one) => typeof one === 'number');
  if (numbers.length === 0) return left('it is no number of a layer');
  const found = numbers.filter((one) => one < shape.layers);
  if (found.length === numbers.length) return kept(value);
  const why = `the tiny ${architecture} has ${shape.layers} layers`;
  return scaled(found.length > 0 ? found : [shape.layers - 1], why);
};

export const layerRanges: Rule = (value, { architecture, shape }) => {
  const bounds = Array.isArray(value) ? value.flat().filter((one) => typeof one === 'number') : [];
  const isFitting = bounds.length > 0 && bounds.every((one) => one <= shape.layers);
  return isFitting ? kept(value) : left(`the tiny ${architecture} has ${shape.layers} layers`);
};

/** The layers that a value of `target_modules` means; undefined where it names none. */
export function layersOf(value: OwnValue | undefined, fit: Pick<Fit, 'shape'>): readonly string[] | undefined {
  const names = value === undefined ? undefined : namesIn(value);
  return names?.flatMap((name) => layersNamed(fit.shape, name));
}

function namesIn(value: OwnValue): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const names = value.filter((one) => typeof one === 'string');
  return names.length === value.length && names.length > 0 ? names : undefined;
}

function isModule({ shape, heads }: Fit, name: string): boolean {
  return heads.includes(name) || layersNamed(shape, name).length > 0;
}

function byPattern(pattern: string, { architecture, shape }: Fit): Fitted {
  const matches = pathPattern(pattern);
  if (matches === undefined) return left('a pattern of this form is not tried on the names of the tiny model');
  const isFitting = Object.keys(shape.weights).some(matches);
  return isFitting ? kept(pattern) : left(`no module of the tiny ${architecture} fits this pattern`);
}

const SHOWN = 4;

function ticked(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).map((name) => `\`${name.slice(0, 60)}\``);
  return names.length > SHOWN ? `${shown.join(', ')} and ${names.length - SHOWN} more` : shown.join(', ');
}
