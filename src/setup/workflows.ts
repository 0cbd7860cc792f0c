/** The workflows that `init` writes: a few lines that call ours, with exactly the permissions that ours need. */
import { cellId, parseCellId } from '../domain/cell.ts';
import { ownForProbe, withoutOwn } from '../domain/code-paths.ts';
import type { OwnConfigurations } from '../domain/own-configuration.ts';

export interface SetupChoice {
  /** Where the reusable workflows are: `OWNER/NAME/.github/workflows` and a commit, or this repository itself. */
  readonly source:
    | { readonly kind: 'remote'; readonly repository: string; readonly ref: string }
    | { readonly kind: 'vendored' };
  readonly forks: boolean;
  readonly schedule: boolean;
  /** A job that may write files, for `/peft-sweep apply` alone. */
  readonly apply: boolean;
}

export interface WrittenFile {
  readonly path: string;
  readonly text: string;
}

/** The sum of what the jobs of sweep.yml ask for: a called workflow gets no more than its caller has. */
const PERMISSIONS = ['actions: read', 'checks: write', 'contents: read', 'pull-requests: write'];
const APPLY_PERMISSIONS = ['checks: read', 'contents: write', 'pull-requests: write'];

export function workflowFiles(choice: SetupChoice): readonly WrittenFile[] {
  return [
    { path: '.github/workflows/peft-sweep.yml', text: mainWorkflow(choice) },
    ...(choice.forks ? [{ path: '.github/workflows/peft-sweep-forks.yml', text: forkWorkflow(choice) }] : []),
  ];
}

function mainWorkflow(choice: SetupChoice): string {
  const schedule = choice.schedule ? ['  schedule:', "    - cron: '17 4 * * 1'"] : [];
  return lines(
    'name: peft-sweep',
    '# Comments start a sweep only where they are a command of somebody with write permission, for the commit that stood',
    '# when they wrote it; nothing of the pull request runs beside a token.',
    'on: # zizmor: ignore[dangerous-triggers]',
    '  pull_request:',
    '  merge_group:',
    '  issue_comment:',
    '    types: [created]',
    ...schedule,
    '  workflow_dispatch:',
    '    inputs:',
    '      changes:',
    '        description: What to sweep, as NAME:OLD..NEW, e.g. transformers:4.55.4..4.57.6',
    '        required: true',
    '      cells:',
    '        description: Cells to measure; empty for those of the configuration or the code',
    '        required: false',
    '      with:',
    '        description: Versions to hold, as NAME==VERSION',
    '        required: false',
    'permissions: {}',
    'concurrency:',
    '  # Only a push ends the run of the push before it: comments and runs by hand wait for nobody and replace nobody.',
    '  group: peft-sweep-${{ github.event.pull_request.number || github.run_id }}',
    '  cancel-in-progress: true',
    'jobs:',
    '  peft-sweep:',
    '    permissions:',
    ...PERMISSIONS.map((line) => `      ${line}`),
    `    uses: ${called(choice, 'sweep.yml')}`,
    '    with:',
    '      changes: ${{ inputs.changes }}',
    '      cells: ${{ inputs.cells }}',
    '      with: ${{ inputs.with }}',
    ...(choice.apply ? applyJob(choice) : []),
  );
}

function applyJob(choice: SetupChoice): readonly string[] {
  return [
    '      apply: true',
    '  # The only job that may write files: it commits measured versions where somebody with write permission asks for it.',
    '  apply:',
    "    if: ${{ github.event_name == 'issue_comment' && startsWith(github.event.comment.body, '/peft-sweep apply') }}",
    '    permissions:',
    ...APPLY_PERMISSIONS.map((line) => `      ${line}`),
    `    uses: ${called(choice, 'apply.yml')}`,
  ];
}

function forkWorkflow(choice: SetupChoice): string {
  return lines(
    'name: peft-sweep for forks',
    '# Runs with the rights of this repository after the run of a fork has ended. It executes nothing of the fork, and',
    '# takes from its run only results that fit a plan made here: give it the same inputs as the other workflow.',
    'on: # zizmor: ignore[dangerous-triggers]',
    '  workflow_run:',
    '    workflows: [peft-sweep]',
    '    types: [completed]',
    'permissions: {}',
    'concurrency:',
    '  group: peft-sweep-forks-${{ github.event.workflow_run.head_repository.full_name }}-${{ github.event.workflow_run.head_branch }}',
    '  cancel-in-progress: true',
    'jobs:',
    '  publish:',
    '    if: ${{ github.event.workflow_run.head_repository.full_name != github.repository }}',
    '    permissions:',
    ...PERMISSIONS.map((line) => `      ${line}`),
    `    uses: ${called(choice, 'publish.yml')}`,
  );
}

function called({ source }: SetupChoice, file: string): string {
  return source.kind === 'vendored'
    ? `./.github/workflows/peft-sweep-${file} # zizmor: ignore[self-repository]`
    : `${source.repository}/.github/workflows/${file}@${source.ref}`;
}

function lines(...text: readonly string[]): string {
  return `${text.join('\n')}\n`;
}

interface GuessedCells {
  readonly pattern: string;
  readonly source: string;
  readonly why: string;
  readonly measured: readonly string[];
}

/** A first configuration: the cells that the code uses, each with its place, and what was guessed of them. */
export function configurationFile(
  sure: readonly { readonly id: string; readonly source: string }[],
  partial: readonly GuessedCells[] = [],
  callsPeft = false,
  configurations: OwnConfigurations = {},
): WrittenFile {
  const guessed = partial.filter(({ measured }) => measured.length > 0);
  const listed = [
    ...sure.map(({ id, source }) => entryOf(id, `# ${comment(source)}`, configurations)),
    ...guessed.flatMap(({ pattern, source, why, measured }) => [
      `  # ${pattern} in ${comment(source)}: ${comment(why)}`,
      ...measured.map((id) => entryOf(id, '# guessed; put the right one here', configurations)),
    ]),
  ];
  const none = callsPeft
    ? 'PEFT is called, but none of its cells is in the matrix'
    : 'no call of PEFT was found in the code';
  return {
    path: '.github/peft-sweep.yml',
    text: lines(
      ...(listed.length === 0 ? [`cells: auto   # ${none}: the default 24 are measured`] : ['cells:', ...once(listed)]),
      'exclude: []',
      'budget: {minutes: 10}',
      'comment: changes',
      'fail-on: [regressed, degraded]',
    ),
  };
}

/** A cell as an entry of `cells:`, with the arguments that its name stands for; JSON is YAML too. */
function entryOf(id: string, remark: string, configurations: OwnConfigurations): string {
  const cell = parseCellId(id);
  const { own: carried } = ownForProbe(cell, configurations);
  if (carried === undefined) return `  - ${id}   ${remark}`;
  const parts = Object.entries(carried).filter(([, table]) => Object.keys(table).length > 0);
  const told = parts.map(([name, table]) => `    ${name}: ${comment(JSON.stringify(table))}`);
  return [`  - cell: ${cellId(withoutOwn(cell))}   ${remark}`, ...told].join('\n');
}

/** Each cell once: a guess may come to what is sure elsewhere. */
function once(listed: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return listed.filter((line) => {
    const cell = line.startsWith('  - cell:') ? line : /^ {2}- (\S+)/.exec(line)?.[1];
    if (cell === undefined) return true;
    const isNew = !seen.has(cell);
    seen.add(cell);
    return isNew;
  });
}

function comment(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}
