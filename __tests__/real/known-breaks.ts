import { CLASSIFIERS } from './breaks/classifiers.ts';
import { IMPORTS } from './breaks/imports.ts';
import type { KnownBreak } from './breaks/known-break.ts';
import { MODELS } from './breaks/models.ts';
import { PATHS } from './breaks/paths.ts';
import { PICTURES } from './breaks/pictures.ts';
import { QUANTIZED } from './breaks/quantized.ts';
import { SEED } from './breaks/seed.ts';
import { VIRTUAL_TOKENS } from './breaks/virtual-tokens.ts';

export const KNOWN_BREAKS: readonly KnownBreak[] = [
  ...VIRTUAL_TOKENS,
  ...CLASSIFIERS,
  ...IMPORTS,
  ...MODELS,
  ...PICTURES,
  ...PATHS,
  ...QUANTIZED,
  ...SEED,
];
