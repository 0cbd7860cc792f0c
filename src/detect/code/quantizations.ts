/** Quantization configurations and the quantization that each asks for. Adding one is one entry. */
import { isTrue, type Value } from './values.ts';

export interface Quantized {
  /** Empty: it asks for none. */
  readonly values: readonly string[];
  readonly isSure: boolean;
  /** Whether something that it is set by cannot be read: then it is never taken for none. */
  readonly isUnread: boolean;
}

type Ask = (keyword: string) => Value | undefined;

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

/** A configuration whose kind is a text: each text that is known, else any. */
function byText(keyword: string, names: Readonly<Record<string, string>>, fallback?: string) {
  return (ask: Ask): Quantized => {
    const value = ask(keyword);
    if (value === undefined && fallback !== undefined) return one(fallback)();
    const values = (value?.texts ?? []).flatMap((text) => names[text] ?? []);
    const isSure = value?.isSure === true && values.length === 1;
    return { values: values.length > 0 ? values : Object.values(names), isSure, isUnread: values.length === 0 };
  };
}

export const QUANTIZATION_OF_CONFIG: Readonly<Record<string, (ask: Ask) => Quantized>> = {
  BitsAndBytesConfig: bitsAndBytes,
  HqqConfig: one('hqq-int4'),
  GPTQConfig: one('gptq-int4'),
  AwqConfig: one('awq-int4'),
  EetqConfig: one('eetq-int8'),
  AqlmConfig: one('aqlm-2bit'),
  CompressedTensorsConfig: one('ct-int4'),
  FineGrainedFP8Config: one('fp8'),
  Mxfp4Config: one('mxfp4'),
  QuantoConfig: byText('weights', { int8: 'quanto-int8', int4: 'quanto-int4' }, 'quanto-int8'),
  TorchAoConfig: byText('quant_type', { int8_weight_only: 'torchao-int8wo', int4_weight_only: 'torchao-int4wo' }),
};
