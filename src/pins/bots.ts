/** A hold in the language of the bot that proposes the release again tomorrow. */

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
