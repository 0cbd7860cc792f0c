/**
 * A configuration of the user's own: the arguments that stand in the code, or under `cells:`, as far as the tiny model can
 * have them. It ends the name of a method, `lora+own-1a2b3c4d`, and is data all the way: nothing of it is evaluated.
 */
import { z } from 'zod';
import type { Immutable } from './immutable.ts';

const Text = z.string().max(300);
const Scalar = z.union([Text, z.number(), z.boolean(), z.null()]);
const MOST_ENTRIES = 64;

/** Types of numbers that every release of torch has. */
export const NUMBER_TYPES = ['float32', 'float16', 'bfloat16', 'float64', 'uint8', 'int8'] as const;
const NumberType = z.strictObject({ torch: z.enum(NUMBER_TYPES) });

/** What an argument is given: a scalar, a list, a list of short lists, a flat table, or a type of torch. */
export const OwnValue = z
  .union([
    Scalar,
    NumberType,
    z.array(z.union([Scalar, z.array(Scalar).max(16)])).max(MOST_ENTRIES),
    z.record(Text, Scalar).refine((table) => Object.keys(table).length <= MOST_ENTRIES, 'has too many entries'),
  ])
  .meta({ id: 'OwnValue' });
export type OwnValue = Immutable<z.infer<typeof OwnValue>>;

/** A Python name of an argument. */
export const ArgumentName = z
  .string()
  .max(60)
  .regex(/^[a-z][A-Za-z0-9_]*$/, 'is no name of an argument');

export const OwnArguments = z
  .record(ArgumentName, OwnValue)
  .refine((table) => Object.keys(table).length <= MOST_ENTRIES, 'has too many arguments')
  .meta({ id: 'OwnArguments' });
export type OwnArguments = Immutable<z.infer<typeof OwnArguments>>;

/** An argument as it was read; without a value where that is not in the source. */
export interface Written {
  readonly argument: string;
  readonly value?: OwnValue;
}

/** What one place of the code, or an entry of `cells:`, makes a cell with, before anything is fitted. */
export interface WrittenConfiguration {
  readonly method: readonly Written[];
  readonly quantization: readonly Written[];
  readonly loading: readonly Written[];
  readonly at: readonly string[];
}

/** What a cell is made with: arguments of PEFT's configuration class, of the quantization's, and of `from_pretrained`. */
const Carried = z.strictObject({ arguments: OwnArguments, quantization: OwnArguments, loading: OwnArguments });
export type Carried = Immutable<z.infer<typeof Carried>>;

/** What the probe is told of a cell; nothing where its arguments are the matrix's. */
export interface OwnOfCell {
  readonly own?: Carried;
}

const LONGEST_NAME = 60;
const LONGEST_WHY = 300;
const LONGEST_PLACE = 400;
/** Places that one configuration is shown with. */
export const MOST_PLACES = 8;
const Argument = z.string().max(LONGEST_NAME);
const Why = z.string().max(LONGEST_WHY);

export const OwnConfiguration = z.strictObject({
  ...Carried.shape,
  /** What had to be made smaller. */
  scaled: z.array(z.strictObject({ argument: Argument, from: OwnValue, to: OwnValue, why: Why })).max(MOST_ENTRIES),
  /** What could not be carried. */
  left: z.array(z.strictObject({ argument: Argument, why: Why })).max(MOST_ENTRIES),
  /** Where it stands: `train.py:31`. */
  at: z.array(z.string().max(LONGEST_PLACE)).max(MOST_PLACES),
});
export type OwnConfiguration = Immutable<z.infer<typeof OwnConfiguration>>;

/** What is said of an argument that is not carried, as short as it must be. */
export function leftOut(argument: string, why: string): OwnConfiguration['left'][number] {
  return { argument: argument.slice(0, LONGEST_NAME), why: why.slice(0, LONGEST_WHY) };
}

/** A configuration that carries nothing, for which `left` says why. */
export function nothingCarried(left: OwnConfiguration['left'], at: readonly string[]): OwnConfiguration {
  const empty = { arguments: {}, quantization: {}, loading: {}, scaled: [] };
  return { ...empty, left: left.slice(0, MOST_ENTRIES), at: placesOf(at) };
}

export function placesOf(at: readonly string[]): string[] {
  return at.slice(0, MOST_PLACES).map((place) => place.slice(0, LONGEST_PLACE));
}

export const OwnName = z.string().regex(/^own-[0-9a-f]{8}$/);

/** By the last part of a method's name. */
export const OwnConfigurations = z
  .record(OwnName, OwnConfiguration)
  .refine((table) => Object.keys(table).length <= 400, 'has too many configurations');
export type OwnConfigurations = Immutable<z.infer<typeof OwnConfigurations>>;

export function isOwnName(part: string): boolean {
  return OwnName.safeParse(part).success;
}

/** Whether a cell with it would be the same as one without. */
export function isEmpty({ arguments: given, quantization, loading }: Carried): boolean {
  return [given, quantization, loading].every((table) => Object.keys(table).length === 0);
}

/** A text that is equal for what is carried alike, whatever order it was written in. */
export function canonicalText({ arguments: given, quantization, loading }: Carried): string {
  return JSON.stringify([given, quantization, loading].map(ordered));
}

function ordered(table: OwnArguments): readonly unknown[] {
  const entries = Object.entries(table).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return entries.map(([name, value]) => [name, isTable(value) ? Object.entries(value).toSorted(byName) : value]);
}

function byName([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : 1;
}

/** A table, or a type of torch, which is written as one. */
export function isTable(value: OwnValue): value is Readonly<Record<string, string | number | boolean | null>> {
  return typeof value === 'object' && value !== null && !isList(value);
}

/** A value as Python writes it: `True`, `"nf4"`, `["q_proj", "v_proj"]`, `torch.bfloat16`. */
export function valueText(value: OwnValue): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value !== 'object') return typeof value === 'string' ? JSON.stringify(value) : String(value);
  if (isList(value)) return `[${value.map(valueText).join(', ')}]`;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first?.[0] === 'torch') return `torch.${String(first[1])}`;
  return `{${entries.map(([key, one]) => `${JSON.stringify(key)}: ${valueText(one)}`).join(', ')}}`;
}

export function isList(value: OwnValue): value is Extract<OwnValue, readonly unknown[]> {
  return Array.isArray(value);
}

/** All that is carried, as it would be written: `r=32, use_dora=True, bnb_4bit_use_double_quant=True`. */
export function carriedText({ arguments: given, quantization, loading }: Carried): string {
  const entries = [given, quantization, loading].flatMap((table) => Object.entries(table));
  return entries.map(([name, value]) => `${name}=${valueText(value)}`).join(', ');
}
