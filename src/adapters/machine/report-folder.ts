/** The folder of a run: its report, and what is read of it again. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DEFAULT_OUT } from '../../domain/path.ts';
import { UserError } from '../../errors.ts';
import { reportFiles } from '../../report/files.ts';
import { Report } from '../../report/model.ts';

/** What a run leaves in the folder that it makes by itself is no part of the checkout around it. */
export function keepOutOfGit(folder: string): void {
  const file = join(folder, '.gitignore');
  if (basename(folder) === DEFAULT_OUT && !existsSync(file)) writeFileSync(file, '*\n');
}

/** Writes the files that a run leaves behind besides results.jsonl and the locks. */
export function writeReport(folder: string, report: Report): void {
  mkdirSync(folder, { recursive: true });
  keepOutOfGit(folder);
  for (const [name, text] of reportFiles(report)) writeFileSync(join(folder, name), text);
}

export function readReport(folder: string): Report {
  const file = join(folder, 'report.json');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    const several = numbered(folder);
    if (folder.endsWith('.json') && existsSync(folder))
      throw new UserError(`\`${folder}\` is a file. Name its folder: \`peft-sweep report ${dirname(folder)}\`.`);
    throw new UserError(
      several.length > 0
        ? `\`${folder}\` holds a report for each request: ${several.map((name) => `\`${join(folder, name)}\``).join(', ')}. Name one of them.`
        : `There is no report in \`${folder}\`. Run \`peft-sweep sweep\` first, or name the folder.`,
    );
  }
  try {
    return Report.parse(JSON.parse(text));
  } catch {
    throw new UserError(`\`${file}\` is not a report of this version of peft-sweep. Run the sweep again.`);
  }
}

/** The report that a folder has now; undefined where there is none that can be read. */
export function earlierReport(folder: string): Report | undefined {
  try {
    return Report.parse(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')));
  } catch {
    return undefined;
  }
}

/** Folders of a run that was asked for several things. */
function numbered(folder: string): readonly string[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return [];
  return readdirSync(folder).filter((name) => /^\d+$/.test(name) && existsSync(join(folder, name, 'report.json')));
}
