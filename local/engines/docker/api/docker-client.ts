import { type ClientRequest, type IncomingMessage, type RequestOptions, request } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DockerError } from './docker-error.ts';
import { readAnswer } from './read-answer.ts';

type Query = Readonly<Record<string, string | number | boolean>>;

/** A request's parts beside its method and path. */
interface Message {
  readonly query?: Query;
  /** Sent as JSON. */
  readonly body?: object;
  /** How long an answer may take; `Infinity` for one that comes when something happens. */
  readonly timeoutMs?: number;
}

const usualTimeoutMs = 60_000;

/**
 * Docker's HTTP API over the engine's Unix socket. Paths carry no version: an engine answers them by the newest one it
 * has, and what is used here has been the same since 20.10.
 */
export class DockerClient {
  readonly #socketPath: string;

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  /** Answers the body, `undefined` where there is none. Throws DockerError, or the socket's error when no engine answers. */
  async call<T = undefined>(
    method: 'GET' | 'HEAD' | 'POST' | 'DELETE',
    path: string,
    message: Message = {},
  ): Promise<T> {
    const { body, timeoutMs = usualTimeoutMs } = message;
    const sent = this.#request(method, path, message, timeoutMs);
    const answered = answer(sent);
    sent.end(body && JSON.stringify(body));
    const text = await readAnswer(await answered);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  /** Answers a response that goes on for long. Rejects as `call` does. */
  stream(path: string, query: Query): Promise<IncomingMessage> {
    const sent = this.#request('POST', path, { query }, Number.POSITIVE_INFINITY);
    sent.end();
    return answer(sent);
  }

  /** Sends a tar archive; answers the response, which may go on for long. Rejects as `call` does. */
  async upload(method: 'PUT' | 'POST', path: string, archive: Readable, query: Query = {}): Promise<IncomingMessage> {
    const sent = this.#request(method, path, { query }, Number.POSITIVE_INFINITY, {
      'content-type': 'application/x-tar',
    });
    let broken: unknown;
    const sending = pipeline(archive, sent).catch((error: unknown) => {
      broken = error;
    });
    try {
      return await answer(sent);
    } catch (error) {
      // An engine that refuses stops reading, and its word counts; an archive that broke off explains the rest.
      if (error instanceof DockerError) throw error;
      await sending;
      throw broken ?? error;
    }
  }

  /** Turns a request's connection into raw bytes, both ways. Rejects as `call` does. */
  async hijack(path: string, message: Message = {}): Promise<Duplex> {
    const sent = this.#request('POST', path, message, usualTimeoutMs, { connection: 'Upgrade', upgrade: 'tcp' });
    const upgraded = new Promise<Duplex>((resolve) => {
      sent.once('upgrade', (_response, socket, head) => {
        socket.setTimeout(0);
        if (head.length > 0) socket.unshift(head);
        resolve(socket);
      });
    });
    const refused = answer(sent).then(async (response) => {
      throw new DockerError(response.statusCode ?? 0, `${path} was answered without a connection`);
    });
    sent.end(JSON.stringify(message.body ?? {}));
    return Promise.race([upgraded, refused]);
  }

  #request(
    method: string,
    path: string,
    { query = {}, body }: Message,
    timeoutMs: number,
    headers: object = {},
  ): ClientRequest {
    const words = new URLSearchParams(
      Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
    );
    const options: RequestOptions = {
      socketPath: this.#socketPath,
      // A connection of its own for each request: one kept from before a restart of the engine would fail the next one.
      agent: false,
      method,
      path: `${path}?${words}`,
      headers: { host: 'docker', ...(body && { 'content-type': 'application/json' }), ...headers },
    };
    const sent = request(options);
    if (timeoutMs !== Number.POSITIVE_INFINITY) {
      sent.setTimeout(timeoutMs, () => sent.destroy(new Error(`${method} ${path} got no answer in ${timeoutMs} ms`)));
    }
    return sent;
  }
}

/** The response of a request that was granted. */
function answer(sent: ClientRequest): Promise<IncomingMessage> {
  const response = new Promise<IncomingMessage>((resolve, reject) =>
    sent.once('response', resolve).on('error', reject),
  );
  return response.then(async (granted) => {
    const status = granted.statusCode ?? 0;
    if (status < 400) return granted;
    const text = await readAnswer(granted);
    throw new DockerError(status, messageOf(text));
  });
}

function messageOf(text: string): string {
  try {
    return String((JSON.parse(text) as { message?: unknown }).message ?? text);
  } catch {
    return text;
  }
}
