/** Every payload that GitHub publishes as an example, through the reader of events. */
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { readEvent } from '../../src/event/event.ts';

interface Examples {
  readonly name: string;
  readonly examples: readonly unknown[];
}

const webhooks = createRequire(import.meta.url)('@octokit/webhooks-examples') as readonly Examples[];
const PAYLOADS = webhooks.flatMap(({ name, examples }) =>
  examples.map((payload, index): [string, string, unknown] => [name, `${name} ${index}`, payload]),
);
/** Events that a workflow of ours can be started by, and what they come to with the published examples. */
const ASKED: Readonly<Record<string, readonly string[]>> = {
  pull_request: ['pull', 'nothing'],
  issue_comment: ['slash', 'nothing'],
  workflow_run: ['run', 'nothing'],
  workflow_dispatch: ['manual'],
  merge_group: ['queue', 'nothing'],
};

describe('the payloads that GitHub publishes', () => {
  it('are all there', () => {
    expect(PAYLOADS).toHaveLength(329);
  });

  it.each(PAYLOADS)('of %s never throw, and ask for something only where they may', (name, _title, payload) => {
    const event = readEvent(name, payload);
    expect(ASKED[name] ?? ['nothing']).toContain(event.kind);
    if (event.kind === 'nothing') expect(event.why).toMatch(/^[A-Z].*\.$/);
  });

  it.each(PAYLOADS.filter(([name]) => name === 'pull_request'))(
    'of %s name their pull request, unless it is closed',
    (name, _title, payload) => {
      const { action, number } = payload as { action: string; number: number };
      expect(readEvent(name, payload)).toEqual(
        action === 'closed' ? { kind: 'nothing', why: 'The pull request is closed.' } : { kind: 'pull', number },
      );
    },
  );

  it('survive having any part of them replaced', () => {
    for (const [name, , payload] of PAYLOADS)
      for (const key of Object.keys(payload as object))
        for (const junk of [null, 0, '', [], { __proto__: null }, 'x'.repeat(1000)])
          expect(() => readEvent(name, { ...(payload as object), [key]: junk })).not.toThrow();
  });
});
