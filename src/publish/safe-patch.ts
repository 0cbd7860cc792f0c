/** Patches that change a version and nothing else: only these are offered as a click or committed. */

import { clausesOf } from '../domain/pep508.ts';
import type { Pin } from '../domain/ways-out.ts';
import { has } from '../formats/format.ts';
import { REQUIREMENTS } from '../formats/requirements.ts';
import { formatByPath } from '../formats/table.ts';
import { wholeLines } from '../report/escape.ts';
import type { Report, ReportPatch } from '../report/model.ts';
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
  { file, before, after }: Pick<ReportPatch, 'file' | 'before' | 'after'>,
  { library, version: measured }: Pick<Pin, 'library' | 'version'>,
): boolean {
  if (wholeLines([before, after], 'text') === undefined) return false;
  // What no format knows by its path is a file that requirements include.
  const inLine = has((formatByPath(file) ?? REQUIREMENTS).suggest)?.inLine;
  const from = inLine?.(before, library);
  const to = inLine?.(after, library);
  if (from === undefined || to === undefined) return false;
  const named = clausesOf(to.specifier).filter(([operator]) => operator === '>=' || operator === '==');
  return (
    named.length > 0 &&
    named.every(([, version]) => version === measured) &&
    before.replace(from.text, '') === after.replace(to.text, '')
  );
}
