/** The user's own arguments, folded: what was carried to the tiny model, and what was not. */
import type { Markdown } from '../../domain/safe.ts';
import { code, joined, md, prose } from '../escape.ts';
import type { Report } from '../model.ts';
import { besideTexts, ownWords } from '../own.ts';
import { type Links, placeText } from './links.ts';

const SHOWN = 6;
const LONGEST = 300;

export function yourArguments(report: Report, links: Links): Markdown {
  const all = Object.entries(report.configurations ?? {});
  if (all.length === 0) return md``;
  const items = all.slice(0, SHOWN).map(([name, configuration]) => {
    const { carried, scaled, left } = ownWords(configuration);
    const places = joined(
      configuration.at.slice(0, 3).map((place) => placeText(place, links)),
      ', ',
    );
    const told = [...scaled, ...left].map((line) => md`\n  - ${prose(line, LONGEST)}`);
    return md`- ${code(name)}, ${places}: ${code(carried, LONGEST)}${joined(told, '')}`;
  });
  const rest = all.length - SHOWN;
  const more = rest > 0 ? [md`- and ${rest} more, in the full report`] : [];
  const apart = besideTexts(report).map((text) => md`- ${prose(text, LONGEST)}`);
  const summary = md`<details><summary>Your arguments, as far as a tiny model can have them</summary>`;
  return joined([summary, joined([...apart, ...items, ...more], '\n'), md`</details>`], '\n\n');
}
