import type { ServerHttp2Stream } from 'node:http2';
import { AgentError } from '../../../../contract/agent/errors.ts';

/** A body's bytes. Throws `invalid_request` when it breaks off: what came of it is no body. */
export async function* receivedBytes(stream: ServerHttp2Stream): AsyncGenerator<Buffer> {
  try {
    // The stream outlives a refusal, which is answered on it.
    yield* stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  } catch (cause) {
    throw brokeOff(cause);
  }
  if (stream.aborted || stream.rstCode) throw brokeOff();
}

const brokeOff = (cause?: unknown): AgentError =>
  new AgentError('invalid_request', 'the body broke off', {
    details: { field: 'body', rule: 'expected a whole body' },
    cause,
  });
