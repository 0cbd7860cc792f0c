/** What shell scripts install, what they only say, and what is known when they run. */
import { describe, expect, it } from '@jest/globals';
import { readManifest } from '../../src/formats/read.ts';

function read(...lines: readonly string[]) {
  const manifest = readManifest('run.sh', lines.join('\n'));
  if (manifest === undefined) throw new Error('not a manifest');
  return manifest;
}

const rows = (...lines: readonly string[]) =>
  read(...lines).requirements.map(({ name, specifier, line, columns }) => [`${name}${specifier}`, line, ...columns]);

describe('a shell script', () => {
  it.each(['$A', '$A '])('puts in no gigabytes: %j many times', (use) => {
    const { requirements, findings = [] } = read(
      `A=${'x'.repeat(20_000)}`,
      `pip install ${use.repeat(2000)}`,
      'pip install peft',
    );
    expect(requirements.at(-1)?.name).toBe('peft');
    expect(JSON.stringify([requirements, findings]).length).toBeLessThan(4_000_000);
  });

  it('installs with pip and uv, on several lines and in one', () => {
    expect(
      rows('python3 -m pip install -q peft==0.17.1 && uv add "trl>=0.20"', 'if true; then pip3 install torch; fi'),
    ).toEqual([
      ['peft==0.17.1', 1, 26, 38],
      ['trl>=0.20', 1, 50, 59],
      ['torch', 2, 27, 32],
    ]);
    expect(rows('pip install \\', '  peft \\', "  'torch>=2'", 'echo peft')).toEqual([
      ['peft', 2, 2, 6],
      ['torch>=2', 3, 3, 11],
    ]);
  });

  it('does not install what it says, comments out, or writes to a file', () => {
    expect(rows('echo "please pip install peft now"', "printf 'pip install torch\\n'")).toEqual([]);
    expect(rows('# pip install peft \\', 'pip install torch # trl', 'pip install trl 2> log > out')).toEqual([
      ['torch', 2, 12, 17],
      ['trl', 3, 12, 15],
    ]);
    expect(rows('bash -lc "pip install peft"')).toEqual([['peft', 1, 22, 26]]);
  });

  it('puts in the variables that it set before, and says where a watched library has another one', () => {
    const { requirements, findings } = read(
      'export TF=4.57.1',
      'pip install transformers==$TF "peft==${PEFT:-0.17.1}" $EXTRA accelerate==$1 numpy==$2',
      'PEFT=0.18.0',
      'pip install peft==$PEFT',
    );
    expect(requirements.map(({ name, specifier }) => `${name}${specifier}`)).toEqual([
      'transformers==4.57.1',
      'peft==0.17.1',
      'peft==0.18.0',
    ]);
    expect(findings).toEqual([
      {
        kind: 'dynamic',
        message: '`accelerate==$1` holds a variable that the script does not set; it is not read.',
        line: 2,
        file: 'run.sh',
      },
    ]);
  });

  it('names lists and indexes, and is silent about its own repository', () => {
    const { includes, indexes, findings } = read(
      'pip install -r requirements.txt -c bounds.txt --index-url https://u:p@x.example/ -e . .[dev] ./wheels/',
    );
    expect(includes).toEqual([
      { path: 'requirements.txt', line: 1 },
      { path: 'bounds.txt', line: 1, constrains: true },
    ]);
    expect(indexes).toEqual([{ address: 'https://x.example', line: 1 }]);
    expect(findings).toEqual([]);
  });

  it('ends where its last line goes on', () => {
    expect(rows('pip install peft \\')).toEqual([['peft', 1, 12, 16]]);
  });
});
