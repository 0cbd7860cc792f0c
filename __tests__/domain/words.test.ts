/** Names, paths, requirements and markers: what is one, and what only looks like one. */
import { describe, expect, it } from '@jest/globals';
import { isWatched, WATCHED } from '../../src/domain/environment.ts';
import { addressInWords, isName, normalizeName, withoutCredentials } from '../../src/domain/package.ts';
import { baseOf, folderOf } from '../../src/domain/path.ts';
import { clausesOf, exactVersion, isMarker, parsePep508 } from '../../src/domain/pep508.ts';
import { STATUS, worstOf } from '../../src/domain/status.ts';
import { didYouMean, editDistance, nearest } from '../../src/domain/suggest.ts';

describe('names of packages', () => {
  it.each([
    ['PEFT', 'peft'],
    ['huggingface_hub', 'huggingface-hub'],
    ['A.-_b', 'a-b'],
    ['zope.interface', 'zope-interface'],
  ])('%s is normalized to %s', (name, normalized) => {
    expect(normalizeName(name)).toBe(normalized);
  });

  it.each(['peft', 'a', '4', 'huggingface-hub', 'a'.repeat(100)])('%s is a normalized name', (name) => {
    expect(isName(name)).toBe(true);
  });

  it.each(['', '-', '-a', 'a-', 'PEFT', 'a_b', 'a.b', 'a b', 'peft\n', 'a'.repeat(101)])('%j is none', (name) => {
    expect(isName(name)).toBe(false);
  });

  it('are watched where releases are swept', () => {
    expect([...WATCHED, 'numpy', 'constructor'].filter((name) => !isWatched(name))).toEqual(['numpy', 'constructor']);
  });
});

describe('addresses', () => {
  it.each([
    ['https://user:secret@a.example/x', 'https://a.example/x'],
    ['https://token@a.example and //b@c.example', 'https://a.example and //c.example'],
    ['https://a.example/@x', 'https://a.example/@x'],
    ['git+ssh://git@a.example/x', 'git+ssh://a.example/x'],
    ['// a@b', '// a@b'],
    ['https://user:p@ss@a.example/x', 'https://a.example/x'],
    ['https://a.example?to=b@c', 'https://a.example?to=b@c'],
  ])('%s is shown as %s', (text, shown) => {
    expect(withoutCredentials(text)).toBe(shown);
  });

  it.each([
    ['https://user:secret@a.example/simple', 'https://a.example/simple'],
    ['https://a.example/simple?token=secret#secret', 'https://a.example/simple'],
    ['https://a.example/0dXc81basic7Zf92QmT4/group/simple', 'https://a.example/***/group/simple'],
    [
      'https://a.example/repository/python-group-of-studio/simple',
      'https://a.example/repository/python-group-of-studio/simple',
    ],
    [
      'https://eu-west-1-0123456789abcdef.packages.example/pypi/simple/',
      'https://eu-west-1-0123456789abcdef.packages.example/pypi/simple/',
    ],
    ['', ''],
  ])('of the index %s is shown as %s', (address, shown) => {
    expect(addressInWords(address)).toBe(shown);
  });
});

describe('paths', () => {
  it.each([
    ['a/b/c.txt', 'a/b', 'c.txt'],
    ['c.txt', '', 'c.txt'],
    ['/c.txt', '', 'c.txt'],
    ['a/', 'a', ''],
  ])('%s has a folder and a last part', (path, folder, last) => {
    expect([folderOf(path), baseOf(path)]).toEqual([folder, last]);
  });
});

