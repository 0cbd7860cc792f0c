/** Patches that change a version and nothing else: only these are offered as a click or committed. */
import { clausesOf, parsePep508 } from '../domain/pep508.ts';
import { wholeLines } from '../report/escape.ts';
import type { Report, ReportPatch, ReportPin } from '../report/model.ts';
import { recommended, specifiersOf } from '../report/summary.ts';

/** Patches of the recommended pin that are safe to offer as one click, where it keeps the bump. */
export function offers(report: Report): readonly ReportPatch[] {
  const best = recommended(report);
  if (best === undefined || !best.keepsBump) return [];
  const pins = report.pins.filter(({ specifier }) => specifiersOf(best).includes(specifier));
  return report.patches.filter((patch) =>
    pins.some((pin) => pin.specifier === patch.specifier && isSafePatch(patch, pin)),
  );
}

/**
 * One line; the same package before and after; nothing but its version differs; the version is the one that was
 * measured; nothing invisible.
 */
export function isSafePatch(
  { before, after }: Pick<ReportPatch, 'before' | 'after'>,
  { library, version: measured }: Pick<ReportPin, 'library' | 'version'>,
): boolean {
  if (wholeLines([before, after], 'text') === undefined) return false;
  const [from, to] = [requirementIn(before, library), requirementIn(after, library)];
  if (from === undefined || to === undefined) return false;
  const named = clausesOf(to.specifier).filter(([operator]) => operator === '>=' || operator === '==');
  return (
    named.length > 0 &&
    named.every(([, version]) => version === measured) &&
    before.replace(from.text, '') === after.replace(to.text, '')
  );
}

/** The requirement of a library inside a line, whatever quotes and list marks stand around it. */
function requirementIn(
  line: string,
  library: string,
): { readonly text: string; readonly specifier: string } | undefined {
  for (const found of line.matchAll(
    /[A-Za-z0-9][A-Za-z0-9._-]*(?:\[[^\]]*\])?\s*(?:[=!<>~]=?=?\s*[^\s,;"'#)]+(?:\s*,\s*)?)*/g,
  )) {
    const text = found[0].trimEnd();
    const parsed = parsePep508(text);
    if ('name' in parsed && parsed.name === library) return { text, specifier: parsed.specifier };
  }
  return undefined;
}
