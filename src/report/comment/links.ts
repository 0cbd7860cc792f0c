/** Where things of a report can be looked at. Absent where nobody knows: a report on a terminal has no addresses. */
import type { Markdown } from '../../domain/safe.ts';
import { code, link, md } from '../escape.ts';

export interface Links {
  /** Address of the run. */
  readonly run?: string;
  /** The commit that was measured. */
  readonly commit?: string;
  /** Addresses of the suggestions, by file and line. */
  readonly buttons?: ReadonlyMap<string, string>;
}

/** `https://server/owner/name`, from the address of a run there. */
function repositoryOf({ run }: Links): string | undefined {
  return run?.includes('/actions/runs/') ? run.split('/actions/runs/')[0] : undefined;
}

/** A place in the code, with a sign to follow where there is an address. */
export function placeText(place: string, links: Links): Markdown {
  const [, file = '', line = ''] = /^(.*):(\d+)$/.exec(place) ?? [];
  const repository = repositoryOf(links);
  if (repository === undefined || links.commit === undefined || file === '') return code(place);
  const path = file.split('/').map(encodeURIComponent).join('/');
  const followed = link(md`↗`, `${repository}/blob/${links.commit}/${path}#L${line}`);
  return followed === '↗' ? code(place) : md`${code(place)} ${followed}`;
}

export function commitText(links: Links): Markdown | undefined {
  const repository = repositoryOf(links);
  if (repository === undefined || links.commit === undefined) return undefined;
  return link(code(links.commit.slice(0, 12)), `${repository}/commit/${links.commit}`);
}
