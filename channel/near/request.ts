import { type ClientHttp2Session, type ClientHttp2Stream, constants, type IncomingHttpHeaders } from 'node:http2';
import { ChannelError } from '../channel-error.ts';
import type { Clock } from '../clock.ts';

/** A request of JSON, of bytes, or of nothing. */
export interface ChannelRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With its query. */
  readonly path: string;
  readonly body?: unknown;
  /** In the place of `body`. */
  readonly bytes?: Uint8Array;
}

export interface RequestOptions {
  readonly clock: Clock;
  readonly headersWithinMs: number;
  /** Gives the request up until it is answered; then the stream is the caller's to close. */
  readonly signal: AbortSignal;
}

/** An answer whose body is still to be read. */
export interface ChannelAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: ClientHttp2Stream;
}

/**
 * Sends a request through a channel and resolves with the head of its answer, whatever its status. Throws ChannelError:
 * `session_ended` when the channel is over before, `silent` when no answer begins in `headersWithinMs`, `connection_lost` when the
 * channel breaks, `session_closed` when the signal aborts.
 */
export async function sendRequest(
  http: ClientHttp2Session,
  request: ChannelRequest,
  { clock, headersWithinMs, signal }: RequestOptions,
): Promise<ChannelAnswer> {
  const body = open(http, request);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingHttpHeaders>();
  const give = (error: ChannelError) => {
    body.on('error', () => undefined);
    body.close(constants.NGHTTP2_CANCEL);
    reject(error);
  };
  const abort = () => give(new ChannelError('session_closed', 'the request was given up', { cause: signal.reason }));
  const lose = (cause?: unknown) =>
    give(new ChannelError('connection_lost', 'the channel broke before the answer', { cause }));
  using _late = clock.after(headersWithinMs, () =>
    give(new ChannelError('silent', `no answer in ${headersWithinMs} ms`)),
  );
  signal.addEventListener('abort', abort);
  body.once('error', lose).once('close', lose);
  body.once('response', resolve);
  body.end(bodyOf(request));
  if (signal.aborted) abort();
  try {
    const headers = await promise;
    return { status: Number(headers[':status']), headers, body };
  } finally {
    signal.removeEventListener('abort', abort);
    body.off('error', lose).off('close', lose);
  }
}

const bodyOf = ({ body, bytes }: ChannelRequest): Uint8Array | string | undefined =>
  bytes ?? (body === undefined ? undefined : JSON.stringify(body));

function open(http: ClientHttp2Session, { method, path, body }: ChannelRequest): ClientHttp2Stream {
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  try {
    const stream = http.request({ ':method': method, ':path': path, ...type });
    // Read from the start, without letting it flow: Node throws away what a stream brought that is closed before.
    stream.pause().read(0);
    return stream;
  } catch (cause) {
    throw new ChannelError('session_ended', 'the channel has ended', { cause });
  }
}
