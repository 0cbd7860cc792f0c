/** Quantization configurations and the quantization that each asks for, from the matrix. */
import { QUANTIZERS } from '../../domain/matrix.ts';
import { isTrue, type Value } from './values.ts';

export interface Quantized {
  /** Empty: it asks for none. */
  readonly values: readonly string[];
  readonly isSure: boolean;
  /** Whether something that it is set by cannot be read: then it is never taken for none. */
  readonly isUnread: boolean;
}

/** What a keyword is given, or the argument at a place where it is not written as one. */
type Ask = (keyword: string, place?: number) => Value | undefined;

const one = (name: string) => (): Quantized => ({ values: [name], isSure: true, isUnread: false });
const NONE: Quantized = { values: [], isSure: true, isUnread: false };

/** transformers' own default is fp4. https://huggingface.co/docs/transformers/main_classes/quantization */
function bitsAndBytes(ask: Ask): Quantized {
  const [eight, four, type] = [ask('load_in_8bit'), ask('load_in_4bit'), ask('bnb_4bit_quant_type')];
  const kinds = type === undefined ? ['fp4'] : type.texts.length > 0 ? type.texts : ['nf4'];
  const fours = kinds.map((kind) => `bnb-${kind}`);
  const isTypeSure = type === undefined || type.isSure;
  if (holds(four))
    return { values: fours, isSure: isTypeSure, isUnread: type !== undefined && type.texts.length === 0 };
  if (holds(eight)) return { values: ['bnb-int8'], isSure: true, isUnread: false };
  const open = [...(isOpen(eight) ? ['bnb-int8'] : []), ...(isOpen(four) ? fours : [])];
  return open.length > 0 ? { values: open, isSure: false, isUnread: true } : NONE;
}

function holds(value: Value | undefined): boolean {
  return value?.isSure === true && value.texts.every(isTrue);
}

function isOpen(value: Value | undefined): boolean {
  return value !== undefined && !value.isSure;
}

type Names = readonly (readonly [name: string, is: readonly string[]])[];

/** A class with several forms: each that a keyword, or the first argument, asks for; any where it cannot be read. */
function oneOf(keyword: string, names: Names, fallback: string | undefined) {
  return (ask: Ask): Quantized => {
    const value = ask(keyword, 0);
    if (value === undefined && fallback !== undefined) return one(fallback)();
    const values = names.flatMap(([name, is]) => (value?.texts.some((text) => is.includes(text)) ? [name] : []));
    const isSure = value?.isSure === true && values.length === 1;
    const all = names.map(([name]) => name);
    return { values: values.length > 0 ? values : all, isSure, isUnread: values.length === 0 };
  };
}

/** What a class asks for, as the entries of the matrix say that are made by it. */
function byMatrix(config: string): (ask: Ask) => Quantized {
  const own = Object.entries(QUANTIZERS).filter(([, entry]) => entry.config === config);
  const plain = own.find(([, { saidBy }]) => saidBy === undefined)?.[0] ?? FORM_WITHOUT_KEYWORD[config];
  const said = own.flatMap(([name, { saidBy }]) => (saidBy ? [[name, saidBy] as const] : []));
  const [first] = said;
  if (first === undefined) return one(plain ?? '');
  const names = said.map(([name, { is }]) => [name, is] as const);
  const { keyword } = first[1];
  return oneOf(keyword, names, plain);
}

/** What classes make that are given nothing, where the matrix has several of their forms. */
const FORM_WITHOUT_KEYWORD: Readonly<Record<string, string>> = { QuantoConfig: 'quanto-int8' };

/** Classes of forms that the matrix lacks: code that uses them is told so, and is not taken for unquantized. */
const NOT_IN_MATRIX: Readonly<Record<string, string>> = {
  AqlmConfig: 'aqlm-2bit',
  Mxfp4Config: 'mxfp4',
  QuarkConfig: 'quark',
};

/** The form that a function of a library gives a model that is loaded, by the class of its configuration. */
export function formMadeBy(called: string, config: string): string | undefined {
  const last = (path: string) => path.split('.').at(-1);
  const found = Object.entries(QUANTIZERS).find(
    ([, { quantizes }]) => quantizes && last(quantizes.by) === called && last(quantizes.config.make) === config,
  );
  return found?.[0];
}

const CLASSES = Object.values(QUANTIZERS).flatMap(({ config }) => config ?? []);

export const QUANTIZATION_OF_CONFIG: Readonly<Record<string, (ask: Ask) => Quantized>> = {
  ...Object.fromEntries(Object.entries(NOT_IN_MATRIX).map(([config, name]) => [config, one(name)])),
  ...Object.fromEntries(CLASSES.map((config) => [config, byMatrix(config)])),
  BitsAndBytesConfig: bitsAndBytes,
  BitNetConfig: byMatrix('BitNetQuantConfig'),
};
