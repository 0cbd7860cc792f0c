/** Python's `packaging` reads every requirement line of the corpus as we do. */
import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { guard } from '../../src/detect/guard.ts';
import { readRepository } from '../../src/detect/repository.ts';
import { parsePep508 } from '../../src/domain/pep508.ts';
import { readManifest } from '../../src/formats/read.ts';
import { FIXTURES, treeOf } from '../factories/manifests.ts';
import { scratch } from '../factories/scratch.ts';

const RELEASE = 'packaging==25.0';
const folder = scratch('packaging');

beforeAll(() => {
  const arguments_ = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', folder, RELEASE];
  const { status, stderr } = spawnSync('python3', arguments_, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`pip could not install ${RELEASE}: ${stderr}`);
}, 120_000);

function packaging(
  texts: readonly (string | readonly string[])[],
  program: 'read' | 'dropped' = 'read',
): readonly unknown[] {
  const { stdout, stderr } = spawnSync('python3', [`__tests__/oracle/${program}_with_packaging.py`], {
    encoding: 'utf8',
    input: JSON.stringify(texts),
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, PYTHONPATH: folder },
  });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

function ours(text: string) {
  const parsed = parsePep508(text);
  if ('error' in parsed) return null;
  return {
    name: parsed.name,
    extras: [...new Set(parsed.extras)].toSorted(),
    specifier: [...new Set(parsed.specifier.split(',').filter(Boolean))].toSorted(),
    url: parsed.url,
    marker: parsed.marker !== '',
  };
}

const HAND_WRITTEN = [
  'peft',
  'peft ',
  ' peft',
  'Peft_X.y',
  'peft[a]',
  'peft[a,b]',
  'peft[ a , b ]',
  'peft[]',
  'peft[a,]',
  'peft[,]',
  'peft [a]',
  'peft==1',
  'peft ==1',
  'peft== 1',
  'peft == 1 ',
  'peft>=1,<2',
  'peft>=1 , <2',
  'peft>=1,',
  'peft,>=1',
  'peft>=1,,<2',
  'peft(>=1)',
  'peft (>=1,<2)',
  'peft ( >=1 , <2 )',
  'peft(>=1',
  'peft>=1)',
  'peft()',
  'peft=1',
  'peft>1.*',
  'peft==1.*',
  'peft!=1.*',
  'peft~=1',
  'peft~=1.0',
  'peft==1.0+cu121',
  'peft>=1.0+cu121',
  'peft===1.0-weird',
  'peft===any thing',
  'peft==1!2.0',
  'peft==1.0rc1',
  'peft==1.0.dev0',
  'peft==1.0.post1',
  'peft==v1.0',
  'peft==1.0-1',
  'peft==1..0',
  'peft==abc',
  'peft=={{x}}',
  'peft==$V',
  'peft==',
  'peft 1.0',
  'peft @ https://files.example/x.whl',
  'peft@https://files.example/x.whl',
  'peft @ git+https://git.example/x@main',
  'peft @ git+https://git.example/x ; python_version<"3.9"',
  'peft @ git+https://git.example/x;python_version<"3.9"',
  'peft[a] @ file:///x',
  'peft @',
  'peft @ a b',
  'peft; python_version<"3.9"',
  'peft;python_version<"3.9"',
  "peft ; python_version < '3.9' and sys_platform == 'linux'",
  'peft ; (python_version < "3.9" or os_name == "nt") and extra == "x"',
  'peft ; python_version',
  'peft ; "3" < python_version',
  'peft ; python_version in "3.8 3.9"',
  'peft ; python_version not in "3.8"',
  'peft ; nonsense == "1"',
  'peft ; python_version < 3.9',
  'peft ; ',
  'peft ;',
  'peft ; (python_version < "3")',
  'peft ; ((python_version < "3")',
  'peft ; python_version < "3" and',
  'peft ; sys.platform == "linux"',
  'peft ; platform_machine=="x86_64"',
  '',
  '-peft',
  'peft-',
  '.peft',
  'p',
  '1',
  'a.b-c_d',
  'péft',
  'peft\t==\t1',
  'peft==1 # comment',
  'peft==1;python_version<"3" # c',
  'peft>=1<2',
  'peft>=1;',
  'peft ~= 1.0, != 1.0.4',
  'sentence-transformers==5.7.0',
  'torch==2.7.1+cpu',
  'transformers>=4.49,<5.0,!=4.50.*',
  'accelerate>=0.20.3,!=0.34,<1.1',
  'huggingface_hub>=0.25.0',
  'mistral-common[image]>=1.8.8',
  'flash-attn>=2.5.3,<3.0',
  'peft== 1.0.*',
  'peft==1.0.*.2',
  'peft==*',
  'peft!=*',
  'peft<=2.0.post1,>1.0a1',
  'peft==01.02',
  'peft==1.0+ubuntu.1',
  'peft==1.0+UBUNTU-1',
  'peft==1_0',
];

