import { describe, expect, it } from '@jest/globals';
import { QUANTIZERS } from '../../src/domain/matrix.ts';
import { methodIn, storedForm } from '../../src/domain/stored-form.ts';

const BNB = { quant_method: 'bitsandbytes', _load_in_4bit: true };

describe('the form that the files of a checkpoint are in', () => {
  it.each<[string, unknown]>([
    ['bnb-int8', { ...BNB, load_in_8bit: true, load_in_4bit: false, bnb_4bit_quant_type: 'fp4' }],
    ['bnb-nf4', { ...BNB, load_in_4bit: true, load_in_8bit: false, bnb_4bit_quant_type: 'nf4' }],
    ['bnb-nf4+double', { ...BNB, load_in_4bit: true, bnb_4bit_quant_type: 'nf4', bnb_4bit_use_double_quant: true }],
    ['bnb-fp4', { ...BNB, load_in_4bit: true, bnb_4bit_quant_type: 'fp4' }],
    ['torchao-int8wo', { quant_method: 'torchao', quant_type: { default: { _type: 'Int8WeightOnlyConfig' } } }],
    ['quanto-int4', { quant_method: 'quanto', weights: 'int4' }],
  ])('%s is told by its settings', (form, settings) => {
    expect(storedForm(settings)).toBe(form);
  });

  it('is what the probe writes into a checkpoint that it packs', () => {
    const packed = Object.entries(QUANTIZERS).filter(([, { packed: form }]) => form !== undefined);
    expect(packed.map(([, { settings }]) => storedForm(settings))).toEqual(
      packed.map(([name]) => name.replace('+decompressed', '')),
    );
  });

  it.each([[undefined], [null], ['gptq'], [{}], [{ quant_method: 'exl3' }], [{ quant_method: 'gptq', bits: 8 }]])(
    'is none of the matrix for %j',
    (settings) => {
      expect(storedForm(settings)).toBeUndefined();
    },
  );

  it('is called as its settings call it', () => {
    expect(methodIn({ quant_method: 'exl3' })).toBe('exl3');
    expect(methodIn({})).toBe('no `quant_method`');
  });
});
