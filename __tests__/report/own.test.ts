import { describe, expect, it } from '@jest/globals';
import type { OwnConfiguration } from '../../src/domain/own-configuration.ts';
import { renderComment } from '../../src/report/comment.ts';
import { renderExplain } from '../../src/report/explain.ts';
import { renderPlan } from '../../src/report/plan.ts';
import { renderTerminal } from '../../src/report/terminal.ts';
import { cellsText } from '../../src/report/words.ts';
import { compared, report } from '../factories/report.ts';

const CONFIGURATION: OwnConfiguration = {
  arguments: { r: 64, target_modules: ['q_proj'] },
  quantization: { bnb_4bit_compute_dtype: { torch: 'bfloat16' } },
  loading: { use_cache: false },
  scaled: [{ argument: 'r', from: 256, to: 64, why: 'the adapted matrices of the tiny llama have 64 rows or columns' }],
  left: [{ argument: 'loftq_config', why: 'its value is not in the source, or depends on how it is run' }],
  at: ['train.py:31', 'train.py:12'],
};
const MINE = 'lora+own-1a2b3c4d/bnb-nf4/llama/causal-lm';
const PLAIN = 'lora/bnb-nf4/llama/causal-lm';

const tuned = (mine: ReturnType<typeof compared>, configuration = CONFIGURATION) =>
  report({
    comparisons: [mine, compared(PLAIN, 'same')],
    configurations: { 'own-1a2b3c4d': configuration },
    boundaries: [],
    pins: [],
    workarounds: [],
  });

describe('arguments of the user’s own', () => {
  it('are told with what was made smaller and what was left, wherever a cell with them is', () => {
    const made = tuned(compared(MINE, 'same'));
    for (const text of [renderTerminal(made), renderComment(made), renderExplain(made, MINE)]) {
      expect(text).toContain('own-1a2b3c4d');
      expect(text).toContain('train.py:31');
      expect(text.replaceAll('&#91;', '[').replaceAll('&#93;', ']')).toContain(
        'r=64, target_modules=["q_proj"], bnb_4bit_compute_dtype=torch.bfloat16, use_cache=False',
      );
      expect(text).toContain('r=64 for 256: the adapted matrices of the tiny llama have 64 rows or columns');
      expect(text).toMatch(/loftq\S*config is not carried: its value is not in the source/);
    }
    expect(renderExplain(made, PLAIN)).not.toContain('own-1a2b3c4d');
  });

  it('are measured again by hand where the configuration has them, and not where only code has', () => {
    const inCode = renderComment(tuned(compared(MINE, 'regressed')));
    expect(inCode).not.toContain('gh workflow run');
    const named = { ...CONFIGURATION, at: ['.github/peft-sweep.yml'] };
    expect(renderComment(tuned(compared(MINE, 'regressed'), named))).toContain(`-f cells='${MINE}'`);
    expect(renderComment(report({ comparisons: [compared(PLAIN, 'regressed')] }))).toContain(`-f cells='${PLAIN}'`);
  });

  it('are words of the headline, by their place', () => {
    const made = tuned(compared(MINE, 'regressed'));
    expect(cellsText(made, [MINE])).toBe('4-bit LoRA with the arguments of train.py:31 on llama');
    expect(cellsText(report(), [MINE])).toContain('LoRA with your arguments');
    expect(renderComment(made).split('\n')[1]).toContain(
      'breaks 4-bit LoRA with the arguments of train.py:31 on llama',
    );
  });

  it('that break what works without them are told apart', () => {
    const broken = { comparison: 'still-broken' as const, before: 'fail' as const, after: 'fail' as const };
    const made = tuned({ ...compared(MINE, 'still-broken', broken) });
    expect(renderTerminal(made)).toContain(`${MINE}: fail, and with the matrix's arguments pass.`);
    expect(renderTerminal(tuned(compared(MINE, 'same')))).not.toContain("the matrix's arguments");
  });

  it('that a library refuses are not said to work', () => {
    const made = tuned(compared(MINE, 'same', { before: 'unsupported', after: 'unsupported' }));
    expect(renderComment(made).split('\n')[1]).toContain(
      '✅ transformers 4.57.6 breaks nothing that worked; 1 cell with your arguments refused as before',
    );
  });

  it('from a stranger’s code are text and nothing else', () => {
    const hostile = '</details>`@octo` [x](https://evil.example) | <img src=x>';
    const made = tuned(compared(MINE, 'same'), {
      ...CONFIGURATION,
      arguments: { init_lora_weights: hostile },
      scaled: [{ argument: 'r', from: hostile, to: 1, why: 'x' }],
      left: [{ argument: 'x', why: hostile }],
      at: ['a|`b`.py:1'],
    });
    // What stands in a code span is shown as it is; `code` lets no backtick into one.
    const text = renderComment(made).replace(/`[^`\n]*`/g, '');
    expect(text).not.toMatch(/<img|\]\(https:\/\/evil|@octo/);
    expect(text.match(/<details>/g)).toHaveLength(text.match(/<\/details>/g)?.length ?? 0);
  });

  it('are in the plan, with what stands beside them', () => {
    const facts = {
      ...{ changes: [], held: {}, cells: 2, chosenBy: 'code' as const, sources: ['train.py:31'], files: [], locked: 0 },
      ...{ guessed: [], unsure: [], controls: 1, packageSets: 1, environments: 12, minutes: 10, indexes: [] },
      ...{ torch: { version: '2', source: 'x', stored: true }, device: 'CPU', python: '3.11' },
      containment: { name: 'namespaces', missing: [] },
    };
    const text = renderPlan({ ...facts, configurations: { 'own-1a2b3c4d': CONFIGURATION }, beside: 1 });
    expect(text).toContain('              own-1a2b3c4d  train.py:31, train.py:12\n                r=64,');
    expect(text).toContain("beside them 1 cell with the matrix's arguments");
    expect(renderPlan(facts)).not.toContain('arguments');
  });
});
