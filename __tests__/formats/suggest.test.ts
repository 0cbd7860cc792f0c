/** What may be offered as one click: the line says by itself that nothing but the measured version becomes another. */
import { describe, expect, it } from '@jest/globals';
import { isSafePatch } from '../../src/publish/safe-patch.ts';
import { SAMPLES } from './samples.ts';

const MEASURED = { library: 'peft', version: '0.18.0' };
const LINES = Object.entries(SAMPLES).flatMap(([name, list]) =>
  list.map((sample) => ({ name, ...sample, ...changedLine(sample.before, sample.after) })),
);

function changedLine(before: string, after: string) {
  const [old, current] = [before, after].map((text) => text.split('\n'));
  const at = (old ?? []).findIndex((line, index) => line !== current?.[index]);
  return { old: old?.[at] ?? '', current: current?.[at] ?? '' };
}

/** conda’s `name=1.2` is no PEP 508, and a word of a shell gets quotes: there more than the version changes. */
const BY_LINE = LINES.filter(({ name, old }) => !['dockerfile', 'shell'].includes(name) && !old.includes('::'));

describe('a patch of one line', () => {
  it.each(BY_LINE)('is safe to offer in $name: $current', ({ file, old, current }) => {
    expect(isSafePatch({ file, before: old, after: current }, MEASURED)).toBe(true);
    expect(isSafePatch({ file, before: old, after: current }, { ...MEASURED, version: '0.18.1' })).toBe(false);
    expect(isSafePatch({ file, before: old, after: current }, { ...MEASURED, library: 'torch' })).toBe(false);
    expect(isSafePatch({ file, before: old, after: `${current} ` }, MEASURED)).toBe(false);
  });

  it.each<[string, string, string]>([
    ['another source', 'peft = {version = ">=0.17"}', 'peft = {version = ">=0.18.0", index = "evil"}'],
    ['another source before it', 'peft = {version = ">=0.17"}', 'peft = {git = "x", version = ">=0.18.0"}'],
    ['another package', 'peft = ">=0.17"', 'pefft = ">=0.18.0"'],
    ['a caret of a version that was not measured', 'peft = ">=0.17"', 'peft = "^0.19"'],
    ['an address', 'peft = ">=0.17"', 'peft = "https://evil.example/peft-0.18.0.whl"'],
    [
      'a version in a comment',
      'peft = {path = "."} # version = ">=0.17"',
      'peft = {path = "."} # version = ">=0.18.0"',
    ],
    ['a second entry', 'peft = ">=0.17"', 'peft = ">=0.18.0", evil = "*"'],
  ])('of a table is not for %s', (_name, before, after) => {
    for (const file of ['pyproject.toml', 'Pipfile'])
      expect(isSafePatch({ file, before, after }, MEASURED)).toBe(false);
  });

  it('is read as PEP 508 in a file that no format knows, and never offered in a lock', () => {
    const patch = { before: 'peft>=0.17', after: 'peft>=0.18.0' };
    expect(isSafePatch({ file: 'deps/train.list', ...patch }, MEASURED)).toBe(true);
    expect(isSafePatch({ file: 'uv.lock', ...patch }, MEASURED)).toBe(false);
  });
});
