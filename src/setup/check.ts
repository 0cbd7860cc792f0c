/** What a repository's workflows need for peft-sweep, and what they lack. Content in, sentences out. */
import { parseDocument } from 'yaml';
import { z } from 'zod';

const Permissions = z.union([z.string(), z.record(z.string(), z.string().nullish())]).nullish();
const Job = z.looseObject({
  uses: z.string().optional(),
  permissions: Permissions,
  with: z.record(z.string(), z.unknown()).nullish(),
});
const Workflow = z.looseObject({
  on: z.unknown(),
  permissions: Permissions,
  jobs: z.record(z.string(), Job).nullish(),
});
type Workflow = z.infer<typeof Workflow>;

/** Scope -> level that the jobs of sweep.yml ask for. GitHub refuses to start a call that asks for more than its caller has. */
const NEEDED: Readonly<Record<string, string>> = {
  actions: 'read',
  checks: 'write',
  contents: 'read',
  'pull-requests': 'write',
};
const NEEDED_TO_APPLY: Readonly<Record<string, string>> = {
  checks: 'read',
  contents: 'write',
  'pull-requests': 'write',
};
/** Inputs that decide what a plan holds: the workflow for forks makes the same plan once more. */
const PLANNING = ['cells', 'with', 'device', 'max-minutes', 'max-usd', 'python'] as const;
const CALLED =
  /peft-sweep.*\/(sweep|publish|apply)\.yml(@|$)|^\.\/\.github\/workflows\/peft-sweep-(sweep|publish|apply)\.yml$/;
const LONGEST = 256 * 1024;

export interface SetupFinding {
  readonly file: string;
  readonly message: string;
  /** Said, and nothing is wrong. */
  readonly isNote?: true;
}

/** `files` are those of `.github`, by path. */
export function checkSetup(files: ReadonlyMap<string, string>): readonly SetupFinding[] {
  const workflows = [...files].filter(([path]) => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(path));
  const callers = workflows.flatMap(([path, text]) => {
    const workflow = read(text);
    const jobs = Object.entries(workflow?.jobs ?? {}).filter(([, job]) => CALLED.test(job.uses ?? ''));
    return workflow && jobs.length > 0 ? [{ path, text, workflow, jobs }] : [];
  });
  if (callers.length === 0)
    return [
      { file: '.github/workflows', message: 'No workflow calls peft-sweep. Run `peft-sweep init`.', isNote: true },
    ];
  const found = callers.flatMap(({ path, workflow, jobs }) =>
    [
      ...triggers(workflow),
      ...jobs.flatMap(([name, job]) => [
        ...permissions(name, job, workflow),
        ...runners(name, job),
        ...origin(name, job),
      ]),
    ].map((message) => ({ file: path, message })),
  );
  return [...found, ...differentPlans(callers), ...dependabot(files, callers)];
}

function read(text: string): Workflow | undefined {
  if (text.length > LONGEST) return undefined;
  const document = parseDocument(text);
  return document.errors.length > 0 ? undefined : Workflow.safeParse(document.toJS({ maxAliasCount: 10 })).data;
}

function triggers({ on }: Workflow): readonly string[] {
  const events = typeof on === 'object' && on !== null ? (on as Record<string, unknown>) : {};
  const names = typeof on === 'string' ? [on] : Array.isArray(on) ? on.map(String) : Object.keys(events);
  const pull = events.pull_request as { paths?: unknown; 'paths-ignore'?: unknown } | null | undefined;
  return [
    ...(names.includes('pull_request_target')
      ? [
          '`pull_request_target` runs with write access beside a stranger’s files. Use `pull_request`, and `init --forks` for forks.',
        ]
      : []),
    ...(pull?.paths || pull?.['paths-ignore']
      ? [
          'A `paths` filter leaves a required check waiting for ever. Take it away: without a watched change the run ends green by itself.',
        ]
      : []),
    ...(names.includes('pull_request') || names.includes('workflow_run') || names.includes('pull_request_target')
      ? []
      : ['It does not run on pull requests. Add `pull_request` to `on`.']),
  ];
}

