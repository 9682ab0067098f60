import type { Buffer } from 'node:buffer';
import type { ServerResponse } from 'node:http';

/**
 * Writes an answer's pieces and ends it. The next piece is asked for while one is under way; the one before that has left by then, so
 * that its memory may be used again. Rejects when the caller goes.
 */
export async function writeOut(response: ServerResponse, pieces: AsyncIterable<Buffer>): Promise<void> {
  const gone = Promise.withResolvers<never>();
  gone.promise.catch(() => undefined);
  const onClose = () => gone.reject(new Error('the caller has gone'));
  response.once('close', onClose);
  if (response.destroyed) onClose();
  try {
    let before: Promise<void> = Promise.resolve();
    for await (const piece of pieces) {
      const written = new Promise<void>((resolve, reject) =>
        response.write(piece, (error) => (error ? reject(error) : resolve())),
      );
      written.catch(() => undefined);
      await Promise.race([before, gone.promise]);
      before = written;
    }
    await Promise.race([before, gone.promise]);
    response.end();
  } finally {
    response.off('close', onClose);
  }
}
