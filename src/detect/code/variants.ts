/** Which variant of a method a configuration makes, by the keywords that it is given. */
import type { Rule } from './known-names.ts';
import type { Value } from './values.ts';

/** What a keyword is given; undefined where it is not written. */
export type Given = (keyword: string) => Value | undefined;

export interface Variant {
  /** `lora`, `lora+dora`; `lora+defaults` where nothing says which modules. */
  readonly method: string;
  readonly isSure: boolean;
}

/** `isWhole`: no keyword can be given that is not seen. */
export function variantOf(rule: Rule, given: Given, isWhole: boolean): Variant {
  const variant = rule.variants.find(({ keyword, is }) => {
    const value = given(keyword);
    if (is === undefined) return value !== undefined && !value.texts.includes('None');
    return value?.isSure === true && value.texts.includes(is);
  });
  if (variant) return { method: `${rule.name}+${variant.name}`, isSure: true };
  const targets = (rule.targets ?? []).flatMap((keyword) => given(keyword) ?? []);
  const named = targets.filter((value) => !value.texts.includes('None'));
  if (rule.targets === undefined || named.length > 0) return { method: rule.name, isSure: true };
  const method = isWhole ? `${rule.name}+defaults` : rule.name;
  return { method, isSure: isWhole && targets.every(({ isSure }) => isSure) };
}
