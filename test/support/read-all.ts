import type { Readable } from 'node:stream';

/** All that comes until the end. Unlike `stream/consumers` it leaves a Duplex open for writing. */
export const readAll = (stream: Readable): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    stream.on('data', (piece: Buffer) => pieces.push(piece));
    stream.once('end', () => resolve(Buffer.concat(pieces)));
    stream.once('error', reject);
    stream.once('close', () => reject(new Error('closed before its end')));
  });
