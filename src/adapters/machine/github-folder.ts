/** What a checkout and a runner of GitHub have about workflows, for `doctor`. */
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readText } from './files.ts';

/** Workflows and bot settings of the checkout; none where there is no checkout. */
export function githubFiles(folder: string): ReadonlyMap<string, string> {
  const names = ['.github/dependabot.yml', '.github/dependabot.yaml'];
  const workflows = join(folder, '.github', 'workflows');
  if (existsSync(workflows)) names.push(...readdirSync(workflows).map((name) => `.github/workflows/${name}`));
  const present = names.filter((name) => existsSync(join(folder, name)) && lstatSync(join(folder, name)).isFile());
  return new Map(present.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** The settings of a runner of GitHub stand three folders above the workspace: `_work/NAME/NAME`. */
export function runnerSettings({ GITHUB_WORKSPACE }: Readonly<Record<string, string | undefined>>): string | undefined {
  return GITHUB_WORKSPACE ? readText(join(GITHUB_WORKSPACE, '..', '..', '..', '.runner')) : undefined;
}
