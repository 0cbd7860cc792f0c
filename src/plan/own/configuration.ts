/** From what stands in the code to a configuration of a cell: each argument carried, made smaller, or said to be left. */
import { createHash } from 'node:crypto';
import { type Cell, isControl } from '../../domain/cell.ts';
import { entryOf, methodParts } from '../../domain/code-paths.ts';
import { ARCHITECTURES, type Method } from '../../domain/matrix.ts';
import { own } from '../../domain/own.ts';
import {
  ArgumentName,
  canonicalText,
  isEmpty,
  leftOut,
  nothingCarried,
  type OwnArguments,
  OwnConfiguration,
  OwnValue,
  placesOf,
  type Written,
  type WrittenConfiguration,
} from '../../domain/own-configuration.ts';
import { shapeOf, sidesOf } from '../../domain/shapes.ts';
import { alignMasks } from './cpt.ts';
import { type Fit, type Fitted, left, type Rule, USUAL } from './fitted.ts';
import { layersOf } from './modules.ts';
import { loadingRule, methodRule, quantizationRule } from './rules.ts';
import { halvedTo, largestRank } from './sizes.ts';

export interface Named {
  /** `own-1a2b3c4d`. */
  readonly name: string;
  readonly configuration: OwnConfiguration;
}

export interface Unnamed {
  readonly name?: undefined;
  readonly configuration: OwnConfiguration;
}

interface Part {
  readonly carried: Record<string, OwnValue>;
  readonly scaled: OwnConfiguration['scaled'][number][];
  readonly left: OwnConfiguration['left'][number][];
}

const NO_NAME = left('PEFT has no argument with such a name');
const UNREAD = left('its value is not in the source, or depends on how it is run');

/**
 * The configuration of a cell. Without a name where nothing of it is the cell's own: then it is what the matrix has, and
 * only what is left is to be told.
 */
export function ownConfiguration(cell: Cell, written: WrittenConfiguration): Named | Unnamed {
  const fit = fitOf(cell, written.method);
  if (fit === undefined) return { configuration: without(written, whyNothing(cell)) };
  const method = fitted(written.method, methodRule, fit);
  exclude(method.carried, fit);
  if (fit.method.config === 'CPTConfig') alignMasks(method, written.method, fit);
  const quantization = cell.quantization === 'none' ? NOTHING : fitted(written.quantization, quantizationRule, fit);
  const loading = fitted(loadingBeside(cell, written), loadingRule, fit);
  const configuration = {
    arguments: method.carried,
    quantization: quantization.carried,
    loading: loading.carried,
    scaled: [...method.scaled, ...quantization.scaled, ...loading.scaled],
    left: [...method.left, ...quantization.left, ...loading.left],
    at: placesOf(written.at),
  };
  const { data } = OwnConfiguration.safeParse(configuration);
  if (data === undefined) return { configuration: without(written, 'there is more than one configuration may hold') };
  return isEmpty(data) ? { configuration: data } : { name: nameOf(data), configuration: data };
}

function without({ method, quantization, loading, at }: WrittenConfiguration, why: string): OwnConfiguration {
  const all = [...method, ...quantization, ...loading];
  return nothingCarried(
    all.map(({ argument }) => leftOut(argument, why)),
    at,
  );
}

function whyNothing(cell: Cell): string {
  if (isControl(cell)) return 'the control has no adapter, and is made as the matrix has it';
  const { entry } = methodParts(cell.method);
  if (entryOf(cell.method) === undefined) return `the matrix has no method \`${entry}\``;
  return `arguments are fitted to the tiny models of the matrix, and \`${cell.architecture}\` is none of them`;
}

/** What a code path of the cell says already is said once. */
function loadingBeside({ method }: Cell, { loading }: WrittenConfiguration): readonly Written[] {
  const isInBfloat16 = methodParts(method).paths.includes('bf16');
  return isInBfloat16 ? loading.filter(({ argument }) => argument !== 'torch_dtype') : loading;
}

