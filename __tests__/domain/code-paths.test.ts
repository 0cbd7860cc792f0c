import { describe, expect, it } from '@jest/globals';
import {
  hasPath,
  holdsCell,
  methodBy,
  methodParts,
  ownForProbe,
  ownOf,
  withoutOwn,
} from '../../src/domain/code-paths.ts';
import { makePlan } from '../../src/plan/plan.ts';
import { cellsText } from '../../src/report/words.ts';
import { report } from '../factories/report.ts';

const LLAMA = { method: 'lora', quantization: 'none', architecture: 'llama', task: 'causal-lm' };

describe('a code path', () => {
  it('is a part of the name of a method, in the order of the table', () => {
    expect(methodParts('lora+dora+checkpointing+trainer')).toEqual({
      entry: 'lora+dora',
      paths: ['trainer', 'checkpointing'],
    });
    expect(methodBy('lora', ['checkpointing', 'trainer'])).toBe('lora+trainer+checkpointing');
    expect(methodParts('lora+all-linear')).toEqual({ entry: 'lora+all-linear', paths: [] });
  });

  it('stands before a configuration of the user’s own', () => {
    const method = 'lora+dora+trainer+own-1a2b3c4d';
    expect(methodParts(method)).toEqual({ entry: 'lora+dora', paths: ['trainer'], own: 'own-1a2b3c4d' });
    expect(methodBy('lora+dora', ['trainer'], 'own-1a2b3c4d')).toBe(method);
    expect(withoutOwn({ ...LLAMA, method }).method).toBe('lora+dora+trainer');
    for (const none of ['own-1a2b3c4d', 'lora+own-1a2b', 'lora+own-1A2B3C4D', 'lora+own-1a2b3c4d+trainer', 'lora+own'])
      expect(ownOf({ method: none })).toBeUndefined();
  });

  it('and that configuration are told to the probe without the places that it stands at', () => {
    const carried = { arguments: { r: 4 }, quantization: {}, loading: {} };
    const configurations = { 'own-1a2b3c4d': { ...carried, scaled: [], left: [], at: ['train.py:3'] } };
    expect(ownForProbe({ method: 'lora+own-1a2b3c4d' }, configurations)).toEqual({ own: carried });
    expect(ownForProbe({ method: 'lora+own-00000000' }, configurations)).toEqual({});
    expect(ownForProbe({ method: 'lora' }, configurations)).toEqual({});
  });

  it('is for the cells that it says, and never for the control', () => {
    expect(hasPath(LLAMA, 'trainer')).toBe(true);
    expect(hasPath({ ...LLAMA, method: 'base' }, 'trainer')).toBe(false);
    expect(hasPath(LLAMA, 'stored')).toBe(false);
    expect(hasPath({ ...LLAMA, quantization: 'bnb-int8' }, 'bf16')).toBe(false);
    expect(hasPath(LLAMA, 'constructor')).toBe(false);
  });

  it('is meant too by what is said of the cell without it', () => {
    const known = new Set(['lora/none/llama/causal-lm', 'ia3+trainer/none/llama/causal-lm']);
    expect(holdsCell(known, 'lora+trainer/none/llama/causal-lm')).toBe(true);
    expect(holdsCell(known, 'ia3+trainer/none/llama/causal-lm')).toBe(true);
    expect(holdsCell(known, 'ia3/none/llama/causal-lm')).toBe(false);
    expect(holdsCell(known, 'lora+own-1a2b3c4d/none/llama/causal-lm')).toBe(true);
  });

  it('is said behind the words of its method', () => {
    const cell = 'lora+trainer+checkpointing/none/llama/causal-lm';
    expect(cellsText(report(), [cell])).toContain(
      "LoRA through transformers' Trainer with gradient checkpointing on llama",
    );
  });

  it('is kept by the methods that could stand in', () => {
    const request = {
      changes: [{ library: 'peft', from: '0.17.0', to: '0.18.0' }],
      held: {},
      cells: ['lora+trainer/none/llama/causal-lm', 'lora+stored/bnb-nf4/llama/causal-lm'],
      minutes: 1,
      environments: 2,
      search: 'bisect' as const,
      chosenBy: 'user' as const,
    };
    const releases = new Map([
      ['peft', ['0.17.0', '0.18.0'].map((version) => ({ version, yanked: false, hasWheel: true }))],
    ]);
    const plan = makePlan(request, releases as never, '3.11.0', []);
    const methods = plan?.alternatives.map(({ method }) => method);
    expect(methods).toContain('ia3+trainer');
    expect(methods?.filter((method) => !/[+](trainer|stored)$/.test(method))).toEqual([]);
    expect(
      plan?.alternatives.filter(({ method, quantization }) => /stored/.test(method) && quantization === 'none'),
    ).toEqual([]);
  });
});
