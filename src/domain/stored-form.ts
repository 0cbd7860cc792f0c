/** Which quantization of the matrix the files of a checkpoint are in, by its `quantization_config`. */

/** Path in the settings -> what stands there; `*` is the first entry of a table. */
type Signs = Readonly<Record<string, string | number | boolean>>;

const WEIGHTS = 'config_groups.*.weights';
const packed = (bits: number): Signs => ({
  quant_method: 'compressed-tensors',
  format: 'pack-quantized',
  [`${WEIGHTS}.num_bits`]: bits,
  [`${WEIGHTS}.type`]: 'int',
});
const bitsandbytes = { quant_method: 'bitsandbytes' } as const;
const torchao = (type: string): Signs => ({ quant_method: 'torchao', 'quant_type.default._type': type });
const quanto = (weights: string): Signs => ({ quant_method: 'quanto', weights });

/** The first that fits counts: those that ask for more come first. */
const FORMS: readonly (readonly [quantization: string, signs: Signs])[] = [
  ['bnb-int8', { ...bitsandbytes, load_in_8bit: true }],
  ['bnb-nf4+double', { ...bitsandbytes, bnb_4bit_quant_type: 'nf4', bnb_4bit_use_double_quant: true }],
  ['bnb-nf4', { ...bitsandbytes, load_in_4bit: true, bnb_4bit_quant_type: 'nf4' }],
  ['bnb-fp4', { ...bitsandbytes, load_in_4bit: true, bnb_4bit_quant_type: 'fp4' }],
  ['ct-int4', packed(4)],
  ['ct-int8', packed(8)],
  ['ct-fp8', { quant_method: 'compressed-tensors', format: 'float-quantized', [`${WEIGHTS}.type`]: 'float' }],
  ['fp8', { quant_method: 'fp8' }],
  ['bitnet', { quant_method: 'bitnet' }],
  ['gptq-int4', { quant_method: 'gptq', bits: 4 }],
  ['awq-int4', { quant_method: 'awq', bits: 4 }],
  ['auto-round-int4', { quant_method: 'auto-round', bits: 4 }],
  ['hqq-int4', { quant_method: 'hqq' }],
  ['torchao-int8wo', torchao('Int8WeightOnlyConfig')],
  ['torchao-fp8wo', torchao('Float8WeightOnlyConfig')],
  ['torchao-intx-int4', torchao('IntxWeightOnlyConfig')],
  ['torchao-int4wo', torchao('Int4WeightOnlyConfig')],
  ['quanto-int8', quanto('int8')],
  ['quanto-int4', quanto('int4')],
  ['quanto-float8', quanto('float8')],
];

/** Its name in the matrix; undefined for a form that the matrix lacks. */
export function storedForm(settings: unknown): string | undefined {
  return FORMS.find(([, signs]) => Object.entries(signs).every(([path, value]) => at(settings, path) === value))?.[0];
}

/** What its settings call it, for a sentence. */
export function methodIn(settings: unknown): string {
  const method = at(settings, 'quant_method');
  return typeof method === 'string' ? method.slice(0, 60) : 'no `quant_method`';
}

function at(value: unknown, path: string): unknown {
  let found = value;
  for (const name of path.split('.')) {
    if (typeof found !== 'object' || found === null) return undefined;
    const entries = Object.entries(found);
    found = name === '*' ? entries[0]?.[1] : entries.find(([key]) => key === name)?.[1];
  }
  return found;
}
