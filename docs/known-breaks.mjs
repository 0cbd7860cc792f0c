// The tables of docs/known-breaks.md, from what `npm run test:real` left in results/known-breaks.json.
import { readFileSync } from 'node:fs';

const escaped = (text) =>
  String(text)
    .replaceAll('|', '\\|')
    .replaceAll(/[\n<>]/g, ' ');
const row = (...cells) => `| ${cells.map(escaped).join(' | ')} |`;
const typed = (word) => (/^[\w.:=/+-]+$/.test(word) ? word : `'${word}'`);

/** Name of a table -> its text. */
export function knownBreakTables() {
  const { entries, cases } = JSON.parse(readFileSync('results/known-breaks.json', 'utf8'));
  const titles = ['break', 'what', 'stated', 'replayed by, or why not'];
  const rows = entries.map((entry) => row(`\`${entry.id}\``, entry.what, entry.stated, replay(entry, cases)));
  return {
    'known breaks': [row(...titles), '|---|---|---|---|', ...rows].join('\n'),
    replays: Object.entries(cases).map(section).join('\n\n'),
  };
}

function replay(entry, cases) {
  if (entry.case === undefined) return `not: ${entry.why}`;
  return cases[entry.case] ? `[${entry.case}](#${entry.case})` : `\`${entry.case}\`, not run on this tree`;
}

function section([id, { asked, found, seconds, environments, on }]) {
  const took = `${seconds} s, ${environments} environments, ${on}.`;
  const command = `peft-sweep sweep ${asked.map(typed).join(' ')}`;
  const lines = found.length > 0 ? found.map((one) => `- ${one}`) : ['- nothing moves'];
  return [`### ${id}`, '', '```', command, '```', '', ...lines, '', took].join('\n');
}
