/** CPT's prompt: its tokens and their two masks have one length, or PEFT refuses them. */
import { isList, leftOut, type OwnConfiguration, type OwnValue, type Written } from '../../domain/own-configuration.ts';
import type { Fit } from './fitted.ts';

const MASKS = ['cpt_mask', 'cpt_tokens_type_mask'] as const;

interface Part {
  readonly carried: Record<string, OwnValue>;
  readonly scaled: OwnConfiguration['scaled'][number][];
  readonly left: OwnConfiguration['left'][number][];
}

/** Masks that nobody gave are made as PEFT makes them, ones; given ones go with the tokens that they were given for. */
export function alignMasks({ carried, scaled, left }: Part, written: readonly Written[], { usual }: Fit): void {
  const given = (name: string) => written.find(({ argument }) => argument === name)?.value;
  const length = lengthOf(carried.cpt_token_ids);
  const usualLength = lengthOf(usual.cpt_token_ids);
  const isLeft = (given('cpt_token_ids') ?? null) === null || left.some(({ argument }) => argument === 'cpt_token_ids');
  for (const mask of MASKS) {
    const from = usual[mask];
    const isGiven = (given(mask) ?? null) !== null;
    if (isLeft && carried[mask] !== undefined) {
      delete carried[mask];
      left.push(leftOut(mask, 'it belongs to `cpt_token_ids`, which is not carried'));
    } else if (length !== undefined && length !== usualLength && !isGiven && from !== undefined) {
      carried[mask] = Array.from({ length }, () => 1);
      scaled.push({ ...leftOut(mask, 'as PEFT makes it, as long as `cpt_token_ids`'), from, to: carried[mask] });
    }
  }
}

function lengthOf(value: OwnValue | undefined): number | undefined {
  return value !== undefined && isList(value) ? value.length : undefined;
}