function permissions(name: string, job: z.infer<typeof Job>, workflow: Workflow): readonly string[] {
  const given = job.permissions ?? workflow.permissions;
  if (given === 'write-all') return [`The job \`${name}\` has every permission. Give it only what it needs.`];
  const levels = typeof given === 'object' && given !== null ? given : {};
  const needed = /apply\.yml/.test(job.uses ?? '') ? NEEDED_TO_APPLY : NEEDED;
  const missing = Object.entries(needed).filter(
    ([scope, level]) => !(levels[scope] === 'write' || levels[scope] === level),
  );
  if (missing.length === 0) return [];
  const lines = missing.map((entry) => `\`${entry.join(': ')}\``).join(', ');
  return [
    `The job \`${name}\` lacks ${lines}. Add them under its \`permissions\`: without them GitHub does not start it.`,
  ];
}

function runners(name: string, job: z.infer<typeof Job>): readonly string[] {
  const labels = String(job.with?.['runs-on'] ?? '');
  const isHosted = labels === '' || /^"?(ubuntu|macos|windows)-/.test(labels);
  return isHosted || job.with?.environment
    ? []
    : [
        `The job \`${name}\` measures on its own runners without an \`environment\`: pull requests of forks are not measured there but on \`hosted-runs-on\`. Name one with required reviewers to allow them.`,
      ];
}

/** Since 0.3 the action is taken from the commit of the workflow by itself. */
function origin(name: string, { with: inputs }: z.infer<typeof Job>): readonly string[] {
  return ['action-repository', 'action-ref'].some((input) => inputs?.[input] !== undefined)
    ? [
        `The job \`${name}\` names \`action-repository\` or \`action-ref\`. Take them away: the workflow knows its commit.`,
      ]
    : [];
}

interface Caller {
  readonly path: string;
  readonly text: string;
  readonly jobs: readonly (readonly [string, z.infer<typeof Job>])[];
}

/** Results of a fork count only for the plan that they were made from. */
function differentPlans(callers: readonly Caller[]): readonly SetupFinding[] {
  const every = callers.flatMap(({ path, jobs }) => jobs.map(([, job]) => ({ path, job })));
  const measuring = every.find(({ job }) => /sweep\.yml/.test(job.uses ?? ''));
  const forks = every.find(({ job }) => /publish\.yml/.test(job.uses ?? ''));
  if (measuring === undefined || forks === undefined) return [];
  // What a run by hand is given is empty on a pull request.
  const plannedWith = (job: z.infer<typeof Job>, input: string) => {
    const value = String(job.with?.[input] ?? '');
    return /^\$\{\{\s*inputs\./.test(value) ? '' : value;
  };
  const different = PLANNING.filter((input) => plannedWith(measuring.job, input) !== plannedWith(forks.job, input));
  if (different.length === 0) return [];
  const names = different.map((input) => `\`${input}\``).join(', ');
  const message = `Its inputs differ from those of \`${measuring.path}\` in ${names}: the results of forks do not fit then. Give both the same.`;
  return [{ file: forks.path, message }];
}

/** Dependabot's runs see its own secrets only. */
function dependabot(
  files: ReadonlyMap<string, string>,
  callers: readonly { readonly path: string; readonly text: string }[],
): readonly SetupFinding[] {
  if (!files.has('.github/dependabot.yml') && !files.has('.github/dependabot.yaml')) return [];
  return callers.flatMap(({ path, text }) => {
    const secrets = [
      ...new Set([...text.matchAll(/secrets\.([A-Z_][A-Z0-9_]*)/g)].map((found) => found[1] ?? '')),
    ].filter((secret) => secret !== 'GITHUB_TOKEN');
    if (secrets.length === 0) return [];
    return [
      {
        file: path,
        message: `Runs of Dependabot see only Dependabot’s own secrets. Set ${secrets.map((one) => `\`${one}\``).join(', ')} there too.`,
      },
    ];
  });
}

/** What a runner of one's own leaves behind for the next job. `settings` is its `.runner` file, where that can be read. */
export function checkRunner(environment: string | undefined, settings: string | undefined): readonly SetupFinding[] {
  if (environment !== 'self-hosted') return [];
  const isEphemeral = settings !== undefined && /"ephemeral"\s*:\s*true/i.test(settings);
  if (isEphemeral) return [];
  const message =
    'This runner is not known to be ephemeral: the next job finds what this one left. Register it with `--ephemeral`, or give each job a machine of its own.';
  return [{ file: 'runner', message }];
}
