/**
 * Structure-aware fuzzing: parse, patch, parse over generated manifests, and readers over mutated ones. FUZZ_RUNS sets
 * the number of cases, half of each kind; SEED makes a run repeatable.
 */
import { describe, expect, it } from '@jest/globals';
import type { Manifest, Requirement } from '../../src/domain/manifest.ts';
import { readManifest } from '../../src/formats/read.ts';
import { FORMATS } from '../../src/formats/table.ts';
import { patchRequirement } from '../../src/pins/patch.ts';
import { withPin } from '../../src/pins/specifier.ts';
import { FIXTURES } from '../factories/manifests.ts';

const RUNS = Number(process.env.FUZZ_RUNS ?? 2000);
const SEED = Number(process.env.SEED ?? 20_261_125);

/** mulberry32, by Tommy Ettinger (public domain): small, and the same everywhere. */
function random(seed: number) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    below,
    pick: <Value>(values: readonly Value[]): Value => values[below(values.length)] as Value,
    chance: (of: number) => next() < of,
  };
}
type Random = ReturnType<typeof random>;

const NAMES = ['peft', 'transformers', 'torch', 'sentence-transformers', 'Auto_GPTQ', 'accelerate', 'bits.and.bytes'];

function specifierOf(r: Random): string {
  const version = () =>
    r.pick([
      `${r.below(5)}.${r.below(60)}`,
      `${r.below(5)}.${r.below(60)}.${r.below(9)}`,
      `${r.below(3)}.${r.below(9)}rc1`,
      `2!1.${r.below(9)}.post1`,
    ]);
  return r.pick([
    () => '',
    () => `==${version()}`,
    () => `>=${version()}`,
    () => `>=${version()},<${r.below(9)}`,
    () => `~=${r.below(5)}.${r.below(60)}`,
    () => `>=${version()},!=${r.below(5)}.${r.below(60)}.*`,
    () => `==${r.below(5)}.*`,
    () => `==${r.below(5)}.${r.below(9)}+cu${r.below(200)}`,
  ])();
}

function spaced(r: Random, specifier: string): string {
  if (!r.chance(0.3)) return specifier;
  return specifier.replace(/(^|,)([=<>~!]+)/g, '$1$2 ').replaceAll(',', r.pick([', ', ' , ', ',']));
}

function pep508Of(r: Random, quote: string): string {
  const extras = r.chance(0.2) ? '[a,b-c]' : '';
  const inner = quote === '"' ? "'" : '"';
  const marker = r.chance(0.25)
    ? r.pick([`; python_version < ${inner}3.13${inner}`, ` ;sys_platform==${inner}linux${inner}`])
    : '';
  const specifier = spaced(r, specifierOf(r));
  return `${r.pick(NAMES)}${extras}${specifier && r.chance(0.3) ? ' ' : ''}${specifier}${marker}`;
}

