/**
 * Reading a large repository, and hostile files: `node bench/detect.mjs`. Prints the time and memory of `peft-sweep diff`
 * over 500 manifests with a 5 MB uv.lock, then for each reader the time at 0.5 MB and 1 MB of input made to be slow.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const folder = mkdtempSync(join(tmpdir(), 'peft-sweep-bench-'));
const git = (...args) =>
  execFileSync('git', ['-c', 'user.name=bench', '-c', 'user.email=bench@index.example', ...args], {
    cwd: folder,
    stdio: 'ignore',
  });

function writeRepository(version) {
  for (let index = 0; index < 500; index++) {
    const own = join(folder, `p${index}`);
    mkdirSync(own, { recursive: true });
    const names = Array.from({ length: 20 }, (_, at) => `package-${at}>=1.${at},<2`);
    if (index % 2 === 0)
      writeFileSync(join(own, 'requirements.txt'), `transformers==${version}\n${names.join('\n')}\n`);
    else
      writeFileSync(
        join(own, 'pyproject.toml'),
        `[project]\nname = "p"\ndependencies = [\n${names.map((name) => `  "${name}",\n`).join('')}  "transformers==${version}",\n]\n`,
      );
  }
  const wheel = (at) =>
    `    { url = "https://files.example/w${at}.whl", hash = "sha256:${'a'.repeat(64)}", size = 1000 },\n`;
  const wheels = Array.from({ length: 30 }, (_, at) => wheel(at)).join('');
  const packages = Array.from(
    { length: 1300 },
    (_, at) =>
      `[[package]]\nname = "package-${at}"\nversion = "1.${at}"\nsource = { registry = "https://index.example/simple" }\nwheels = [\n${wheels}]\n\n`,
  );
  writeFileSync(
    join(folder, 'uv.lock'),
    `version = 1\n\n[[package]]\nname = "transformers"\nversion = "${version}"\n\n${packages.join('')}`,
  );
}

git('init', '--quiet', '--initial-branch=main');
writeRepository('4.55.4');
git('add', '.');
git('commit', '--quiet', '-m', 'base');
writeRepository('4.57.6');
git('commit', '--quiet', '-am', 'head');

const cli = resolve('dist/cli.js');
const measure = () => {
  const began = performance.now();
  const { stderr, stdout, status } = spawnSync(
    '/usr/bin/env',
    [
      'python3',
      '-c',
      'import resource,subprocess,sys;r=subprocess.run(sys.argv[1:],stdout=subprocess.PIPE);print(len(r.stdout.splitlines()));print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss,file=sys.stderr);sys.exit(r.returncode)',
      process.execPath,
      cli,
      'diff',
      '--offline',
      '--base',
      'HEAD~1',
      '--head',
      'HEAD',
    ],
    { cwd: folder, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
  return {
    seconds: (performance.now() - began) / 1000,
    mebibytes: Number(stderr.trim()) / 1024,
    rows: Number(stdout.trim()),
  };
};
measure();
const runs = [measure(), measure(), measure()].sort((left, right) => left.seconds - right.seconds);
console.log(
  `500 manifests and a 5.8 MB uv.lock at both ends: ${runs[1].seconds.toFixed(2)} s (goal 1 s), ${runs[1].mebibytes.toFixed(0)} MiB (goal 300 MiB), ${runs[1].rows} lines`,
);

const bundle = join(folder, 'formats.mjs');
await build({
  entryPoints: ['src/formats/read.ts'],
  outfile: bundle,
  bundle: true,
  platform: 'node',
  format: 'esm',
  logLevel: 'error',
  banner: { js: "import { createRequire as c } from 'node:module'; const require = c(import.meta.url);" },
});
const { readManifest } = await import(pathToFileURL(bundle).href);
const upTo = (piece, size) => piece.repeat(Math.ceil(size / piece.length)).slice(0, size);
const HOSTILE = [
  ['requirements.txt', 'one name', (n) => 'a'.repeat(n)],
  ['requirements.txt', 'brackets and blanks', (n) => `peft (${' '.repeat(n)}`],
  ['requirements.txt', 'clauses', (n) => `peft${upTo('>=1,', n)}`],
  ['requirements.txt', 'continuations', (n) => upTo('peft \\\n', n)],
  ['requirements.txt', 'options', (n) => `peft ${upTo('--hash=a ', n)}`],
  ['requirements.txt', 'a marker', (n) => `peft ; ${upTo('(python_version < "3" or ', n)}`],
  ['requirements.txt', 'an address', (n) => `peft @ ${'a'.repeat(n)} b`],
  ['requirements.txt', 'comments', (n) => upTo('a # b\n', n)],
  ['pyproject.toml', 'a list', (n) => `[project]\ndependencies = [\n${upTo('"peft>=1",\n', n)}]\n`],
  ['pyproject.toml', 'tables', (n) => Array.from({ length: n / 16 }, (_, at) => `[a.b${at}]\nx=1\n`).join('')],
  ['pyproject.toml', 'brackets', (n) => `a = ${'['.repeat(n)}`],
  ['pyproject.toml', 'a quote without an end', (n) => `a = "${'\\"'.repeat(n / 2)}`],
  ['uv.lock', 'packages', (n) => upTo('[[package]]\nname = "a"\nversion = "1"\n', n)],
  ['uv.lock', 'one line', (n) => `name = "${'a'.repeat(n)}`],
  [
    'Pipfile.lock',
    'packages',
    (n) => `{"default": {${Array.from({ length: n / 30 }, (_, at) => `\n"p${at}": {"version": "==1"}`).join(',')}}}`,
  ],
  ['Pipfile', 'packages', (n) => `[packages]\n${Array.from({ length: n / 12 }, (_, at) => `p${at} = "*"\n`).join('')}`],
  [
    'pixi.toml',
    'packages',
    (n) => `[pypi-dependencies]\n${Array.from({ length: n / 12 }, (_, at) => `p${at} = "*"\n`).join('')}`,
  ],
  [
    'pixi.toml',
    'features',
    (n) => Array.from({ length: n / 40 }, (_, at) => `[feature.f${at}.pypi-dependencies]\na="*"\n`).join(''),
  ],
  ['pixi.lock', 'packages', (n) => `packages:\n${upTo('- pypi: https://x\n  name: a\n  version: 1\n', n)}`],
  ['pixi.lock', 'one line', (n) => `- conda: /${'a-'.repeat(n / 2)}`],
  ['environment.yml', 'entries', (n) => `dependencies:\n${upTo('  - a=1\n', n)}`],
  ['setup.cfg', 'entries', (n) => `[options]\ninstall_requires =\n${upTo('    peft>=1\n', n)}`],
  ['setup.cfg', 'one line', (n) => `[options]\ninstall_requires = ${' '.repeat(n)}x`],
  ['setup.py', 'a list', (n) => `setup(install_requires=[${upTo('"peft>=1", ', n)}])`],
  ['setup.py', 'brackets', (n) => upTo('a[b(c{', n)],
  [
    'setup.py',
    'names',
    (n) => `${Array.from({ length: n / 14 }, (_, at) => `a${at + 1} = a${at}\n`).join('')}setup(install_requires=a9)`,
  ],
  [
    'setup.py',
    'a helper',
    (n) =>
      `d = [${upTo('"peft>=1", ', n / 2)}]\ndef f(*p):\n  return [d[q] for q in p]\nsetup(install_requires=f(${upTo('"zz", ', n / 2).slice(0, -6)}))`,
  ],
  ['Dockerfile', 'words', (n) => `RUN pip install ${upTo('peft ', n)}`],
  ['Dockerfile', 'quotes', (n) => `RUN pip install ${upTo('"a\\"', n)}`],
  ['Dockerfile', 'nested', (n) => `RUN bash -c ${upTo('"pip install x ', n)}"`],
  ['Dockerfile', 'installs', (n) => `RUN ${upTo('pip install ', n)}`],
  ['scripts/install.sh', 'words', (n) => `pip install ${upTo('peft ', n)}`],
  ['scripts/install.sh', 'installs', (n) => upTo('pip install "a" && ', n)],
  ['train.py', 'a script', (n) => `# /// script\n${upTo('# x = 1\n', n)}# ///\n`],
];
console.log('\nreader            input                        0.5 MB     1 MB   ratio');
for (const [file, name, make] of HOSTILE) {
  const times = [500_000, 1_000_000].map((size) => {
    const text = make(size);
    const began = performance.now();
    readManifest(file, text);
    return performance.now() - began;
  });
  console.log(
    `${file.padEnd(18)}${name.padEnd(26)}${times.map((ms) => `${ms.toFixed(0)} ms`.padStart(9)).join('')}${(times[1] / times[0]).toFixed(1).padStart(8)}`,
  );
}
if (!process.env.KEEP) rmSync(folder, { recursive: true, force: true });
else console.log(folder);
