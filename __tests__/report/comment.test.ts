/** The comment as people read it: what to do first, what moved next, what did not folded away. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { renderComments } from '../../src/report/comment.ts';
import { joined, md, plain, wholeLines } from '../../src/report/escape.ts';
import type { Report } from '../../src/report/model.ts';
import { compared, report } from '../factories/report.ts';

const CELL = 'prefix-tuning/bnb-int8/llama/causal-lm';
const LINK = 'https://github.example/octo/app/actions/runs/77';
const COMMIT = 'a'.repeat(40);
const around = { link: LINK, commit: COMMIT };
const DIFF =
  '--- a/requirements.txt\n+++ b/requirements.txt\n@@ -1,1 +1,1 @@\n-peft==0.17.1\t# a\n+peft==0.18.0\t# a\n';
const patch: Report['patches'][number] = {
  ...{ specifier: 'peft>=0.18.0', file: 'requirements.txt', line: 2, diff: DIFF },
  ...{ before: 'peft==0.17.1\t# a', after: 'peft==0.18.0\t# a' },
};
const METHODS = ['lora', 'ia3', 'adalora', 'prompt-tuning', 'prefix-tuning', 'p-tuning', 'lora+dora'];
const MODELS = ['llama', 'qwen2', 'gemma2', 'mistral'];

/** Prefix tuning breaks on four models; one quantization needs a GPU that nobody has. */
function large(): Report {
  const comparisons = METHODS.flatMap((method) =>
    MODELS.flatMap((model) => [
      compared(`${method}/none/${model}/causal-lm`, method === 'prefix-tuning' ? 'regressed' : 'same'),
      compared(`${method}/bnb-int8/${model}/causal-lm`, method === 'prefix-tuning' ? 'regressed' : 'same'),
      compared(`${method}/gptq-int4/${model}/causal-lm`, 'not-compared', {
        ...{ before: 'skipped', after: 'skipped', why: 'skipped: needs a GPU' },
      }),
    ]),
  );
  const [boundary] = report().boundaries;
  const worse = comparisons.filter(({ comparison }) => comparison === 'regressed');
  return report({ comparisons, boundaries: boundary ? worse.map(({ cell }) => ({ ...boundary, cell })) : [] });
}

describe('the comment', () => {
  it('has one row for four models that broke alike, and its cause above the fold', () => {
    const text = renderComments([large()], around);
    const open = text.replaceAll(/<details>[\s\S]*?<\/details>/g, '');
    expect(open.match(/^\| (?!method|---)/gm)).toHaveLength(1);
    expect(open).toContain(
      '| prefix-tuning | llama, qwen2, gemma2, mistral | pass → **FAIL at forward** | pass → **FAIL at forward** |',
    );
    expect(open.slice(0, open.indexOf('DynamicCache')).split('\n').length).toBeLessThan(12);
    expect(open).not.toContain('gptq-int4');
  });

  it('folds what did not move, though one quantization of it was not measured', () => {
    const folded =
      renderComments([large()], around)
        .match(/<details>[\s\S]*?<\/details>/g)
        ?.join('') ?? '';
    for (const method of METHODS.filter((name) => name !== 'prefix-tuning'))
      expect(folded).toContain(`| ${method} | llama, qwen2, gemma2, mistral | pass | pass |`);
  });

  it('says the tally once', () => {
    expect(renderComments([large()], around).match(/8 regressed/g)).toHaveLength(1);
  });

  it('leads to the run, the commit, the line, the report and the suggestion', () => {
    const cells = [{ id: CELL, planned: true, source: 'src/my file.py:5' }];
    const buttons = new Map([['requirements.txt:2', 'https://github.example/octo/app/pull/7#discussion_r12']]);
    const text = renderComments([report({ cells, patches: [patch] })], { ...around, buttons });
    for (const address of [
      `[run](${LINK})`,
      `[report and logs](${LINK}#artifacts)`,
      `https://github.example/octo/app/commit/${COMMIT}`,
      `https://github.example/octo/app/blob/${COMMIT}/src/my%20file.py#L5`,
      '[commit the suggestion](https://github.example/octo/app/pull/7#discussion_r12)',
    ])
      expect(text).toContain(address);
    expect(text).toContain('it writes `peft==0.18.0 # a`');
  });

  it('has the patch to copy, character for character, where there is nothing to click', () => {
    const text = renderComments([report({ patches: [patch] })], around);
    expect(text).toContain(`\`\`\`diff\n${DIFF}\`\`\``);
    expect(text).not.toContain('One click');
  });

  it('has the rule of the bot as a block', () => {
    const rule = { matchPackageNames: ['transformers'], allowedVersions: '<4.56.0' };
    const hold = { file: 'renovate.json', language: 'json' as const, text: JSON.stringify(rule), how: 'Add it.' };
    const text = renderComments([report({ botHolds: [hold] })], around);
    expect(text).toContain(`\`\`\`json\n${JSON.stringify(rule, null, 2)}\n\`\`\``);
  });

  it.each<[string, Partial<Report['run']>, string, string]>([
    ['the time was up', { stoppedBy: 'budget' }, 'not reached', 'Raise `budget: {minutes: N}`'],
    ['the network failed', {}, 'inconclusive: no network', 'Comment `/peft-sweep run`'],
  ])('says what to do where nothing was measured because %s', (_name, run, why, next) => {
    const nothing = report({
      comparisons: [compared(CELL, 'not-compared', { why })],
      boundaries: [],
      environments: [],
    });
    const text = renderComments([{ ...nothing, run: { ...nothing.run, device: '', ...run } }], around);
    expect(text).toContain(next);
    expect(text).toContain('<sub>nothing was measured ·');
  });

  it('gives the command to measure again with the versions that were held', () => {
    const held = report();
    const text = renderComments([{ ...held, run: { ...held.run, held: { peft: '0.17.1' } } }], around);
    expect(text).toContain("-f with='peft==0.17.1'");
  });

  it('takes no address from a name', () => {
    const cells = [{ id: CELL, planned: true, source: 'a](https://evil.example) ![x](y.py:5' }];
    const text = renderComments([report({ cells })], around);
    expect(text.replaceAll(/`[^`\n]*`/g, '')).not.toContain('evil.example)');
  });
});

describe('text that is to be copied', () => {
  it.each(['a\tb', 'x'.repeat(1500), '``` ~~~', 'ü €'])('%j stays as it is', (line) => {
    expect(wholeLines([line], 'diff')).toContain(`\n${line}\n`);
  });

  it.each(['a\u202eb', 'a\u200bb', 'a\u0007b', 'a\u2028b', 'x'.repeat(2001)])('%j is not shown', (line) => {
    expect(wholeLines([line], 'diff')).toBeUndefined();
  });
});

describe('text by type', () => {
  it('does not compile where nobody escaped it', () => {
    const foreign: string = report().run.device;
    // @ts-expect-error: a string of strangers is no Markdown
    expect(md`${foreign}`).toBe('CPU');
    // @ts-expect-error: nor is one line for a log
    expect(joined([plain(foreign)], '')).toBe('CPU');
  });

  it('is made in one place: nowhere else is a string declared to be safe', () => {
    const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    const made = files.filter((name) => /\bas (Markdown|Plain)\b/.test(readFileSync(join('src', name), 'utf8')));
    expect(made).toEqual(['report/escape.ts']);
  });
});