const NOTHING: Part = { carried: {}, scaled: [], left: [] };

/** Equal for what is carried alike. */
function nameOf(configuration: OwnConfiguration): string {
  return `own-${createHash('sha256').update(canonicalText(configuration)).digest('hex').slice(0, 8)}`;
}

function fitOf(cell: Cell, written: readonly Written[]): Fit | undefined {
  const [method, shape] = [entryOf(cell.method), shapeOf(cell.architecture)];
  if (method === undefined || shape === undefined) return undefined;
  const { modules: roles = {}, heads = {} } = own(ARCHITECTURES, cell.architecture) ?? {};
  const usual = usualOf(method, roles);
  const given = (name: string) => written.find(({ argument }) => argument === name)?.value;
  const named = layersOf(given('target_modules'), { shape }) ?? [];
  const adapted = named.length > 0 ? named : (layersOf(usual.target_modules, { shape }) ?? Object.keys(shape.weights));
  const sides = sidesOf(shape, adapted);
  const rank = given('r') ?? given('init_r');
  const head = own(heads, cell.task);
  return {
    ...{ architecture: cell.architecture, shape, method, usual, sides },
    heads: ['lm_head', ...(head === undefined ? [] : [head])],
    factor: typeof rank === 'number' && rank > 0 ? halvedTo(largestRank(sides), rank) / rank : 1,
    isRooted: given('use_rslora') === true || usual.use_rslora === true,
  };
}

/** The arguments of an entry that are plain data, its modules filled in. */
function usualOf(method: Method, roles: Readonly<Record<string, readonly string[]>>): OwnArguments {
  const found = Object.entries(method.arguments).flatMap(([name, value]) => {
    const isRole = typeof value === 'object' && !Array.isArray(value) && 'modules' in value;
    const plain = OwnValue.safeParse(isRole ? own(roles, value.modules) : value).data;
    return plain === undefined ? [] : [[name, plain] as const];
  });
  return Object.fromEntries(found);
}

function fitted(written: readonly Written[], ruleOf: (argument: string) => Rule, fit: Fit): Part {
  const part: Part = { carried: {}, scaled: [], left: [] };
  for (const { argument, value } of written) {
    const isName = ArgumentName.safeParse(argument).success;
    const found = isName ? foundFor(value, ruleOf(argument), fit) : NO_NAME;
    if (found.kind === 'left') part.left.push(leftOut(argument, found.why));
    if (found.kind === 'scaled' && value !== undefined)
      part.scaled.push({ ...leftOut(argument, found.why), from: value, to: found.value });
    const isKept = found.kind === 'kept' || found.kind === 'scaled';
    if (isKept && !isUsual(found.value, own(fit.usual, argument))) part.carried[argument] = found.value;
  }
  return part;
}

/** `None` is what a library does anyway. */
function foundFor(value: OwnValue | undefined, rule: Rule, fit: Fit): Fitted {
  if (value === undefined) return UNREAD;
  return value === null ? USUAL : rule(value, fit);
}

/** Modules are the same in any order. */
function isUsual(value: OwnValue, usual: OwnValue | undefined): boolean {
  const text = (one: OwnValue) =>
    JSON.stringify(Array.isArray(one) ? one.map((each) => JSON.stringify(each)).toSorted() : one);
  return usual !== undefined && text(value) === text(usual);
}

/** Pairs of which PEFT takes one: the other is what the matrix gives, and has to be taken back. */
const EITHER: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  OFTConfig: [['r', 'oft_block_size']],
  BOFTConfig: [['boft_block_num', 'boft_block_size']],
};

function exclude(carried: Record<string, OwnValue>, { method, usual }: Fit): void {
  for (const [one, other] of own(EITHER, method.config) ?? [])
    if (carried[one] !== undefined && carried[one] !== 0 && usual[other] !== undefined) carried[other] ??= 0;
}
