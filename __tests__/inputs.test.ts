import { describe, expect, it } from '@jest/globals';
import { parseCommandLine } from '../src/inputs.ts';

function parse(line: string, config?: string) {
  const problems: string[] = [];
  const parsed = parseCommandLine(line.split(' ').filter(Boolean), () => config, problems);
  return { ...parsed, problems };
}

describe('the command line', () => {
  it('reads a sweep with its options', () => {
    const { request, options, problems } = parse(
      'sweep transformers:4.55.4..4.57.6 --with peft==0.17.1 --cells lora/none/llama --max-minutes 3 --environments 20 --jobs 1 --out x',
    );
    expect(problems).toEqual([]);
    expect(request).toMatchObject({
      changes: [{ library: 'transformers', from: '4.55.4', to: '4.57.6' }],
      held: { peft: '0.17.1' },
      cells: ['lora/none/llama'],
      minutes: 3,
      environments: 20,
      search: 'bisect',
    });
    expect(options).toMatchObject({ out: 'x', jobs: 1, fresh: false });
  });

  it.each<[string, string]>([
    ['swep', 'Did you mean `sweep`?'],
    ['sweep transformers', 'is not a change'],
    ['sweep transformers:1..2 --serch bisect', 'Did you mean `--search`?'],
    ['sweep transformers:1..2 --search island', '`--search` cannot be `island`. Did you mean `islands`?'],
    ['sweep transformers:1..2 --device rocm', '--device cannot be `rocm`. There are: auto, cpu, cuda'],
    ['sweep transformers:1..2 --max-minutes soon', 'is not a positive number'],
    ['sweep transformers:1..2 --environments many', '`--environments many` is not a positive number'],
    ['sweep transformers:1..2 --environments 1', '`--environments 1` is not a whole number from 2 on'],
    ['sweep transformers:1..2 --environments 2.5', 'is not a whole number from 2 on'],
    ['report --format html', 'There are: terminal, markdown, json'],
    ['publish out', 'There are: sweep, plan'],
    ['sweep transformers:1..2 --out', '`--out` needs a value'],
  ])('%s is refused: %s', (line, message) => {
    expect(parse(line).problems.join('\n')).toContain(message);
  });

  it.each(['bisect', 'islands', 'exhaustive'])(
    'takes --search %s, and what is typed goes before what is configured',
    (search) => {
      expect(parse(`sweep transformers:1..2 --search ${search}`, 'search: bisect')).toMatchObject({
        request: { search },
        problems: [],
      });
      expect(parse('sweep transformers:1..2', `search: ${search}`).request.search).toBe(search);
    },
  );

  it.each(['numpy', 'huggingface_hub', 'trl', 'triton', 'some-plugin'])('sweeps %s by name', (library) => {
    expect(parse(`sweep ${library}:1.0..2.0`).problems).toEqual([]);
  });

  it('sweeps nothing that is nearly called like a library of the stack', () => {
    expect(parse('sweep torhc:1.0..2.0').problems).toEqual([
      'Unknown library `torhc` in `torhc:1.0..2.0`. Did you mean `torch`?',
    ]);
  });

  it('says all that is wrong at once', () => {
    expect(parse('sweep transfromers:1..2 --with peft=1 --cells lara --jobs none').problems).toHaveLength(4);
  });
});

describe('the configuration file', () => {
  it('says what is watched, by the names of an index', () => {
    expect(parse('sweep', 'watch: [transformers, Huggingface_Hub]').request.watch).toEqual([
      'transformers',
      'huggingface-hub',
    ]);
    expect(parse('sweep').request.watch).toBeUndefined();
    expect(parse('sweep', 'watch: ["a b"]').problems[0]).toContain('`watch` cannot hold `a b`');
    expect(parse('sweep', 'watch: []').problems[0]).toContain('`watch` is empty');
  });

  it('chooses and excludes cells and sets limits', () => {
    const { request, options, problems } = parse(
      'sweep transformers:1..2',
      'cells: [lora/none/llama, ia3/none/llama]\nexclude: [ia3]\nbudget: {minutes: 4}\nfail-on: [regressed]\n',
    );
    expect(problems).toEqual([]);
    expect(request).toMatchObject({ cells: ['lora/none/llama', 'ia3/none/llama', '!ia3'], minutes: 4 });
    expect(options.failOn).toEqual(['regressed']);
  });

  it.each<[string, string]>([
    ['cels: auto', 'unknown key `cels` at the top level. Did you mean `cells`?'],
    ['budget: {minute: 3}', 'unknown key `minute` at budget. Did you mean `minutes`?'],
    ['search: fast', '`search`'],
    ['fail-on: [regresed]', 'Did you mean `regressed`?'],
    ['checkpoints: {mine: {pth: x}}', 'unknown key `pth` at checkpoints.mine. Did you mean `path`?'],
    ['cells: [unclosed', 'Configuration:'],
    ['a: &a [*a, *a]', 'Configuration:'],
    ["known: [{cell: lara, reason: x, expires: '2027-01-31'}]", 'Did you mean `lora`?'],
  ])('%s is refused: %s', (config, message) => {
    expect(parse('sweep transformers:1..2', config).problems.join('\n')).toContain(message);
  });

  it('is overruled by what is typed', () => {
    expect(
      parse('sweep transformers:1..2 --cells lora --max-minutes 2', 'cells: [ia3]\nbudget: {minutes: 9}').request,
    ).toMatchObject({ cells: ['lora'], minutes: 2 });
  });
});
