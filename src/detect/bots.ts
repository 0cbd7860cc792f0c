/** What Dependabot and Renovate leave on a pull request. Only a hint, for labels, links and grouping: the diff decides. */
import { normalizeName } from '../domain/package.ts';

export interface PullText {
  readonly branch: string;
  readonly title: string;
  readonly body: string;
  readonly author?: string;
}

export interface BotHint {
  readonly bot: 'dependabot' | 'renovate';
  /** What made it known; a self-hosted bot can have any login. */
  readonly seenIn: 'branch' | 'body' | 'title' | 'author';
  readonly isGrouped: boolean;
  /** Packages that it names, normalized. */
  readonly names: readonly string[];
}

/** Bodies come from strangers: only so much of one is looked at. */
const LONGEST_BODY = 65_536;
const NAME = '[A-Za-z0-9][A-Za-z0-9._-]{0,99}';

interface Recognizer {
  readonly bot: BotHint['bot'];
  readonly seenIn: BotHint['seenIn'];
  readonly fits: (text: PullText) => boolean;
}

const RECOGNIZERS: readonly Recognizer[] = [
  { bot: 'renovate', seenIn: 'body', fits: ({ body }) => /<!--\s*renovate-debug:[A-Za-z0-9+/=]+\s*-->/.test(body) },
  {
    bot: 'dependabot',
    seenIn: 'body',
    fits: ({ body }) => /\[\/\/\]: # \(dependabot-start\)|^updated-dependencies:/m.test(body),
  },
  { bot: 'dependabot', seenIn: 'author', fits: ({ author }) => author === 'dependabot[bot]' },
  { bot: 'renovate', seenIn: 'author', fits: ({ author }) => author === 'renovate[bot]' },
  { bot: 'dependabot', seenIn: 'branch', fits: ({ branch }) => /^dependabot[/_-](pip|uv|conda)[/_-]/.test(branch) },
  { bot: 'renovate', seenIn: 'branch', fits: ({ branch }) => /^renovate\//.test(branch) },
  {
    bot: 'dependabot',
    seenIn: 'body',
    fits: ({ body }) => /^Bumps (\[|the )|^Updates the requirements on \[/m.test(body) && /dependabot/i.test(body),
  },
  {
    bot: 'renovate',
    seenIn: 'body',
    fits: ({ body }) => /^\| Package \| (Type \| )?(Update \| )?Change \|/m.test(body),
  },
];

/** The bot that opened a pull request, and what it says about it; undefined where a person did. */
export function recognizeBot(pull: PullText): BotHint | undefined {
  const text = { ...pull, body: pull.body.slice(0, LONGEST_BODY) };
  const found = RECOGNIZERS.find(({ fits }) => fits(text));
  if (found === undefined) return undefined;
  const { bot, seenIn } = found;
  const names = bot === 'dependabot' ? dependabotNames(text) : renovateNames(text);
  return { bot, seenIn, isGrouped: isGrouped(text, names), names };
}

function isGrouped({ title, branch }: PullText, names: readonly string[]): boolean {
  return (
    names.length > 1 ||
    /\bthe .{1,80} group\b|\bwith \d+ updates?\b/.test(title) ||
    /^renovate\/(all|.*-(minor|patch|major)$|lock-file-maintenance)/.test(branch)
  );
}

function dependabotNames({ title, body }: PullText): readonly string[] {
  const patterns = [
    new RegExp(`^- dependency-name: ["']?(${NAME})["']?`, 'gm'),
    new RegExp(`dependency-name: ["']?(${NAME})["']?`, 'g'),
    new RegExp(`^Updates \`(${NAME})\``, 'gm'),
    new RegExp(`^(?:Bumps|Updates the requirements on) \\[(${NAME})\\]`, 'gm'),
  ];
  const ofTitle = new RegExp(`(?:[Bb]ump|[Uu]pdate) (${NAME}) (?:from|requirement)`).exec(title)?.[1];
  return normalized([...patterns.flatMap((pattern) => all(body, pattern)), ...(ofTitle ? [ofTitle] : [])]);
}

function renovateNames({ title, body }: PullText): readonly string[] {
  const rows = all(body, new RegExp(`^\\| *\\[?(${NAME})\\]?[^|]*\\|.*(?:->|→)`, 'gm'));
  const ofTitle = new RegExp(`[Uu]pdate (?:dependency )?(${NAME}) to `).exec(title)?.[1];
  return normalized([...rows, ...(ofTitle ? [ofTitle] : [])]);
}

function all(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map((found) => found[1] ?? '');
}

function normalized(names: readonly string[]): readonly string[] {
  return [...new Set(names.map(normalizeName))].filter((name) => name !== 'package');
}
