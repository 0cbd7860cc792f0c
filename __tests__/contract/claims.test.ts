/** Nobody says that something was seen on a card without the file that shows it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const PLACES = ['docs', 'src', 'probe', 'README.md', 'CHANGELOG.md', 'action.yml'];
const CLAIM =
  /\b(?:tested|seen|measured|verified|proven|works|worked|ran|runs fine) on (?:an? |the |real )?(?:GPUs?|H100|A100|T4|L4|A10G?|RTX|NVIDIA|CUDA)\b/gi;

function textsIn(place: string): readonly (readonly [string, string])[] {
  if (/\.\w+$/.test(place)) return [[place, readFileSync(place, 'utf8')]];
  const paths = readdirSync(place, { recursive: true, encoding: 'utf8' }).filter((path) => /\.(md|ts|py)$/.test(path));
  return paths.map((path) => [join(place, path), readFileSync(join(place, path), 'utf8')]);
}

function claimsIn(texts: readonly (readonly [string, string])[]): readonly string[] {
  return texts.flatMap(([path, text]) =>
    [...text.replace(/\s+/g, ' ').matchAll(CLAIM)].map(([said]) => `${path}: ${said}`),
  );
}

/** Results of cards, as `results/gpu/DATE.json`. */
function seen(): readonly string[] {
  try {
    return readdirSync('results/gpu').filter((name) => /^\d{4}-\d{2}-\d{2}.*\.json$/.test(name));
  } catch {
    return [];
  }
}

describe('what is said of cards', () => {
  it('is no more than what was seen on one', () => {
    const claims = claimsIn(PLACES.flatMap(textsIn));
    if (seen().length === 0) expect(claims).toEqual([]);
    expect(readFileSync('docs/gpu.md', 'utf8').includes('Nothing yet.')).toBe(seen().length === 0);
  });

  it.each(['Tested on an H100.', 'it was measured\non the GPU', 'runs fine on real NVIDIA cards'])(
    'is found where somebody says it: %s',
    (text) => {
      expect(claimsIn([['page.md', text]])).toHaveLength(1);
    },
  );
});
