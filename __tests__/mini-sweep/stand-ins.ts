/** Releases of the stand-in packages: one source for all, and faults that a release has on top of it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Offer } from './package-index.ts';
import { type WheelContent, writeWheel } from './wheel.ts';

const HERE = resolve('__tests__/mini-sweep');

export interface ReleaseOf {
  /** Names of files in `faults/`, whose code ends the package's `__init__.py`. */
  readonly faults?: readonly string[];
  readonly requires?: readonly string[];
  readonly requiresPython?: string;
  readonly yanked?: string;
  /** Months after January 2024; else the place in the line of releases. */
  readonly month?: number;
  readonly metadata?: string;
}

/** Releases of one package, oldest first: version -> what is special about it. */
export type Line = Readonly<Record<string, ReleaseOf>>;

/** The line of each package where a question says nothing else. */
const HEALTHY: Readonly<Record<string, Line>> = {
  transformers: { '1.0': {}, '1.1': {} },
  peft: { '1.0': {} },
  accelerate: { '1.0': {} },
  bitsandbytes: { '1.0': {} },
  torchao: { '1.0': {} },
};

export function offersOf(lines: Readonly<Record<string, Line>>): readonly Offer[] {
  return Object.entries({ ...HEALTHY, ...lines }).flatMap(([name, line]) =>
    Object.entries(line).map(([version, release], place) => toOffer(name, version, release, place)),
  );
}

function toOffer(name: string, version: string, release: ReleaseOf, place: number): Offer {
  const { yanked, requiresPython, metadata, month = place } = release;
  const uploaded = new Date(Date.UTC(2024, month, 1)).toISOString();
  return {
    name,
    wheel: writeWheel(contentOf(name, version, release)),
    uploaded,
    ...(yanked !== undefined && { yanked }),
    ...(requiresPython !== undefined && { requiresPython }),
    ...(metadata !== undefined && { metadata }),
  };
}

/** A wheel of a stand-in package, with its faults. */
export function contentOf(name: string, version: string, release: ReleaseOf = {}): WheelContent {
  const { faults = [], requires = [], requiresPython } = release;
  const files = sourcesOf(name);
  const init = `${name}/__init__.py`;
  const added = faults.map((fault) => `\n\n${readFileSync(join(HERE, 'faults', `${fault}.py`), 'utf8')}`);
  const text = (files[init] ?? '').replace('__version__ = "0"', `__version__ = "${version}"`);
  return {
    name,
    version,
    files: { ...files, [init]: text + added.join('') },
    requires,
    ...(requiresPython !== undefined && { requiresPython }),
  };
}

function sourcesOf(name: string): Readonly<Record<string, string>> {
  const folder = join(HERE, 'packages', name);
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.py'));
  return Object.fromEntries(paths.map((path) => [`${name}/${path}`, readFileSync(join(folder, path), 'utf8')]));
}
