import { join } from 'node:path';
import { writeText } from '../adapters/machine/files.ts';
import { openOut } from '../adapters/machine/folders.ts';
import { keepOutOfGit } from '../adapters/machine/report-folder.ts';
import { torchFor } from '../adapters/machine/sweep-ports.ts';
import { choiceOf } from '../adapters/machine/torch-builds.ts';
import { STATUS, type Status } from '../domain/status.ts';
import { renderPlan } from '../report/plan.ts';
import type { Context } from './context.ts';
import { download } from './download.ts';
import { factsOf, runnerFacts } from './plan-facts.ts';
import { nothingToDo, prepared } from './prepared.ts';

/** Shows and writes what a sweep would do; builds nothing. */
export async function runPlan(context: Context): Promise<Status> {
  openOut(context.line.options.out);
  keepOutOfGit(context.line.options.out);
  const { world, asked } = await prepared(context);
  const written = [];
  let isWhole = true;
  for (const one of asked) {
    const { planned, known, files } = one;
    if (planned === undefined) return nothingToDo(context, one);
    const torch = await torchFor(world.index, planned);
    const ofMachine = await factsOf(world, planned, choiceOf(world, torch), { files, known });
    const facts = { ...ofMachine, ...runnerFacts(planned, context.line) };
    written.push({ ...facts, plan: planned, findings: known.findings });
    const number = asked.length > 1 ? `request ${written.length} of ${asked.length}\n` : '';
    if (!context.line.options.json) context.print(`${number}${renderPlan(facts)}`);
    if (context.line.options.download !== undefined)
      isWhole = (await download(context, world, planned, torch)) && isWhole;
  }
  const text = written.length === 1 ? written[0] : written;
  writeText(join(context.line.options.out, 'plan.json'), `${JSON.stringify(text, null, 1)}\n`);
  if (context.line.options.json) context.print(`${JSON.stringify(text)}\n`);
  return isWhole ? STATUS.fine : STATUS['not-compared'];
}
