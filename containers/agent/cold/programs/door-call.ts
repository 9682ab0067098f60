import type { Buffer } from 'node:buffer';
import { type IncomingMessage, request } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the door says when it doesn't do what it is asked. */
export class ColdError extends Error {
  readonly code: string;
  /** Whether the same may succeed in a moment. */
  readonly retry: boolean;

  constructor(code: string, message: string, retry = false, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.retry = retry;
  }
}

export interface DoorCall {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  readonly path: '/list' | '/stat' | '/file';
  readonly query: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Made anew for each attempt. */
  readonly body?: () => Readable;
}

export interface Door {
  readonly socketPath: string;
  /** The time limit of everything. */
  readonly signal: AbortSignal;
}

const attempts = 4;
const maxJsonBytes = 1024 * 1024;

/** Asks until it is answered, with waits in between where that may help. Rejects with ColdError, or the signal's reason. */
export async function retried<T>(door: Door, run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      door.signal.throwIfAborted();
      if (!(error instanceof ColdError && error.retry) || attempt === attempts) throw error;
      await sleep(250 * 2 ** attempt * (0.5 + Math.random()), undefined, { signal: door.signal });
    }
  }
}

/** One request, and its answer when it is a success; the body is the caller's to read. */
export async function callDoor({ socketPath, signal }: Door, call: DoorCall): Promise<IncomingMessage> {
  const path = `${call.path}?${new URLSearchParams(call.query)}`;
  const sent = request({ socketPath, method: call.method, path, headers: { host: 'cold', ...call.headers }, signal });
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  sent.on('response', resolve).on('error', (cause) => {
    reject(new ColdError('unreachable', `the door to cold files does not answer: ${cause.message}`, true, { cause }));
  });
  if (call.body) pipeline(call.body(), sent).catch(reject);
  else sent.end();
  const answer = await promise;
  if (answer.statusCode === 200 || answer.statusCode === 206) return answer;
  throw refusalOf(await readText(answer));
}

/** One request and its answer as JSON, tried again where that may help. */
export const askDoor = (door: Door, call: DoorCall): Promise<unknown> =>
  retried(door, async () => JSON.parse(await readText(await callDoor(door, call))));

async function readText(answer: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of answer as AsyncIterable<Buffer>) {
    text += piece;
    if (text.length > maxJsonBytes) throw new ColdError('garbage', `an answer of more than ${maxJsonBytes} bytes`);
  }
  return text;
}

function refusalOf(text: string): ColdError {
  try {
    const { code, message, details } = JSON.parse(text).error;
    return new ColdError(String(code), String(message), details?.retry === true);
  } catch (cause) {
    return new ColdError('garbage', 'the door to cold files answers what is no answer', true, { cause });
  }
}
