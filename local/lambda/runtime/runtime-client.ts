import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { Socket } from 'node:net';

export interface Invocation {
  readonly requestId: string;
  /** JSON */
  readonly event: string;
  /** Milliseconds since the epoch, by the clock of this run. */
  readonly deadlineMs: number;
  readonly functionArn: string;
}

/** A failure in the form of the Runtime API. */
export interface ReportedError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly stackTrace: readonly string[];
}

const base = '/2018-06-01/runtime';

/** Speaks Lambda's Runtime API over a socket that this process has inherited, one request at a time. */
export class RuntimeClient {
  readonly #agent: Agent;

  /** `onClosed` runs when the other end is gone, which is when the service is. */
  constructor(descriptor: number, onClosed: () => void) {
    const socket = new Socket({ fd: descriptor, readable: true, writable: true });
    socket.on('close', onClosed);
    this.#agent = new Agent({ keepAlive: true, maxSockets: 1 });
    this.#agent.createConnection = () => socket;
  }

  /** Waits for the next event; the environment is frozen meanwhile. */
  async next(): Promise<Invocation> {
    const answer = await answerTo(this.#request('GET', '/invocation/next').end());
    const header = (name: string) => String(answer.headers[`lambda-runtime-${name}`]);
    return {
      requestId: header('aws-request-id'),
      deadlineMs: Number(header('deadline-ms')),
      functionArn: header('invoked-function-arn'),
      event: await textOf(answer),
    };
  }

  /** Opens the answer to an invocation; its trailers may still report a failure. */
  openResponse(requestId: string, headers: Record<string, string>): ClientRequest {
    return this.#request('POST', `/invocation/${requestId}/response`, headers);
  }

  async respond(requestId: string, value: unknown): Promise<void> {
    const sent = this.openResponse(requestId, { 'content-type': 'application/json' });
    await textOf(await answerTo(sent.end(JSON.stringify(value ?? null))));
  }

  async reportError(requestId: string, error: ReportedError): Promise<void> {
    await this.#report(`/invocation/${requestId}/error`, error);
  }

  async reportInitError(error: ReportedError): Promise<void> {
    await this.#report('/init/error', error);
  }

  async #report(path: string, error: ReportedError): Promise<void> {
    const headers = { 'content-type': 'application/json', 'lambda-runtime-function-error-type': error.errorType };
    await textOf(await answerTo(this.#request('POST', path, headers).end(JSON.stringify(error))));
  }

  #request(method: string, path: string, headers: Record<string, string> = {}): ClientRequest {
    return request({ agent: this.#agent, host: 'runtime', method, path: base + path, headers });
  }
}

/** The answer to a request, once its headers are there. */
export function answerTo(sent: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => sent.once('response', resolve).once('error', reject));
}

/** The whole body, which frees the connection for the next request. */
export async function textOf(answer: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += chunk;
  return text;
}

/** Whatever was thrown, as Lambda reports it. */
export function reportedError(error: unknown): ReportedError {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), stackTrace: [] };
  return {
    errorType: error.name,
    errorMessage: error.message,
    stackTrace: error.stack?.split('\n').slice(0, 64) ?? [],
  };
}
