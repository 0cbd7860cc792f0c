import type { Place } from '../domain/change.ts';
import { WATCHED } from '../domain/environment.ts';
import { normalizeName } from '../domain/package.ts';
import { didYouMean } from '../domain/suggest.ts';
import { isVersion } from '../domain/version.ts';

/** `NAME:OLD..NEW` as written. An empty `to` means the newest release; `5.x` the newest that starts so. */
export interface WrittenChange {
  readonly library: string;
  readonly from: string;
  readonly to: string;
  readonly place?: Place;
}

const CHANGE = /^([A-Za-z0-9._-]+):([^.\s][^\s]*?)?\.\.([^\s]*)$/;
/** PEP 508's names: nothing else reaches a resolver or an address. */
const PACKAGE_NAME = /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/;
const VERSION_OR_LINE = /^\d+(\.\d+)*\.(x|\*)$/;

export function parseChange(text: string, problems: string[]): WrittenChange | undefined {
  const found = CHANGE.exec(text);
  if (!found) {
    problems.push(`\`${text}\` is not a change. Write NAME:OLD..NEW, e.g. \`transformers:4.55.4..4.57.6\`.`);
    return undefined;
  }
  const library = normalizeName(found[1] ?? '');
  const [from = '', to = ''] = [found[2], found[3]];
  if (!(WATCHED as readonly string[]).includes(library))
    problems.push(
      `Unknown library \`${library}\` in \`${text}\`.${didYouMean(library, WATCHED)} Swept: ${WATCHED.join(', ')}.`,
    );
  if (from === '')
    problems.push(`\`${text}\` has no old version. Write NAME:OLD..NEW; there is no lock to take it from.`);
  for (const version of [from, to])
    if (version !== '' && !isVersion(version) && !VERSION_OR_LINE.test(version))
      problems.push(`\`${version}\` in \`${text}\` is not a version. Write one like \`4.57.6\` or \`5.x\`.`);
  return { library, from, to };
}

/** `--with NAME==VERSION`: a library held at one version in every environment. */
export function parseHeld(text: string, problems: string[]): readonly [string, string] | undefined {
  const [name = '', version = '', ...rest] = text.split('==').map((part) => part.trim());
  if (rest.length > 0 || !PACKAGE_NAME.test(name) || !isVersion(version)) {
    problems.push(`\`--with ${text}\` is not a held version. Write NAME==VERSION, e.g. \`--with peft==0.17.1\`.`);
    return undefined;
  }
  return [normalizeName(name), version];
}
