import { parsePep508 } from '../../domain/pep508.ts';

/** Where a wheel's metadata is; a project page may name any address, of which only those of the web are asked. */
export function metadataAddress(wheel: string, page: string): string | undefined {
  if (!URL.canParse(wheel, page)) return undefined;
  const [address, own] = [new URL(wheel, page), new URL(page)];
  if (address.protocol !== own.protocol) return undefined;
  if (address.host === own.host) Object.assign(address, { username: own.username, password: own.password });
  address.hash = '';
  return `${address.href}.metadata`;
}

/** Names that core metadata asks for in every case: without extras, each once. It comes from a stranger's wheel. */
export function requirementNames(metadata: string): readonly string[] {
  const [headers = ''] = metadata.replaceAll('\r\n', '\n').split('\n\n');
  const names = headers.split('\n').flatMap((line) => {
    const requirement = /^Requires-Dist:(.*)$/i.exec(line)?.[1];
    const parsed = requirement === undefined ? undefined : parsePep508(requirement);
    return parsed && 'name' in parsed && !/\bextra\b/.test(parsed.marker) ? [parsed.name] : [];
  });
  return [...new Set(names)];
}
