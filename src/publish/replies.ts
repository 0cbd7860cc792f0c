/** Answers to commands that measure nothing. */
import type { Slash } from '../event/slash.ts';
import { SLASH_HELP } from '../event/slash.ts';
import { code, fence, inline } from '../report/escape.ts';

export function replyTo(slash: Slash): string | undefined {
  switch (slash.command) {
    case 'run':
      return undefined;
    case 'accept':
      return [
        `To accept ${code(slash.cell)} until ${inline(slash.until)}, put this into \`.github/peft-sweep.yml\` on the default branch. The cell is still measured and shown; it fails no check before that day is over.`,
        fence(
          [
            'known:',
            `  - {cell: ${quoted(slash.cell)}, reason: ${quoted(slash.reason)}, expires: ${quoted(slash.until)}}`,
          ],
          'yaml',
        ),
      ].join('\n\n');
    case 'explain':
      return `What is known of ${code(slash.cell)} is in the artifact \`peft-sweep-report\` of the newest run: download it and run ${code(`peft-sweep explain ${slash.cell} --out FOLDER`)}. To measure it again: ${code(`/peft-sweep run ${slash.cell}`)}.`;
    case 'unknown':
      return `This command is not known. There are: ${SLASH_HELP}.`;
  }
}

/** A YAML string in double quotes: JSON is a subset. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