/** How each format is written around requirements. */
const WRITERS: readonly ((r: Random) => readonly [string, string])[] = [
  (r) => [
    'requirements.txt',
    lines(r, () => `${pep508Of(r, '')}${r.pick(['', '  # note', ' --hash=sha256:aa', ' \\\n    --hash=sha256:bb'])}`, [
      '# c',
      '',
      '-r x.txt',
      '--pre',
      './local',
      'git+https://git.example/x#egg=x',
    ]),
  ],
  (r) => [
    'pyproject.toml',
    `[project]\nname = "x"\ndependencies = [${list(r)}]\n[project.optional-dependencies]\nz = [${list(r)}]\n[tool.uv]\noverride-dependencies = [${list(r)}]\n`,
  ],
  (r) => [
    'pyproject.toml',
    `[tool.poetry.dependencies]\npython = "^3.10"\n${table(r, true)}[tool.poetry.group.dev.dependencies]\n${table(r, true)}`,
  ],
  (r) => [
    'pixi.toml',
    `[pypi-dependencies]\n${pixi(r)}[feature.gpu.target.linux-64.pypi-dependencies]\n${pixi(r)}[dependencies]\npython = "3.11.*"\n${pixi(r)}`,
  ],
  (r) => ['Pipfile', `[packages]\n${table(r, false)}[dev-packages]\n${table(r, false)}`],
  (r) => [
    'setup.cfg',
    `[options]\ninstall_requires =\n${lines(r, () => `    ${pep508Of(r, '')}`, ['    # c'])}\n[options.extras_require]\ndev =\n${lines(r, () => `    ${pep508Of(r, '')}`, [])}`,
  ],
  (r) => ['setup.py', `x = [${list(r)}]\nsetup(install_requires=x, extras_require={"z": [${list(r)}] + x})\n`],
  (r) => [
    'environment.yml',
    `name: x\ndependencies:\n${lines(r, () => `  - ${r.pick(NAMES)}${r.pick(['', '=1.2', '>=1.2,<2', '=1.2.3=py_0', '==1.2'])}${r.pick(['', '  # note'])}`, ['  # c'])}\n  - pip:\n${lines(r, () => `    - '${pep508Of(r, "'")}'`, [])}`,
  ],
  (r) => [
    'Dockerfile',
    `FROM x\nRUN pip install -U ${r.pick(['', '--no-cache-dir '])}\\\n${lines(r, () => `    ${shell(r)} \\`, ['    # c'])}\n    wheel\nRUN uv pip install ${shell(r)} && echo done\n`,
  ],
  (r) => [
    'install.sh',
    `set -e\npip install -U ${shell(r)} \\\n  ${shell(r)}\n${lines(r, () => `uv pip install ${shell(r)} && echo done`, ['# pip install x'])}\n`,
  ],
  (r) => [
    'train.py',
    `# /// script\n# dependencies = [\n${lines(r, () => `#   "${pep508Of(r, '"')}",`, ['#   # c'])}\n# ]\n# ///\nimport x\n`,
  ],
];

function lines(r: Random, one: () => string, others: readonly string[]): string {
  return Array.from({ length: 1 + r.below(6) }, () =>
    others.length > 0 && r.chance(0.2) ? r.pick(others) : one(),
  ).join('\n');
}

function list(r: Random): string {
  const quote = r.pick(['"', "'"]);
  return Array.from(
    { length: r.below(5) },
    () => `${r.pick(['', '\n  '])}${quote}${pep508Of(r, quote)}${quote},${r.pick(['', ' # note\n'])}`,
  ).join('');
}

function table(r: Random, isPoetry: boolean): string {
  const names = NAMES.filter(() => r.chance(0.6));
  return names
    .map((name) => {
      const constraint = isPoetry && r.chance(0.4) ? `${r.pick(['^', '~'])}1.${r.below(9)}` : specifierOf(r) || '*';
      const key = name.includes('.') ? `"${name}"` : name;
      return r.pick([
        `${key} = "${constraint}"\n`,
        `${key} = {version = "${constraint}", optional = true} # note\n`,
        `${key}={extras=["a"],version='${constraint}'}\n`,
      ]);
    })
    .join('');
}

function pixi(r: Random): string {
  const names = NAMES.filter((name) => !name.includes('.') && r.chance(0.5));
  const entries = names.map((name) => {
    const version = specifierOf(r) || '*';
    return r.pick([`${name} = "${version}"`, `${name} = { version = '${version}', extras = ["a"] } # note`]);
  });
  return entries.map((entry) => `${entry}\n`).join('');
}

function shell(r: Random): string {
  const requirement = `${r.pick(NAMES)}${specifierOf(r)}`;
  return /[<>!*]/.test(requirement) || r.chance(0.3) ? r.pick([`"${requirement}"`, `'${requirement}'`]) : requirement;
}

function dressed(r: Random, text: string): string {
  let dressedText = text;
  if (r.chance(0.2)) dressedText = dressedText.replaceAll('\n', '\r\n');
  if (r.chance(0.1)) dressedText = `\ufeff${dressedText}`;
  return r.chance(0.2) ? dressedText.trimEnd() : dressedText;
}

/** A requirement without its place: the place of what stands behind the patch on its line moves. */
const meaning = ({ columns: _columns, ...rest }: Requirement) => rest;

