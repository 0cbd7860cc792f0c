/** The inputs of the action, and what the runner says about itself. */
import * as core from '@actions/core';
import { readConfiguration } from '../adapters/machine/configuration-file.ts';
import { readText } from '../adapters/machine/files.ts';
import { UserError } from '../errors.ts';
import { type Options, parseCommandLine } from '../inputs.ts';

const MODES = ['all', 'plan', 'sweep', 'publish', 'apply'] as const;
export type Mode = (typeof MODES)[number];

export function modeInput(): Mode {
  const typed = core.getInput('mode') || 'all';
  const mode = MODES.find((one) => one === typed);
  if (mode === undefined) throw new UserError(`\`mode\` cannot be \`${typed}\`. There are: ${MODES.join(', ')}.`);
  return mode;
}

export function words(name: string): readonly string[] {
  return core
    .getInput(name)
    .split(/\s+/)
    .filter((word) => word !== '');
}

/** The inputs as a command line, so that both faces read the same grammar. */
export function commandLine(command: 'sweep' | 'plan', more: readonly string[] = []): readonly string[] {
  const option = (name: string) => (core.getInput(name) === '' ? [] : [`--${name}`, core.getInput(name)]);
  return [
    command,
    ...words('changes'),
    ...words('with').flatMap((held) => ['--with', held]),
    ...words('cells').flatMap((pattern) => ['--cells', pattern]),
    ...['config', 'python', 'oracle-path', 'device', 'max-minutes', 'out'].flatMap(option),
    ...(command === 'plan' ? option('max-usd') : []),
    ...more,
  ];
}

/** The options of a sweep that the inputs and the configuration of the checkout name. */
export function optionsInput(): Options {
  const problems: string[] = [];
  const { options } = parseCommandLine(commandLine('sweep'), readConfiguration, problems);
  if (problems.length > 0) throw new UserError(problems);
  return options;
}

export interface Runner {
  readonly eventName: string;
  readonly payload: unknown;
  /** `owner/name`. */
  readonly repository: string;
  readonly apiUrl: string;
  readonly serverUrl: string;
  readonly runId: string;
  readonly attempt: string;
  readonly sha: string;
}

export function runnerOf(environment: Readonly<Record<string, string | undefined>>): Runner {
  const path = environment.GITHUB_EVENT_PATH;
  let payload: unknown = {};
  if (path)
    try {
      payload = JSON.parse(readText(path) ?? '');
    } catch {
      throw new UserError(`The event file \`${path}\` cannot be read. It is written by the runner.`);
    }
  return {
    eventName: environment.GITHUB_EVENT_NAME ?? '',
    payload,
    repository: environment.GITHUB_REPOSITORY ?? '',
    // No default: the runner always names its server, and another server's runner names another one.
    apiUrl: environment.GITHUB_API_URL ?? '',
    serverUrl: environment.GITHUB_SERVER_URL ?? '',
    runId: environment.GITHUB_RUN_ID ?? '',
    attempt: environment.GITHUB_RUN_ATTEMPT ?? '1',
    sha: environment.GITHUB_SHA ?? '',
  };
}

/** The page of the run. */
export function linkTo({ serverUrl, repository, runId }: Runner): string {
  return `${serverUrl}/${repository}/actions/runs/${runId}`;
}

/** The environment with the private index of the input, where there is one. Its credentials never reach a log. */
export function withIndex(environment: Readonly<Record<string, string | undefined>>) {
  const address = core.getInput('index-url');
  if (address === '') return environment;
  core.setSecret(address);
  try {
    const { username, password } = new URL(address);
    for (const part of [username, password])
      if (part !== '') for (const written of new Set([part, decodeURIComponent(part)])) core.setSecret(written);
  } catch {
    throw new UserError('`index-url` is not an address. Write it like `https://USER:TOKEN@index.example/simple`.');
  }
  return { ...environment, UV_DEFAULT_INDEX: address };
}

/** The token where the workflow gave one; every mode but `sweep` needs it to speak with GitHub. */
export function tokenInput(): string | undefined {
  const token = core.getInput('token');
  if (token === '') return undefined;
  core.setSecret(token);
  return token;
}
