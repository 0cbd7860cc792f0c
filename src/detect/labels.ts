/** Build labels (`+cpu`, `+cu126`) that appear, go, or stand where another build belongs. */
import type { Place } from '../domain/change.ts';
import type { Finding, Locked, Manifest, Requirement } from '../domain/manifest.ts';
import { clausesOf } from '../domain/pep508.ts';
import { localLabel } from '../domain/version.ts';
import type { Pair } from './pairs.ts';

/** A local version is a build: it belongs to the file that names that build before, and to no other. */
export function copiedLabels(base: readonly Manifest[], pairs: readonly Pair[]): readonly Finding[] {
  return pairs.flatMap(({ file, old, current }) => {
    if (current === undefined) return [];
    const [before, after] = [old && labelOf(old), labelOf(current)];
    const isForeign = after !== undefined && !fitsFile(after, file);
    if (old === undefined && !(isForeign && base.length > 0)) return [];
    return labelFinding(current.name, before, after, { file, line: current.line });
  });
}

/** The same in locks: the builds that a lock holds of one package. */
export function lockedLabels(base: readonly Manifest[], head: readonly Manifest[]): readonly Finding[] {
  const before = new Map(base.map(({ file, locked }) => [file, labelsIn(locked)]));
  return head.flatMap(({ file, locked }) =>
    [...labelsIn(locked)].flatMap(([name, { labels, line }]) => {
      const known = before.get(file)?.get(name)?.labels;
      const [gone] = [...(known ?? [])].filter((label) => !labels.has(label));
      const came = [...labels].filter((label) => known && !known.has(label));
      return came.flatMap((label) => labelFinding(name, gone || undefined, label || undefined, { file, line }));
    }),
  );
}

function labelsIn(locked: readonly Locked[]) {
  const found = new Map<string, { readonly labels: Set<string>; readonly line: number }>();
  for (const { name, version, line } of locked) {
    const known = found.get(name) ?? { labels: new Set<string>(), line };
    known.labels.add(localLabel(version) ?? '');
    found.set(name, known);
  }
  return found;
}

function labelFinding(
  name: string,
  before: string | undefined,
  after: string | undefined,
  { file, line }: Place,
): readonly Finding[] {
  if (before === after) return [];
  const message =
    after === undefined
      ? `\`${name}\` loses its build \`+${before}\`: another build would be installed.`
      : `\`${name}\` gets the build \`+${after}\`${before === undefined ? ', which this file did not name before' : ` in place of \`+${before}\``}.`;
  return [{ kind: 'local-version', message, file, line }];
}

function labelOf({ specifier }: Requirement): string | undefined {
  return clausesOf(specifier).flatMap(([, version]) => localLabel(version) ?? [])[0];
}

/** Families of builds, as labels and as names of files have them. */
const BUILDS: readonly { readonly label: RegExp; readonly file: RegExp }[] = [
  { label: /^cpu/, file: /(^|[-_./])cpu/i },
  { label: /^cu\d/, file: /(^|[-_./])(cu\d+|cuda|gpu)/i },
  { label: /^rocm/, file: /(^|[-_./])(rocm|amd|hip)/i },
  { label: /^xpu/, file: /(^|[-_./])(xpu|intel)/i },
];

/** Whether a label is of the build that the name of its file says; true where the name says none. */
function fitsFile(label: string, file: string): boolean {
  const said = BUILDS.filter((build) => build.file.test(file));
  return said.length === 0 || said.some((build) => build.label.test(label));
}
