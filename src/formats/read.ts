/** Reads a manifest in the format that its path, its content or somebody who names it says. */
import type { Finding, Manifest } from '../domain/manifest.ts';
import type { Format } from './format.ts';
import type { Reading } from './reading.ts';
import { formatNamed, formatOf } from './table.ts';

/** Locks can be large; what is larger than this is nobody's manifest. */
export const LARGEST_MANIFEST = 32 * 1024 * 1024;

/**
 * Reads a file of a repository; undefined where no format knows it. `as` names the format of a file that another one
 * includes. Never throws.
 */
export function readManifest(file: string, content: string, as?: string): Manifest | undefined {
  const format = as === undefined ? formatOf(file, content) : formatNamed(as);
  if (format === undefined) return undefined;
  const broken = whatIsBroken(content) ?? conflictIn(format, content);
  const reading: Reading = broken
    ? { findings: [broken] }
    : format.read(content.startsWith('\ufeff') ? content.slice(1) : content);
  const findings = (reading.findings ?? []).map((finding) => ({ ...finding, file }));
  return { ...EMPTY, ...reading, file, format: format.name, findings };
}

const EMPTY = { requirements: [], locked: [], includes: [], indexes: [] };

/** What a file is that was not opened: it is too large, or all of them together are. */
export function tooLargeManifest(file: string): Manifest {
  const message = 'It is larger than 32 MiB, or all manifests together are larger than 256 MiB; it is not read.';
  return {
    ...EMPTY,
    file,
    format: 'unread',
    findings: [{ kind: 'unreadable', message, file, line: 1 }],
  };
}

function whatIsBroken(content: string): Finding | undefined {
  const unreadable = (message: string) => ({ kind: 'unreadable', message, line: 1 });
  if (content.length > LARGEST_MANIFEST) return unreadable('The file is larger than 32 MiB; it is not read.');
  if (content.includes('\u0000') || content.startsWith('\ufffd\ufffd') || content.startsWith('\ufffe'))
    return unreadable('The file is not UTF-8 text. Save it as UTF-8.');
  return undefined;
}

/** Both sides of a conflict at once are no manifest. */
function conflictIn({ conflict }: Format, content: string): Finding | undefined {
  const at = conflict === 'its line' ? -1 : content.search(/^<{7} /m);
  if (at < 0) return undefined;
  const line = content.slice(0, at).split('\n').length;
  return { kind: 'conflict-marker', message: 'A conflict marker is left in this file; it is not read.', line };
}
