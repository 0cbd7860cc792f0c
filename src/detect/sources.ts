/** The files of a repository that say what its code uses: Python, notebooks and the YAML of trainers. */
import type { Finding } from '../domain/manifest.ts';
import { isManifest } from '../formats/table.ts';
import type { Tree, TreeFile } from '../ports/tree.ts';
import { readHydraYaml } from './code/hydra-yaml.ts';
import { pythonOfNotebook } from './code/notebook.ts';
import { readTrainerYaml } from './code/trainer-yaml.ts';
import { type CodeUse, readProgram } from './code.ts';

export interface Sources {
  readonly python: ReadonlyMap<string, string>;
  readonly notebooks: ReadonlyMap<string, string>;
  readonly yaml: ReadonlyMap<string, string>;
}

interface Kind {
  readonly name: string;
  readonly fits: RegExp;
  /** Files looked into, how large each may be, and all of them: more is nobody's training code. */
  readonly most: number;
  readonly largest: number;
  readonly bytes: number;
}

const MEBIBYTE = 1024 * 1024;
const PYTHON: Kind = { name: 'Python files', fits: /\.py$/, most: 6000, largest: MEBIBYTE / 2, bytes: 64 * MEBIBYTE };
const NOTEBOOKS: Kind = { name: 'notebooks', fits: /\.ipynb$/, most: 300, largest: 4 * MEBIBYTE, bytes: 48 * MEBIBYTE };
const YAML: Kind = { name: 'YAML files', fits: /\.ya?ml$/, most: 2000, largest: MEBIBYTE / 32, bytes: 8 * MEBIBYTE };

const NOT_OWN_CODE = /(^|\/)(\.?venv|site-packages|node_modules|build|\.tox|vendor|third_party|\.github)\//;
/** Code that nobody trains with. */
const TESTS = /(^|\/)(tests?([-_][^/]*)?|[^/]*[-_]tests?|docs?|testing)\/|(^|\/)(test_[^/]*|[^/]*_test|conftest)\.py$/;

/** `what` is `manifests` where only inline script metadata is wanted: then Python is all that is read. */
export async function readSources(
  tree: Tree,
  files: readonly TreeFile[],
  what: 'manifests' | 'manifests and code',
  findings: Finding[],
): Promise<Sources> {
  const read = (kind: Kind) => readKind(tree, files, kind, findings);
  const python = await read(PYTHON);
  if (what === 'manifests') return { python, notebooks: new Map(), yaml: new Map() };
  return { python, notebooks: await read(NOTEBOOKS), yaml: await read(YAML) };
}

/** What the code uses; tests and documentation are nobody's training code. */
export function readUses({ python, notebooks, yaml }: Sources): readonly CodeUse[] {
  const own = new Map([...python].filter(([path]) => !TESTS.test(path)));
  for (const [path, text] of notebooks) {
    const inside = TESTS.test(path) ? undefined : pythonOfNotebook(text);
    if (inside !== undefined) own.set(path, inside);
  }
  const ofYaml = [...yaml].flatMap(([path, text]) =>
    TESTS.test(path) ? [] : (readTrainerYaml(path, text) ?? readHydraYaml(path, text) ?? []),
  );
  return [...readProgram(own, (path) => yaml.get(path)), ...ofYaml];
}

async function readKind(
  tree: Tree,
  files: readonly TreeFile[],
  kind: Kind,
  findings: Finding[],
): Promise<ReadonlyMap<string, string>> {
  const all = files
    .filter((file) => file.kind === 'file' && kind.fits.test(file.path) && !isManifest(file.path))
    .filter(({ path }) => !NOT_OWN_CODE.test(path));
  const small = all.filter(({ bytes }) => bytes <= kind.largest).toSorted(shallowFirst);
  let total = 0;
  const within = small.slice(0, kind.most).filter(({ bytes }) => {
    total += bytes;
    return total <= kind.bytes;
  });
  const texts = await tree.read(within.map(({ path }) => path));
  const [large] = all.filter(({ bytes, path }) => bytes > kind.largest && !TESTS.test(path));
  if (large && kind !== YAML)
    findings.push({
      kind: 'code-not-read',
      message: `It is larger than ${kind.largest / 1024} KiB, as much as is read of one of the ${kind.name}. If it trains, name its cells in the configuration.`,
      file: large.path,
      line: 1,
    });
  if (small.length > texts.size)
    findings.push({
      kind: 'code-not-read',
      message: `${small.length - texts.size} of ${small.length} ${kind.name} were not looked into: more than one run reads. Name cells in the configuration.`,
    });
  return texts;
}

function shallowFirst(left: TreeFile, right: TreeFile): number {
  const depth = ({ path }: TreeFile) => path.split('/').length + (TESTS.test(path) ? 100 : 0);
  return depth(left) - depth(right) || (left.path < right.path ? -1 : 1);
}
