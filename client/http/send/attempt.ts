import { SandboxError } from '../../../contract/api/errors.ts';
import type { Connection } from '../../connection.ts';
import { authorize } from '../authorize.ts';
import type { HttpRequest } from '../request.ts';
import { cutAnswer, noAnswer } from './connection-fault.ts';
import { fetchBody } from './fetch-body.ts';

/** An answer whose body is still coming. Disposing of it lets go of the connection. */
export interface Answer extends Disposable {
  readonly status: number;
  readonly headers: Headers;
  /** The body's pieces as they come; can be read once. Throws `timed_out` after a silence, `connection_lost` on a cut. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/**
 * Sends a request once and resolves with the head of the answer, whatever its status.
 * Throws `unreachable` when it was never sent, `timed_out` when no head came in time, `bad_answer` where something else than HTTP is
 * spoken, `connection_lost` for other faults of the connection, and the reason of `signal` when that aborts, also while the body is read.
 */
export async function attempt(connection: Connection, request: HttpRequest, signal: AbortSignal): Promise<Answer> {
  const { clock, timeouts } = connection;
  const where = `${request.method} ${request.url.origin}${request.url.pathname}`;
  signal.throwIfAborted();
  const own = new AbortController();
  const relay = () => own.abort(signal.reason);
  signal.addEventListener('abort', relay, { once: true });

  const limited = async <T>(
    ms: number,
    message: string,
    fault: typeof noAnswer,
    work: () => Promise<T>,
  ): Promise<T> => {
    using _ = clock.after(ms, () => own.abort(new SandboxError('timed_out', message)));
    try {
      return await work();
    } catch (error) {
      own.signal.throwIfAborted();
      throw fault(where, error);
    }
  };
  const end = () => {
    signal.removeEventListener('abort', relay);
    own.abort();
  };

  try {
    const headers = await authorize(request, connection.credentials, clock);
    const { method } = request;
    const { headers: framing, ...sent } = fetchBody(request);
    const late = `${where} gave no answer in ${timeouts.answerMs} ms`;
    const response = await limited(timeouts.answerMs, late, noAnswer, () =>
      // A redirect would take the credentials to a place nobody named.
      connection.fetch(request.url, {
        method,
        headers: { ...headers, ...framing },
        ...sent,
        redirect: 'manual',
        signal: own.signal,
      }),
    );
    const silent = `${where} has been silent for ${timeouts.silenceMs} ms`;
    return {
      status: response.status,
      headers: response.headers,
      chunks: readChunks(response, (read) => limited(timeouts.silenceMs, silent, cutAnswer, read)),
      [Symbol.dispose]: end,
    };
  } catch (error) {
    end();
    throw error;
  }
}

type Limit = <T>(read: () => Promise<T>) => Promise<T>;

async function* readChunks(response: Response, limit: Limit): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (!reader) return;
  // Only the waiting is limited: the reader of the chunks may take its time.
  for (;;) {
    const { done, value } = await limit(() => reader.read());
    if (done) return;
    yield value;
  }
}
