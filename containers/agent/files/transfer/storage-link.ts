import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import * as http from 'node:http';
import * as https from 'node:https';
import { AgentError } from '../../../../contract/agent/errors.ts';
import type { Clock } from '../../../../contract/clock.ts';

/** What storage can be asked for, by a URL that somebody else has signed. */
export interface StorageRequest {
  readonly url: string;
  /** The hosts that may be spoken to. */
  readonly hosts: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** An answer's end; of its body what may say why. */
export interface StorageAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

const silentMs = 60_000;
const maxBodyBytes = 16 * 1024;

/** The agent's way to storage: HTTPS, or the one socket to the outside. It follows no redirect. */
export class StorageLink implements Disposable {
  readonly #socketPath: string | undefined;
  readonly #clock: Clock;
  readonly #agents = {
    http: new http.Agent({ keepAlive: true, maxSockets: 16 }),
    https: new https.Agent({ keepAlive: true, maxSockets: 16 }),
  };

  constructor(socketPath: string | undefined, clock: Clock) {
    this.#socketPath = socketPath;
    this.#clock = clock;
  }

  /** Sends `length` bytes, piece by piece; `onWritten` is called when a piece is out of this process's memory. Rejects when the connection fails, and as `produce` does. */
  async put(
    request: StorageRequest,
    length: number,
    produce: (write: (piece: Buffer, onWritten?: () => void) => Promise<void>) => Promise<void>,
  ): Promise<StorageAnswer> {
    const sent = this.#open('PUT', request, { ...request.headers, 'content-length': String(length) });
    const over = new AbortController();
    const answered = answerTo(sent).finally(() => over.abort());
    const write = async (piece: Buffer, onWritten?: () => void) => {
      over.signal.throwIfAborted();
      if (!sent.write(piece, (error) => void (error ?? onWritten?.())))
        await once(sent, 'drain', { signal: over.signal });
    };
    const produced = produce(write).then(() => void sent.end());
    // An answer that comes before the body is whole is a refusal; one of the two tells.
    answered.catch(() => {});
    produced.catch(() => {});
    try {
      const answer = await Promise.race([answered, produced.then(() => answered)]);
      return { status: answer.statusCode ?? 0, headers: answer.headers, body: await beginningOf(answer) };
    } finally {
      over.abort();
      if (!sent.writableFinished) sent.destroy();
    }
  }

  /** Asks for bytes; the body is the caller's to read or to destroy. Rejects when the connection fails. */
  get(request: StorageRequest): Promise<http.IncomingMessage> {
    const sent = this.#open('GET', request, request.headers ?? {});
    sent.end();
    return answerTo(sent);
  }

  [Symbol.dispose](): void {
    this.#agents.http.destroy();
    this.#agents.https.destroy();
  }

  #open(
    method: 'GET' | 'PUT',
    { url, hosts, signal }: StorageRequest,
    headers: Readonly<Record<string, string>>,
  ): http.ClientRequest {
    const target = new URL(url);
    const plain = this.#socketPath !== undefined;
    assertAllowed(target, hosts, plain);
    const options: http.RequestOptions = {
      method,
      path: target.pathname + target.search,
      headers: { ...headers, host: target.host },
      agent: plain ? this.#agents.http : this.#agents.https,
      signal,
      ...(plain
        ? { socketPath: this.#socketPath }
        : { host: target.hostname, ...(target.port && { port: target.port }) }),
    };
    const sent = (plain ? http : https).request(options);
    endWhenSilent(sent, this.#clock);
    return sent;
  }
}

/** Ends a request over whose connection nothing goes, in either direction. */
function endWhenSilent(sent: http.ClientRequest, clock: Clock): void {
  let timer: Disposable | undefined;
  let seen = -1;
  const look = () => {
    const through = (sent.socket?.bytesRead ?? 0) + (sent.socket?.bytesWritten ?? 0);
    if (through === seen) return void sent.destroy(new Error(`storage said nothing for ${silentMs} ms`));
    seen = through;
    timer = clock.after(silentMs, look);
  };
  look();
  sent.once('close', () => timer?.[Symbol.dispose]());
}

// The agent's own credentials are to be had from a link-local address.
const nowhere = /^(169\.254\.|\[|localhost$)/;
const address = /^[\d.]+$/;

function assertAllowed({ protocol, host, hostname }: URL, hosts: readonly string[], byLink: boolean): void {
  const isForeign = !hosts.includes(host) || nowhere.test(hostname);
  // By a link whoever is at its other end decides where a host leads.
  if (!isForeign && (byLink || (protocol === 'https:' && !address.test(hostname)))) return;
  const rule = `expected https and one of ${hosts.join(', ')}`;
  throw new AgentError('invalid_request', `url: ${rule}`, { details: { field: 'url', value: host, rule } });
}

async function answerTo(sent: http.ClientRequest): Promise<http.IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
  sent.once('response', resolve).on('error', reject);
  return promise;
}

async function beginningOf(answer: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > maxBodyBytes) break;
  }
  return Buffer.concat(chunks).toString();
}
