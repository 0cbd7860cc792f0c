/** The table of manifest formats, and what is asked of it. An entry is the whole format. */
import { CONDA } from './conda.ts';
import { DOCKERFILE } from './dockerfile.ts';
import type { Format } from './format.ts';
import { LOCK } from './lock.ts';
import { PIPFILE } from './pipfile.ts';
import { PIPFILE_LOCK } from './pipfile-lock.ts';
import { PIXI } from './pixi.ts';
import { PIXI_LOCK } from './pixi-lock.ts';
import { PYPROJECT } from './pyproject.ts';
import { REQUIREMENTS } from './requirements.ts';
import { SCRIPT } from './script.ts';
import { SETUP_CFG } from './setup-cfg.ts';
import { SETUP_PY } from './setup-py.ts';
import { SHELL } from './shell.ts';

/** In this order a path is tried. */
export const FORMATS: readonly Format[] = [
  PYPROJECT,
  LOCK,
  PIPFILE_LOCK,
  PIPFILE,
  PIXI,
  PIXI_LOCK,
  CONDA,
  SETUP_CFG,
  SETUP_PY,
  DOCKERFILE,
  SHELL,
  REQUIREMENTS,
  SCRIPT,
];

export function formatNamed(name: string): Format | undefined {
  return FORMATS.find((format) => format.name === name);
}

/** Whether a file is a manifest by its path alone. */
export function isManifest(file: string): boolean {
  return FORMATS.some(({ recognize }) => recognize.by === 'path' && recognize.fits(file));
}

/** The format of a file, by its path and, where that does not tell, by what it holds. */
export function formatOf(file: string, content: string): Format | undefined {
  return FORMATS.find(({ recognize }) => recognize.fits(file) && (recognize.by === 'path' || recognize.holds(content)));
}

/** The format that a file can have, nobody having opened it. */
export function formatByPath(file: string): Format | undefined {
  return FORMATS.find(({ recognize }) => recognize.fits(file));
}

/** What a file is read as that somebody names as a manifest, by its ending. */
export function formatIfNamed(file: string): string | undefined {
  return FORMATS.find(({ named }) => 'endings' in named && named.endings.test(file))?.name;
}

/** What may change the requirements in a file that only its content makes a manifest; undefined for other files. */
export function changesInside(file: string): RegExp | undefined {
  const recognize = formatByPath(file)?.recognize;
  return recognize?.by === 'content' ? recognize.changes : undefined;
}
