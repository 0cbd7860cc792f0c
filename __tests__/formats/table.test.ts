/** The table of formats: that no entry is forgotten, that each has every part, and that what it patches is read back. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { baseOf } from '../../src/domain/path.ts';
import type { Format } from '../../src/formats/format.ts';
import { readManifest } from '../../src/formats/read.ts';
import { FORMATS, formatByPath, formatNamed, isManifest } from '../../src/formats/table.ts';
import { patchRequirement } from '../../src/pins/patch.ts';
import { LOCKS, SAMPLES } from './samples.ts';

const NAMES = FORMATS.map(({ name }) => name);
const PATCHED = FORMATS.filter(({ pin }) => 'dialect' in pin).map(({ name }) => name);
const ROUND_TRIPS = Object.entries(SAMPLES).flatMap(([name, list]) => list.map((sample) => ({ name, ...sample })));

function isEntry(value: unknown): value is Format {
  return typeof value === 'object' && value !== null && 'recognize' in value && 'read' in value;
}

describe('the table of formats', () => {
  it('holds every entry that a file of the folder exports', async () => {
    const files = readdirSync('src/formats').filter((file) => file.endsWith('.ts'));
    const modules: object[] = await Promise.all(files.map((file) => import(`../../src/formats/${file}`)));
    const entries = modules.flatMap((module) => Object.values(module).filter(isEntry));
    expect(entries.map(({ name }) => name).toSorted()).toEqual(NAMES.toSorted());
  });

  it('gives a reason for each part that a format does not have', () => {
    for (const format of FORMATS)
      for (const [part, value] of Object.entries(format))
        if (typeof value === 'object' && 'none' in value)
          expect([format.name, part, value.none]).toEqual([
            format.name,
            part,
            expect.stringMatching(/^(\S+ ){2,}\S+\.$/),
          ]);
  });

  it('names only formats that it has', () => {
    for (const { lock, includes } of FORMATS) {
      const named = [...('formats' in lock ? lock.formats : []), ...('as' in includes ? [includes.as] : [])];
      for (const name of named) expect(formatNamed(name)?.name).toBe(name);
    }
  });

  it('knows the command that refreshes each lock that a manifest has', () => {
    const locks = FORMATS.flatMap(({ lock }) => ('formats' in lock ? lock.formats : []));
    for (const name of locks) expect(formatNamed(name)?.refresh).toHaveProperty('command');
  });

  it('has a sample of each format, and of no other', () => {
    expect(Object.keys(SAMPLES).toSorted()).toEqual(PATCHED.toSorted());
    expect([...PATCHED, ...Object.keys(LOCKS)].toSorted()).toEqual(NAMES.toSorted());
  });

  it('has each format among the hostile inputs of the bench', () => {
    const bench = readFileSync('bench/detect.mjs', 'utf8');
    for (const name of NAMES) {
      const files = [...(SAMPLES[name] ?? []), ...(LOCKS[name] ? [LOCKS[name]] : [])].map(({ file }) => file);
      expect([name, files.some((file) => bench.includes(`'${file}'`))]).toEqual([name, true]);
    }
  });

  it.each(FORMATS.map(({ name, docs }) => [name, docs] as const))(
    '%s has its row in the documentation',
    (name, docs) => {
      const text = readFileSync('docs/manifests.md', 'utf8');
      expect(text).toContain(`| ${name} | ${docs.files} | ${docs.read} |`);
    },
  );
});

/** Names that stand for other things elsewhere. */
const COMMON_WORDS = ['lock', 'script', 'shell', 'requirements'];

describe('the rest of the program', () => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.ts') && !path.startsWith('formats/'),
  );

  it.each(NAMES)('does not know the name %s', (name) => {
    const isNaming = (line: string) =>
      line.includes(`'${name}'`) && (!COMMON_WORDS.includes(name) || /format/i.test(line));
    const knowing = sources.filter((path) => readFileSync(`src/${path}`, 'utf8').split('\n').some(isNaming));
    expect(knowing).toEqual([]);
  });

  it('knows no file of a format by its name', () => {
    const files = [...Object.values(SAMPLES).flat(), ...Object.values(LOCKS)].map(({ file }) => baseOf(file));
    const known = new Set(files.filter((file) => formatByPath(file)?.recognize.by === 'path'));
    const knowing = sources.flatMap((path) => {
      const text = readFileSync(`src/${path}`, 'utf8');
      return [...known].filter((file) => text.includes(`'${file}'`)).map((file) => `${path} ${file}`);
    });
    expect(knowing).toEqual([]);
  });
});

describe('a format', () => {
  it.each(ROUND_TRIPS)('$name is read whole in $file: $reads', ({ file, before, reads }) => {
    const { requirements = [] } = readManifest(file, before) ?? {};
    expect(requirements.map(({ name, specifier, group, line }) => `${name}${specifier} [${group}] ${line}`)).toEqual(
      reads,
    );
  });

  it.each(ROUND_TRIPS)('$name takes a pin in $file, and is read back with it', ({ name, file, before, pin, after }) => {
    const manifest = readManifest(file, before);
    expect(manifest).toMatchObject({ format: name, findings: [] });
    const requirement = manifest?.requirements.find((one) => one.name === 'peft');
    if (requirement === undefined) throw new Error('the sample asks for no peft');
    const patch = patchRequirement(before, name, requirement, pin);
    expect(patch).toMatchObject({ content: after });
    const again = readManifest(file, after)?.requirements.find((one) => one.name === 'peft');
    expect({ ...again, written: '', columns: [] }).toEqual({
      ...requirement,
      specifier: pin,
      written: '',
      columns: [],
    });
  });

  it.each(ROUND_TRIPS)('$name is known by $file, or by what it holds', ({ name, file, before }) => {
    const isByPath = formatNamed(name)?.recognize.by === 'path';
    expect(isManifest(file)).toBe(isByPath);
    expect(readManifest(file, before)?.format).toBe(name);
    expect(readManifest('x/y.bin', before)).toBeUndefined();
  });

  it.each(Object.entries(LOCKS))('%s says what was resolved, and is never patched', (name, { file, content }) => {
    const manifest = readManifest(file, content);
    expect(manifest).toMatchObject({ format: name, locked: [{ name: 'peft', version: '0.17.1' }], requirements: [] });
    const requirement = readManifest('requirements.txt', 'peft')?.requirements[0];
    expect(requirement && patchRequirement(content, name, requirement, '==1')).toEqual({
      why: `A ${name} file is refreshed by its own tool.`,
    });
  });
});