function checkPatch(r: Random): boolean {
  const [file, text] = r.pick(WRITERS)(r);
  const content = dressed(r, text);
  const manifest = readManifest(file, content) as Manifest;
  expect(manifest.findings.filter(({ kind }) => kind === 'unreadable')).toEqual([]);
  const { requirements } = manifest;
  if (requirements.length === 0) return false;
  const index = r.below(requirements.length);
  const chosen = requirements[index] as Requirement;
  const target = r.pick([
    { kind: 'raise-partner', library: chosen.name, version: '3.4.5' },
    { kind: 'hold', library: chosen.name, version: '1.2.3', bad: '4.5.6' },
    { kind: 'exclude', library: chosen.name, version: '3.4.5', bad: '3.4.6' },
  ] as const);
  const wanted = withPin(chosen.specifier, target);
  if (wanted === undefined || wanted === chosen.specifier) return false;
  const patch = patchRequirement(content, manifest.format, chosen, wanted);
  if ('why' in patch) return false;
  const again = readManifest(file, patch.content) as Manifest;
  const sameClauses = (left: string) => left.split(',').toSorted().join(',');
  const isSamePlace = (one: Requirement) => one.line === chosen.line && one.columns[0] === chosen.columns[0];
  for (const [at, before] of requirements.entries()) {
    const after = again.requirements[at] as Requirement;
    if (isSamePlace(before)) {
      expect(sameClauses(after.specifier)).toBe(sameClauses(wanted));
      expect({ ...meaning(after), specifier: '', written: '' }).toEqual({
        ...meaning(before),
        specifier: '',
        written: '',
      });
    } else expect(meaning(after)).toEqual(meaning(before));
  }
  expect(again.requirements).toHaveLength(requirements.length);
  expect(patch.content.split('\n').filter((line, at) => line !== content.split('\n')[at])).toHaveLength(1);
  return true;
}

const MUTANTS = [...FIXTURES];
const SCRAPS = [
  '"',
  "'",
  '[',
  ']',
  '{',
  '}',
  '=',
  '\n',
  '\\\n',
  '#',
  ';',
  ',',
  '\u0000',
  '\ufffd',
  '[[package]]\n',
  '"""',
  '- pip:\n',
  '<<<<<<< HEAD\n',
  ' && ',
  '${X}',
  '\t',
  'def f(:\n',
];

function checkMutant(r: Random): void {
  const [file, text] = r.pick(MUTANTS);
  let mutant = text;
  for (let count = 1 + r.below(4); count > 0; count--) {
    const at = r.below(mutant.length + 1);
    const to = Math.min(mutant.length, at + r.below(12));
    mutant =
      mutant.slice(0, at) +
      r.pick(['', r.pick(SCRAPS), mutant.slice(at, to).repeat(2)]) +
      mutant.slice(r.chance(0.5) ? at : to);
  }
  const manifest = readManifest(file, mutant);
  const count = mutant.split('\n').length;
  for (const one of [...(manifest?.requirements ?? []), ...(manifest?.findings ?? [])]) {
    expect(one.line).toBeGreaterThanOrEqual(1);
    expect(one.line).toBeLessThanOrEqual(count);
  }
}

describe('readers and patches, fuzzed', () => {
  it('have a writer for each format that is patched', () => {
    const written = WRITERS.map((write) => readManifest(...write(random(SEED)))?.format);
    const patched = FORMATS.filter(({ pin }) => 'dialect' in pin).map(({ name }) => name);
    expect([...new Set(written)].toSorted()).toEqual(patched.toSorted());
  });

  it(
    'parse, patch, parse gives exactly what was meant, and no byte outside the line changes',
    () => {
      const r = random(SEED);
      let patched = 0;
      for (let run = 0; run < RUNS / 2; run++) patched += Number(checkPatch(r));
      expect(patched).toBeGreaterThan(RUNS / 8);
    },
    RUNS * 10,
  );

  it(
    'mutated manifests are read without a crash or a hang, and every place is in the file',
    () => {
      const r = random(SEED + 1);
      for (let run = 0; run < RUNS / 2; run++) checkMutant(r);
    },
    RUNS * 10,
  );
});
