/** A hold in the language of the bot that proposes the release again tomorrow. */

import { baseOf, folderOf } from '../domain/path.ts';

export interface BotHold {
  readonly file: string;
  readonly language: 'json' | 'yaml';
  readonly text: string;
  readonly how: string;
}

/**
 * Renovate: `allowedVersions` in `packageRules`, without `matchUpdateTypes` beside it: such a rule is applied before the
 * update type is known. https://docs.renovatebot.com/configuration-options/#allowedversions
 * Dependabot: `ignore`. https://docs.github.com/en/code-security/dependabot/working-with-dependabot/dependabot-options-reference#ignore--
 */
export function botHolds(library: string, firstBad: string): readonly BotHold[] {
  return [
    {
      file: 'renovate.json',
      language: 'json',
      text: JSON.stringify({ matchPackageNames: [library], allowedVersions: `<${firstBad}` }),
      how: 'Add it to `packageRules`.',
    },
    {
      file: '.github/dependabot.yml',
      language: 'yaml',
      text: `ignore: [{dependency-name: "${library}", versions: [">=${firstBad}"]}]`,
      how: 'Add it to the entry of your package ecosystem under `updates`.',
    },
  ];
}

/** The command that refreshes a lock after its manifest was edited, by the name of the lock file. */
const REFRESH: readonly (readonly [RegExp, (library: string) => string])[] = [
  [/^uv\.lock$/, (library) => `uv lock --upgrade-package ${library}`],
  [/^poetry\.lock$/, (library) => `poetry update ${library}`],
  [/^pdm\.lock$/, (library) => `pdm update ${library}`],
  [/^Pipfile\.lock$/, (library) => `pipenv upgrade ${library}`],
  [/^pylock(\..+)?\.toml$/, (library) => `uv pip compile pyproject.toml --upgrade-package ${library} -o pylock.toml`],
];

export function refreshCommand(lockFile: string, library: string): string | undefined {
  const folder = folderOf(lockFile);
  const command = REFRESH.find(([pattern]) => pattern.test(baseOf(lockFile)))?.[1](library);
  return command === undefined || folder === '' ? command : `(cd ${folder} && ${command})`;
}
