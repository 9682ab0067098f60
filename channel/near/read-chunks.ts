import type { ClientHttp2Stream } from 'node:http2';
import { ChannelError } from '../channel-error.ts';

/**
 * The pieces of an answer as they come, also of one that was whole before anybody read: Node's own iteration takes a stream that the
 * far end has closed for a broken one, whatever it still holds. Throws what broke the stream, or `connection_lost`.
 */
export async function* readChunks(stream: ClientHttp2Stream): AsyncGenerator<Buffer> {
  for (;;) {
    const chunk: Buffer | null = stream.read();
    if (chunk !== null) yield chunk;
    else if (stream.readableEnded) return;
    else if (stream.destroyed) throw stream.errored ?? new ChannelError('connection_lost', 'the answer was cut');
    else await changed(stream);
  }
}

/** Resolves when the stream has more to read, or will never have. */
function changed(stream: ClientHttp2Stream): Promise<void> {
  const events = ['readable', 'end', 'close', 'error'] as const;
  return new Promise((resolve) => {
    const done = () => {
      for (const event of events) stream.off(event, done);
      resolve();
    };
    for (const event of events) stream.on(event, done);
  });
}
