import { get as getPlain, type IncomingMessage } from 'node:http';
import { get, type RequestOptions } from 'node:https';
import { rootCertificates } from 'node:tls';
import { gunzipSync } from 'node:zlib';
import { UserError, WeatherError } from '../../errors.ts';
import { limitOf } from '../../failure.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** How long one page may take: without a byte, and with all tries and waits together. */
export interface Patience {
  readonly idleMs: number;
  readonly totalMs: number;
}

export interface Asking {
  readonly headers: Readonly<Record<string, string>>;
  readonly certificate: string | undefined;
  readonly patience: Patience;
  readonly signal?: AbortSignal | undefined;
}

const LARGEST = 64 * 1024 * 1024;
const TRIES = 3;
const REDIRECTS = 5;
const SECONDS = 15;

/** Something that another try will not mend: said at once. */
class Hopeless extends Error {}

/** uv's own setting counts for us too. */
export function patienceOf({ UV_HTTP_TIMEOUT }: Readonly<Record<string, string | undefined>>): Patience {
  const asked = Number(UV_HTTP_TIMEOUT);
  const idleMs = 1000 * (asked > 0 && asked < 3600 ? asked : SECONDS);
  return { idleMs, totalMs: 3 * idleMs };
}

/** One GET with redirects. What may pass is tried again as long as there is time, then it is a WeatherError. */
export async function fetchText(url: string, asking: Asking): Promise<Answer> {
  const deadline = Date.now() + asking.patience.totalMs;
  const over = new AbortController();
  const late = setTimeout(() => over.abort(), asking.patience.totalMs);
  const signal = asking.signal ? AbortSignal.any([asking.signal, over.signal]) : over.signal;
  try {
    for (let attempt = 1; ; attempt++) {
      const { answer, error } = await attempted(url, { ...asking, signal });
      if (answer !== undefined && answer.status < 500 && answer.status !== 429) return answer;
      const wait = retryAfter(answer) ?? 150 * 4 ** attempt;
      const mayTryAgain = attempt < TRIES && !isHopeless(error) && Date.now() + wait < deadline;
      if (!mayTryAgain || signal.aborted) throw giveUp(answer, error, asking, signal);
      await pause(wait, signal);
    }
  } finally {
    clearTimeout(late);
  }
}

async function attempted(url: string, asking: Asking): Promise<{ readonly answer?: Answer; readonly error?: unknown }> {
  try {
    return { answer: await getOnce(addressOf(url), asking, REDIRECTS) };
  } catch (error) {
    const isOurs = /^(EMFILE|ENFILE|ENOMEM)$/.test(String((error as NodeJS.ErrnoException).code));
    if (isOurs) throw new WeatherError(limitOf(error) ?? '', { cause: error });
    if (error instanceof UserError) throw error;
    return { error };
  }
}

/** The address of an index is a setting: a wrong one is the user's to mend. */
function addressOf(url: string): URL {
  const address = URL.canParse(url) ? new URL(url) : undefined;
  if (address?.protocol === 'https:' || address?.protocol === 'http:') return address;
  const shown = url.replace(/\/\/[^/@\s]*@/g, '//');
  throw new UserError(
    `The index address \`${shown}\` cannot be used: it does not begin with https:// or http://. Check the index settings of uv and pip.`,
  );
}

function giveUp(answer: Answer | undefined, error: unknown, { patience }: Asking, signal: AbortSignal): WeatherError {
  const seconds = Math.round(patience.totalMs / 1000);
  const next = 'Try again later, or run with --offline to use what is cached.';
  if (answer === undefined && signal.aborted)
    return new WeatherError(`The package index did not answer in full within ${seconds} s. ${next}`);
  if (answer === undefined)
    return new WeatherError(`The package index did not answer: ${whyOf(error)}`, { cause: error });
  const wait = retryAfter(answer);
  const asked = wait === undefined ? '' : ` and asks to wait ${Math.ceil(wait / 1000)} s`;
  return new WeatherError(`The package index answered ${answer.status}${asked}. ${next}`);
}

function isHopeless(error: unknown): boolean {
  return error instanceof Hopeless || isUntrusted(error);
}

function isUntrusted(error: unknown): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS/.test((error as NodeJS.ErrnoException | undefined)?.code ?? '');
}

/** Seconds or a date, as milliseconds from now. */
function retryAfter(answer: Answer | undefined): number | undefined {
  const value = answer?.headers['retry-after'];
  if (typeof value !== 'string') return undefined;
  const seconds = /^\d+$/.test(value.trim()) ? 1000 * Number(value) : Date.parse(value) - Date.now();
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}

function whyOf(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (isUntrusted(error))
    return `its certificate is not trusted (${message.split(';')[0]}). Set SSL_CERT_FILE to the certificate of your authority, or pip's \`cert\`.`;
  const next =
    error instanceof Hopeless
      ? 'Check the index settings of uv and pip.'
      : 'Check the network, try again later, or run with --offline to use what is cached.';
  return `${code === 'ECONNRESET' ? 'the connection broke off' : message || code}. ${next}`;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}

function getOnce(address: URL, asking: Asking, redirects: number): Promise<Answer> {
  const { headers, certificate, patience, signal } = asking;
  return new Promise((resolve, reject) => {
    const options: RequestOptions = {
      headers: { 'accept-encoding': 'identity', ...headers },
      timeout: patience.idleMs,
      ...(signal && { signal }),
      ...(certificate && { ca: [...rootCertificates, certificate] }),
      ...(address.username && {
        auth: `${decodeURIComponent(address.username)}:${decodeURIComponent(address.password)}`,
      }),
    };
    const send = address.protocol === 'http:' ? getPlain : get;
    const request = send(address, options, (response) => {
      const { statusCode: status = 0, headers: answered } = response;
      if (answered.location !== undefined && status >= 300 && status < 400) {
        response.resume();
        return resolve(follow(answered.location, address, asking, redirects));
      }
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        chunks.push(chunk);
        if (size > LARGEST) request.destroy(new Hopeless('its answer is larger than 64 MiB'));
      });
      response.on('end', () => {
        try {
          resolve({ status, headers: answered, body: textOf(response, Buffer.concat(chunks)) });
        } catch {
          reject(new Error('its answer is damaged'));
        }
      });
      response.on('error', reject);
    });
    request.on('timeout', () => request.destroy(new Error(`nothing came for ${patience.idleMs / 1000} s`)));
    request.on('error', reject);
  });
}

async function follow(location: string, from: URL, asking: Asking, redirects: number): Promise<Answer> {
  if (redirects === 0) throw new Hopeless('it redirects in a circle');
  const next = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (next?.protocol !== 'https:' && next?.protocol !== 'http:') throw new Hopeless('it redirects to no address');
  return getOnce(next, asking, redirects - 1);
}

/** Some proxies pack whatever was asked for. */
function textOf({ headers }: IncomingMessage, body: Buffer): string {
  return (headers['content-encoding'] === 'gzip' ? gunzipSync(body, { maxOutputLength: LARGEST }) : body).toString();
}
