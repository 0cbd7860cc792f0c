/** GitHub through octokit, with its plugins for retries and for the limits of its API. */
import { getOctokitOptions } from '@actions/github/lib/utils';

import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import { Octokit } from '@octokit/rest';
import { Refused, WeatherError } from '../../errors.ts';

export interface GitHubSettings {
  readonly token: string;
  /** `owner/name`. */
  readonly repository: string;
  /** Base address of the API: GitHub Enterprise servers have their own. */
  readonly apiUrl: string;
  readonly say: (line: string) => void;
  /** Who writes, where it is known: the token of an App does not tell. */
  readonly login?: string;
  /** The first wait before asking again; each further one is longer. */
  readonly retryMs?: number;
}

export type Client = InstanceType<typeof Octokit>;

/** Waiting longer than this for a limit to pass is not worth it: the report is an artifact anyway. */
const LONGEST_WAIT_S = 60;

export function octokit({ token, apiUrl, say, retryMs = 1000 }: GitHubSettings): Client {
  const Extended = Octokit.plugin(retry, throttling);
  const wait = (what: string) => (seconds: number, _options: object, _client: unknown, tries: number) => {
    say(`GitHub asks to wait ${seconds} s (${what})`);
    return seconds <= LONGEST_WAIT_S && tries < 2;
  };
  return new Extended({
    // Proxies of the runner are the toolkit's business.
    ...getOctokitOptions(token, { baseUrl: apiUrl }),
    userAgent: 'peft-sweep',
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    retry: { retryAfterBaseValue: retryMs },
    throttle: { onRateLimit: wait('rate limit'), onSecondaryRateLimit: wait('secondary rate limit') },
  });
}

/** Errors of octokit in our own words: refused where asking again would not help. */
export async function asked<Value>(ask: () => Promise<Value>): Promise<Value> {
  try {
    return await ask();
  } catch (error) {
    const { status, message } = error as { status?: number; message?: string };
    const text =
      String(message ?? error)
        .split('\n')[0]
        ?.replace(/ - https?:\/\/\S+$/, '')
        .slice(0, 200) ?? '';
    if (status !== undefined && status >= 400 && status < 500 && status !== 429)
      throw new Refused(`GitHub answered ${status}: ${text}`, status);
    throw new WeatherError(`GitHub did not answer: ${text}. Run the job again.`, { cause: error });
  }
}
