import { get as getPlain } from 'node:http';
import { get, type RequestOptions } from 'node:https';
import { rootCertificates } from 'node:tls';
import { WeatherError } from '../errors.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

const LARGEST = 64 * 1024 * 1024;
const TRIES = 3;

/** One GET with redirects. Server errors and broken connections are tried again, then a WeatherError. */
export async function fetchText(
  url: string,
  headers: Readonly<Record<string, string>>,
  certificate: string | undefined,
): Promise<Answer> {
  let last: unknown;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, 150 * 4 ** attempt));
    try {
      const answer = await getOnce(url, headers, certificate, 5);
      if (answer.status < 500 && answer.status !== 429) return answer;
      last = new Error(`the server answered ${answer.status}`);
    } catch (error) {
      last = error;
    }
  }
  const why = last instanceof Error ? last.message : String(last);
  throw new WeatherError(
    `The package index did not answer: ${why}. Try again later, or run with --offline to use what is cached.`,
    { cause: last },
  );
}

function getOnce(
  url: string,
  headers: Readonly<Record<string, string>>,
  certificate: string | undefined,
  redirects: number,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const address = new URL(url);
    const options: RequestOptions = {
      headers,
      timeout: 30_000,
      ...(certificate && { ca: [...rootCertificates, certificate] }),
      ...(address.username && {
        auth: `${decodeURIComponent(address.username)}:${decodeURIComponent(address.password)}`,
      }),
    };
    const send = address.protocol === 'http:' ? getPlain : get;
    const request = send(address, options, (response) => {
      const location = response.headers.location;
      if (location && (response.statusCode ?? 0) >= 300 && (response.statusCode ?? 0) < 400) {
        response.resume();
        if (redirects === 0) return reject(new Error('too many redirects'));
        return resolve(getOnce(new URL(location, address).href, headers, certificate, redirects - 1));
      }
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > LARGEST) request.destroy(new Error('the answer is larger than 64 MiB'));
        chunks.push(chunk);
      });
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
      response.on('error', reject);
    });
    request.on('timeout', () => request.destroy(new Error('no answer within 30 s')));
    request.on('error', reject);
  });
}
