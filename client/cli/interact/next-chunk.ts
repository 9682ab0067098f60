import type { Readable } from 'node:stream';

const events = ['readable', 'end', 'close', 'error'] as const;

/**
 * All that has come in since the last time, in one piece; undefined at the end. What is typed while a piece is on its way is so sent
 * together. Throws the reason of the signal, and the stream's own error.
 */
export async function nextChunk(input: Readable, signal: AbortSignal): Promise<Uint8Array | undefined> {
  for (;;) {
    signal.throwIfAborted();
    const chunk: Uint8Array | string | null = input.read();
    if (chunk !== null) return typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk;
    if (input.errored) throw input.errored;
    if (input.readableEnded || input.destroyed) return undefined;
    await new Promise<void>((resolve) => {
      const done = () => {
        for (const event of events) input.off(event, done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      for (const event of events) input.once(event, done);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
