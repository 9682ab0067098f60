import { Buffer } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { letGo } from '../../files/wire/let-go.ts';

/** A whole body; undefined when it is longer than it may be. It lies in `place`, where that is given and has room for as much as there may be. Rejects when it breaks off. */
export async function readBounded(
  answer: IncomingMessage,
  mostBytes: number,
  place?: Buffer,
): Promise<Buffer | undefined> {
  const announced = Number(answer.headers['content-length'] ?? 0);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) return undefined;
    if (!place) {
      chunks.push(chunk);
      continue;
    }
    place.set(chunk, bytes - chunk.length);
    letGo(chunk);
  }
  if (bytes < announced) throw new Error(`the body broke off after ${bytes} of ${announced} bytes`);
  return place?.subarray(0, bytes) ?? Buffer.concat(chunks, bytes);
}
