/** What is told while there are no results: that a sweep has begun, that it never will, and answers to commands. */
import * as core from '@actions/core';
import { Refused, WeatherError } from '../../errors.ts';
import { type Event, readEvent } from '../../event/event.ts';
import { nothingText, type PlanFile } from '../../plan/plan-file.ts';
import type { GitHub } from '../../ports/github.ts';
import { planSummary } from '../../publish/plan-summary.ts';
import { CHECK, concludeWithout } from '../../publish/publish.ts';
import { answer, answerTo, begunText } from '../../publish/replies.ts';
import { plain, prose } from '../../report/escape.ts';
import { linkTo, type Runner } from '../inputs.ts';

/** What GitHub refuses to take is said, and ends nothing. */
export async function unlessRefused<Value>(what: string, act: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Refused || error instanceof WeatherError)) throw error;
    core.info(`${what} ${error.message}`);
    return undefined;
  }
}

/** Opens the check: it shows the plan until it is concluded, or is green at once where nothing is to be measured. */
export async function announce(file: PlanFile, github: GitHub): Promise<number | undefined> {
  const head = file.pull?.head ?? file.queued;
  if (head === undefined || (file.command !== undefined && file.shards.length === 0)) return undefined;
  const isOver = file.shards.length === 0;
  return github.createCheck(head, CHECK, {
    title: plain(isOver ? 'nothing to measure' : 'measuring'),
    summary: isOver ? prose(nothingText(file), 4000) : planSummary(file),
    annotations: [],
    ...(isOver && { conclusion: 'success' as const }),
  });
}

/** A check that is required has to be concluded, whatever happens to the run. */
export async function cancelled(file: PlanFile, check: number | undefined, client: GitHub | undefined): Promise<void> {
  const head = file.pull?.head ?? file.queued;
  if (client === undefined || head === undefined) return;
  const where = { head, ...(check !== undefined && { check }) };
  await unlessRefused('The check was not concluded:', () => concludeWithout('cancelled', where, client));
}

export async function notPlanned(runner: Runner, client: GitHub | undefined): Promise<void> {
  const event = readEvent(runner.eventName, runner.payload);
  if (client === undefined || (event.kind !== 'pull' && event.kind !== 'queue' && event.kind !== 'run')) return;
  await unlessRefused('The check was not concluded:', async () => {
    const head = event.kind === 'pull' ? (await client.pull(event.number)).head.sha : headOf(event);
    await concludeWithout('failure', { head }, client);
  });
}

function headOf(event: Extract<Event, { kind: 'queue' | 'run' }>): string {
  return event.kind === 'queue' ? event.head : event.sha;
}

/** Before there are shards: the check is opened, and whoever asked for the sweep hears of it. */
export async function begin(file: PlanFile, runner: Runner, client: GitHub | undefined): Promise<void> {
  const check = client && (await unlessRefused('No check was opened:', () => announce(file, client)));
  core.setOutput('check', check ?? '');
  const { command, pull } = file;
  if (client === undefined || command === undefined || pull === undefined) return;
  const begun = { sign: 'eyes' as const, text: begunText(file, linkTo(runner)) };
  await answer(pull.number, command.comment, begun, client, (line) => core.info(line));
}

export async function reply({ pull, command }: PlanFile, client: GitHub | undefined): Promise<void> {
  if (pull === undefined || command === undefined || client === undefined) return;
  const isExplain = command.slash.command === 'explain' && command.refused === undefined;
  const known = isExplain
    ? await unlessRefused('The check was not read:', () => client.checkText(pull.head, CHECK))
    : undefined;
  await answer(pull.number, command.comment, answerTo(command, known), client, (line) => core.info(line));
}
