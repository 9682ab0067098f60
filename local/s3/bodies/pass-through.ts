import type { Buffer } from 'node:buffer';
import { pipeline, Readable, type Transform } from 'node:stream';

/** What comes out of the last of these; without any, the source as it is. Rejects as the first of them that fails. */
export function passThrough(source: AsyncIterable<Buffer>, through: readonly Transform[]): AsyncIterable<Buffer> {
  const last = through.at(-1);
  if (last === undefined) return source;
  pipeline([Readable.from(source, { objectMode: false }), ...through], () => undefined);
  return last;
}