describe('the corpus', () => {
  it('of hand-written lines is read as packaging reads it', () => {
    const theirs = packaging(HAND_WRITTEN);
    const different = HAND_WRITTEN.flatMap((text, index) =>
      JSON.stringify(ours(text)) === JSON.stringify(theirs[index]) ? [] : [[text, ours(text), theirs[index]]],
    );
    expect(different).toEqual([]);
  });

  it('of every PEP 508 line in the fixtures is read as packaging reads it', async () => {
    const { manifests } = await readRepository(treeOf(FIXTURES));
    const written = manifests
      .filter(({ format }) => ['requirements', 'setup-cfg', 'setup-py', 'script', 'dockerfile'].includes(format))
      .flatMap(({ requirements }) => requirements)
      .filter(({ written, source }) => source !== 'editable' && !written.includes('$'))
      .map((requirement) => requirement.written);
    expect(written.length).toBeGreaterThan(60);
    expect(written.map(ours)).toEqual(packaging(written));
  });

  it('of 3,000 generated lines, right and wrong, is read as packaging reads it', () => {
    const part = fc.constantFrom(
      ...[
        'peft',
        'a.b',
        '[x]',
        '[x, y]',
        '==',
        '>=',
        '<',
        '~=',
        '!=',
        '===',
        '1',
        '1.0',
        '1.*',
        '2!1.0',
        '1.0+l',
        '1.0rc1',
        ',',
        ' ',
      ],
      ...[
        ';',
        '(',
        ')',
        ' @ ',
        'https://files.example/x',
        'python_version',
        '"3.9"',
        "'x'",
        ' and ',
        ' or ',
        ' in ',
        ' not in ',
        'extra',
        '.',
      ],
    );
    const lines = fc.sample(
      fc.array(part, { minLength: 1, maxLength: 9 }).map((parts) => `peft${parts.join('')}`),
      { numRuns: 3000, seed: 5 },
    );
    const theirs = packaging(lines);
    // packaging takes `===` without a version for a specifier; it names nothing, so it is unreadable here.
    const isEmptyArbitrary = (text: string) => /===\s*(,|;|\)|$)/.test(text);
    const different = lines.flatMap((text, index) =>
      isEmptyArbitrary(text) || JSON.stringify(ours(text)) === JSON.stringify(theirs[index])
        ? []
        : [[text, ours(text), theirs[index]]],
    );
    expect(different).toEqual([]);
  });
});

describe('exclusions that a change drops', () => {
  it('are those that packaging would install again, in 500 generated pairs', () => {
    const clause = fc
      .tuple(fc.constantFrom('!=', '!=', '!=', '>=', '<', '==', '~='), fc.integer({ min: 39, max: 42 }), fc.nat(3))
      .map(
        ([operator, minor, patch]) => `${operator}4.${minor}.${patch === 3 && /^[!=]=$/.test(operator) ? '*' : patch}`,
      );
    const specifier = fc.array(clause, { maxLength: 4 }).map((clauses) => clauses.join(','));
    const pairs = fc.sample(fc.tuple(specifier, specifier), { numRuns: 500, seed: 9 });
    const read = (text: string) => [readManifest('requirements.txt', `peft${text}\n`)].flatMap((one) => one ?? []);
    const found = pairs.map(([before, after]) =>
      guard(read(before), read(after)).flatMap(({ kind, message }) =>
        kind === 'exclusion-dropped' ? (/!=([^`]+)/.exec(message)?.[1] ?? []) : [],
      ),
    );
    expect(found.filter((one) => one.length > 0).length).toBeGreaterThan(50);
    expect(found.map((one) => [...new Set(one)].toSorted())).toEqual(packaging(pairs, 'dropped'));
  });
});
