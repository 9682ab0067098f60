import { Buffer } from 'node:buffer';
import * as http from 'node:http';
import * as https from 'node:https';
import type { Clock } from '../../../contract/clock.ts';
import { LinkError } from './link-error.ts';

export interface LinkRequest {
  readonly method: 'GET' | 'POST' | 'HEAD' | 'DELETE';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface LinkAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

// An assignment with its whole environment is the largest answer there is.
const maxAnswerBytes = 256 * 1024;

/** The agent's way out: plain HTTP(S), or everything through one Unix socket with its Host header as it is. */
export class Link {
  readonly #socketPath: string | undefined;
  readonly #clock: Clock;
  readonly #agents: { readonly http: http.Agent; readonly https: https.Agent };

  constructor(socketPath: string | undefined, clock: Clock) {
    this.#socketPath = socketPath;
    this.#clock = clock;
    const pool = { keepAlive: true, maxSockets: 4, timeout: 30_000 };
    this.#agents = { http: new http.Agent(pool), https: new https.Agent(pool) };
  }

  /**
   * One request and its whole answer, whatever its status; over a kept connection that turns out to be closed it is sent
   * again, so it has to be one that may be repeated. Rejects with LinkError `network`, `timeout` or `garbage` (an
   * answer too large to be one), or with the signal's reason.
   */
  async send(request: LinkRequest): Promise<LinkAnswer> {
    const limit = new AbortController();
    using _ = this.#clock.after(request.timeoutMs, () => limit.abort());
    const signals = request.signal ? [limit.signal, request.signal] : [limit.signal];
    try {
      return await this.#exchange(request, AbortSignal.any(signals));
    } catch (cause) {
      if (request.signal?.aborted) throw request.signal.reason;
      if (cause instanceof LinkError) throw cause;
      const host = request.url.host;
      if (limit.signal.aborted) {
        throw new LinkError('timeout', `${host} did not answer in ${request.timeoutMs} ms`, { cause });
      }
      throw new LinkError('network', `${host} can't be reached`, { cause });
    }
  }

  [Symbol.dispose](): void {
    this.#agents.http.destroy();
    this.#agents.https.destroy();
  }

  async #exchange(request: LinkRequest, signal: AbortSignal): Promise<LinkAnswer> {
    const { method, url, headers, body } = request;
    const secure = url.protocol === 'https:' && this.#socketPath === undefined;
    const options: http.RequestOptions = {
      method,
      headers: { host: url.host, ...headers, 'content-length': String(Buffer.byteLength(body ?? '')) },
      agent: secure ? this.#agents.https : this.#agents.http,
      path: url.pathname + url.search,
      signal,
      ...(this.#socketPath === undefined
        ? { host: url.hostname, ...(url.port && { port: url.port }) }
        : { socketPath: this.#socketPath }),
    };
    const sent = (secure ? https : http).request(options);
    const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
    sent.once('response', resolve).once('error', reject).end(body);
    let answer: http.IncomingMessage;
    try {
      answer = await promise;
    } catch (cause) {
      // The other side had closed a kept connection: that says nothing about whether it can be reached.
      if (sent.reusedSocket && !signal.aborted) return this.#exchange(request, signal);
      throw cause;
    }
    return { status: answer.statusCode ?? 0, headers: answer.headers, body: await readAnswer(answer) };
  }
}

async function readAnswer(answer: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxAnswerBytes) throw new LinkError('garbage', `an answer is larger than ${maxAnswerBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
