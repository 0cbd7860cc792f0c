import { describe, expect, it } from '@jest/globals';
import { checkRunner, checkSetup } from '../../src/setup/check.ts';
import { workflowFiles } from '../../src/setup/workflows.ts';

const source = { kind: 'remote', repository: 'peft-sweep/peft-sweep', ref: 'a'.repeat(40) } as const;
const [main, forks] = workflowFiles({ source, forks: true, schedule: true, apply: false });
const good = main?.text ?? '';
const found = (text: string, more: Readonly<Record<string, string>> = {}) =>
  checkSetup(new Map([['.github/workflows/peft-sweep.yml', text], ...Object.entries(more)])).map(
    ({ message }) => message,
  );

describe('the workflows of a repository', () => {
  it('may be none: that is said, and nothing is wrong', () => {
    expect(checkSetup(new Map())).toMatchObject([{ isNote: true }]);
  });

  it('that init writes lack nothing', () => {
    expect(found(good, { '.github/workflows/forks.yml': forks?.text ?? '' })).toEqual([]);
  });

  it.each<[string, string, string]>([
    ['no call', 'on: push\njobs: {}\n', 'Run `peft-sweep init`'],
    ['a missing permission', good.replace('checks: write', 'checks: read'), 'lacks `checks: write`'],
    ['all permissions', good.replace(/permissions:\n(?: {6}.*\n)+/, 'permissions: write-all\n'), 'every permission'],
    ['the dangerous trigger', good.replace('  pull_request:', '  pull_request_target:'), 'beside a stranger’s files'],
    ['a filter', good.replace('  pull_request:', '  pull_request:\n    paths: [requirements.txt]'), 'waiting for ever'],
    ['no pull requests', good.replace('  pull_request:\n', ''), 'Add `pull_request`'],
    [
      'runners of one’s own',
      `${good}      runs-on: '["self-hosted", "gpu"]'\n`,
      'pull requests of forks are not measured there',
    ],
  ])('with %s are told what to change', (_name, text, message) => {
    expect(found(text).join('\n')).toContain(message);
  });

  it('with other inputs for forks than for the rest are told so', () => {
    const more = `${good.replace('      cells: ${{ inputs.cells }}\n', '      cells: lora\n')}`;
    const forked = forks?.text ?? '';
    const both = (text: string, other: string) => found(text, { '.github/workflows/forks.yml': other }).join('\n');
    expect(both(more, forked)).toContain('differ from those of `.github/workflows/peft-sweep.yml` in `cells`');
    expect(both(more, `${forked}    with:\n      cells: lora\n`)).toBe('');
    expect(both(good, `${forked}    with:\n      max-minutes: 20\n`)).toContain('`max-minutes`');
  });

  it('with a job that commits lack nothing but what that job needs', () => {
    const [applying] = workflowFiles({ source, forks: false, schedule: false, apply: true });
    expect(found(applying?.text ?? '')).toEqual([]);
    expect(found((applying?.text ?? '').replace('contents: write', 'contents: read')).join()).toContain(
      'lacks `contents: write`',
    );
  });

  it('that still name a commit of the action are told to leave that to the workflow', () => {
    const old = good.replace('\n    with:\n', '\n    with:\n      action-ref: v0\n');
    expect(found(old).join('\n')).toContain('Take them away');
  });

  it('on a runner that is used again are told so', () => {
    expect(checkRunner('github-hosted', undefined)).toEqual([]);
    expect(checkRunner('self-hosted', '{"ephemeral": true}')).toEqual([]);
    expect(checkRunner('self-hosted', '{"agentId": 1}')[0]?.message).toContain('--ephemeral');
  });

  it('beside Dependabot are told which secrets it lacks', () => {
    const text = `${good}    secrets:\n      INDEX: \${{ secrets.INDEX_TOKEN }}\n`;
    expect(found(text, { '.github/dependabot.yml': 'version: 2\n' }).join()).toContain('`INDEX_TOKEN`');
  });
});
