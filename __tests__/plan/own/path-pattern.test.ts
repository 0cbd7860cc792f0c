import { describe, expect, it } from '@jest/globals';
import { parseCellId } from '../../../src/domain/cell.ts';
import { ownConfiguration } from '../../../src/plan/own/configuration.ts';
import { pathPattern } from '../../../src/plan/own/path-pattern.ts';

const QUERY = 'model.layers.1.self_attn.q_proj';

describe('a pattern of whole paths', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['.*q_proj', [QUERY, 'q_proj'], ['q_proj.base', 'model.q_prox', '']],
    ['.*\\.(q|v)_proj', [QUERY], ['q_proj', 'model.k_proj']],
    ['model\\.layers\\.\\d+\\..*', [QUERY, 'model.layers.12.mlp'], ['model.layers.x.mlp', 'modelxlayers.1.mlp']],
    ['model.layers.[02-4].\\w+', ['model.layers.3.mlp'], ['model.layers.1.mlp', 'model.layers.3.a.b']],
    ['^(?:model\\.)?q_proj$', ['q_proj', 'model.q_proj'], ['xmodel.q_proj', 'q_projx']],
    ['(?!.*self_attn).*proj', ['model.mlp.up_proj'], [QUERY]],
    ['(?!vision)(?!audio).*proj', [QUERY], ['vision.q_proj', 'audio.q_proj', 'q']],
    ['^(?!vision).*\\.(self_attn|mlp)\\.(q|up)_proj$', [QUERY, 'a.mlp.up_proj'], ['vision.mlp.up_proj']],
    ['.*?a?b+c*', ['b', 'abb', 'xxabcc'], ['a', 'ac']],
    ['a|b_(c|(d|e)f)', ['a', 'b_c', 'b_df', 'b_ef'], ['b_d', 'ac', 'b_']],
    ['', [''], ['a']],
  ])('%s', (pattern, fitting, others) => {
    const matches = pathPattern(pattern);
    // What JavaScript's own engine says is the judge of what is expected here.
    const expression = new RegExp(`^(?:${pattern})$`);
    expect(fitting.map((path) => [path, matches?.(path), expression.test(path)])).toEqual(
      fitting.map((path) => [path, true, true]),
    );
    expect(others.map((path) => [path, matches?.(path), expression.test(path)])).toEqual(
      others.map((path) => [path, false, false]),
    );
  });

  it.each([
    '(a+)+',
    '(a|b)*',
    'a{2,3}',
    '(?P<name>a)',
    '(a)\\1',
    '(?i)a',
    '(?<=a)b',
    'a**',
    'a*+',
    '*a',
    '(a',
    'a)',
    '[^a]',
    '[z-a]',
    '\\bq',
    '\\',
    '((((a))))',
    '((?!a)b)',
    'a(?!b)c',
    'x'.repeat(201),
  ])('of another form is not tried: %s', (pattern) => {
    expect(pathPattern(pattern)).toBeUndefined();
  });

  it.each<[string, string]>([
    ['signs that may be there', `${'.?'.repeat(60)}Z`],
    ['either of two that are one', `${'(.|.)'.repeat(39)}Z`],
    ['either of two, in groups', `${'((.|.)|(.|.))'.repeat(15)}Z`],
    ['groups that may be there', `${'(.|a)?'.repeat(33)}Z`],
    ['stars', `${'.*'.repeat(99)}Z`],
    ['stars in what must be absent', `(?!${'.*'.repeat(90)}Z)Z`],
  ])('ends at once for %s', (_name, pattern) => {
    const before = process.cpuUsage();
    expect(pathPattern(pattern)?.(`${'a'.repeat(399)}b`)).toBe(false);
    const cell = parseCellId('lora/none/llama/causal-lm');
    const written = { quantization: [], loading: [], at: [] };
    ownConfiguration(cell, { ...written, method: [{ argument: 'target_modules', value: pattern }] });
    const { user } = process.cpuUsage(before);
    expect(user).toBeLessThan(3_000_000);
  });
});