describe('a requirement', () => {
  const parsed = (text: string) => {
    const read = parsePep508(text);
    return 'error' in read ? read.error : [read.name, read.extras, read.specifier, read.url, read.marker];
  };

  it.each<[string, readonly unknown[]]>([
    ['peft', ['peft', [], '', '', '']],
    [' Peft_X ', ['peft-x', [], '', '', '']],
    ['peft[a, b.c]>=1', ['peft', ['a', 'b.c'], '>=1', '', '']],
    ['peft[]', ['peft', [], '', '', '']],
    ['peft[ ]==1', ['peft', [], '==1', '', '']],
    ['peft (>= 1.0, < 2)', ['peft', [], '>=1.0,<2', '', '']],
    ['peft>=1,', ['peft', [], '>=1', '', '']],
    ['peft==1.*', ['peft', [], '==1.*', '', '']],
    ['peft!=1!1.2.*', ['peft', [], '!=1!1.2.*', '', '']],
    ['peft==1+cpu', ['peft', [], '==1+cpu', '', '']],
    ['peft!=1+cpu', ['peft', [], '!=1+cpu', '', '']],
    ['peft~=1.2', ['peft', [], '~=1.2', '', '']],
    ['peft~=v1!1.2', ['peft', [], '~=v1!1.2', '', '']],
    ['peft===anything', ['peft', [], '===anything', '', '']],
    ['peft ; os_name == "nt"', ['peft', [], '', '', 'os_name == "nt"']],
    ['peft @ https://a.example/x', ['peft', [], '', 'https://a.example/x', '']],
    [
      'peft[a] @ https://a.example/x;y ; os_name == "nt"',
      ['peft', ['a'], '', 'https://a.example/x;y', 'os_name == "nt"'],
    ],
  ])('%j is one', (text, expected) => {
    expect(parsed(text)).toEqual(expected);
  });

  it.each([
    ['', 'it has no package name'],
    ['>=1', 'it has no package name'],
    ['peft[a b]', '`[a b]` is not a list of extras'],
    ['peft[a,]', '`[a,]` is not a list of extras'],
    ['peft @', 'what follows `@` is not an address'],
    ['peft @ a b', 'what follows `@` is not an address'],
    ['peft 1', '`1` is not a version specifier'],
    ['peft>=1,,<2', '`` is not a version specifier'],
    ['peft>=1.*', '`1.*` is not a version for `>=`'],
    ['peft==x.*', '`x.*` is not a version for `==`'],
    ['peft==1.dev1.*', '`1.dev1.*` is not a version for `==`'],
    ['peft>=1+cpu', '`1+cpu` is not a version for `>=`'],
    ['peft~=1', '`1` is not a version for `~=`'],
    ['peft>=one', '`one` is not a version for `>=`'],
    ['peft; nonsense', '`nonsense` is not an environment marker'],
    [`peft; ${'x'.repeat(80)}`, `\`${'x'.repeat(60)}\` is not an environment marker`],
    [`peft ${'x'.repeat(80)}`, `\`${'x'.repeat(60)}\` is not a version specifier`],
  ])('%j is none, and says why', (text, why) => {
    expect(parsed(text)).toBe(why);
  });

  it.each([
    ['peft>=1,<2', '>=1,<2'],
    ['peft [x]  >=1 ; os_name == "nt"', '>=1'],
    ['peft ( >=1 )', '>=1'],
    ['peft[x] ', ''],
  ])('%j says where its specifier stands', (text, specifier) => {
    const read = parsePep508(text);
    expect('error' in read ? read : text.slice(...read.specifierAt)).toBe(specifier);
    expect('error' in read || read.specifierAt[0]).toBe(specifier === '' ? 'peft[x]'.length : text.indexOf(specifier));
  });

  it.each<[string, string | undefined]>([
    ['==1.0', '1.0'],
    ['=== 1.0', '1.0'],
    ['==1.*', undefined],
    ['==1.0,<2', undefined],
    ['=1.0', undefined],
    ['>=1.0', undefined],
    ['', undefined],
  ])('%j pins one version or none: %s', (specifier, version) => {
    expect(exactVersion(specifier)).toBe(version);
  });

  it('has clauses; what is none is passed over', () => {
    expect(clausesOf(' >= 1.0 , nonsense,<2')).toEqual([
      ['>=', '1.0'],
      ['<', '2'],
    ]);
    expect(clausesOf('')).toEqual([]);
  });
});

describe('a marker', () => {
  it.each([
    'os_name == "nt"',
    "'nt' == os.name",
    '(os_name == "nt")',
    'os_name == "nt" and (python_version < "3.9" or extra == "x")',
    '"x" in extras',
    '"x" not in dependency_groups',
    'python_full_version ~= "3.9" ',
    '((sys_platform != "win32"))',
    `${'('.repeat(5000)}os_name == "nt"${')'.repeat(5000)}`,
  ])('is %s', (text) => {
    expect(isMarker(text)).toBe(true);
  });

  it.each([
    '',
    'os_name',
    'os_name ==',
    '== "nt"',
    'os_name "nt"',
    'os_name == nt',
    'unheard_of == "nt"',
    'os_name == "nt" and',
    'and os_name == "nt"',
    'os_name == "nt" os_name == "nt"',
    'os_name == "nt" xor os_name == "nt"',
    '(os_name == "nt"',
    'os_name == "nt")',
    ')os_name == "nt"(',
    '()',
    '"x" not os_name',
    '"x" in not os_name',
    'os_name == "nt" # why',
    'os_name == "nt',
    'os_name and "nt"',
  ])('is not %j', (text) => {
    expect(isMarker(text)).toBe(false);
  });
});

describe('what was meant', () => {
  it.each([
    ['', '', 0],
    ['abc', '', 3],
    ['', 'ab', 2],
    ['kitten', 'sitting', 3],
    ['peft', 'petf', 2],
    ['torch', 'torch', 0],
    ['ab', 'b', 1],
  ])('%j is so many edits from %j: %d', (left, right, distance) => {
    expect(editDistance(left, right)).toBe(distance);
  });

  it.each<[string, readonly string[], string | undefined]>([
    ['LORE', ['ia3', 'lora'], 'lora'],
    ['xx', ['abc', 'ab'], 'ab'],
    ['xxx', ['abc'], undefined],
    ['prefix-tunes', ['prefix-tuning', 'p-tuning'], 'prefix-tuning'],
    ['abcdefghi', ['xyzdefghi'], 'xyzdefghi'],
    ['abcdefghi', ['wxyzefghi'], undefined],
    ['x', [], undefined],
  ])('by %j among %j is %s', (typed, known, meant) => {
    expect(nearest(typed, known)).toBe(meant);
    expect(didYouMean(typed, known)).toBe(meant === undefined ? '' : ` Did you mean \`${meant}\`?`);
  });
});

describe('of several statuses', () => {
  const { fine, found, request, 'not-compared': notCompared, defect, interrupted } = STATUS;

  it('the numbers are a contract', () => {
    expect([fine, found, request, notCompared, defect, interrupted]).toEqual([0, 1, 2, 3, 70, 130]);
  });

  it.each([
    ['none', [], fine],
    ['what was found', [fine, found, notCompared], found],
    ['what was not compared', [notCompared, fine], notCompared],
    ['an interruption', [found, interrupted], interrupted],
  ])('%s counts', (_name, statuses, worst) => {
    expect(worstOf(statuses)).toBe(worst);
  });
});
