import { Writable } from 'node:stream';

/** A way to write into a stream, and end it, whose own destruction leaves what was written to be read, as a terminal's does. */
export const writeEnd = (into: Writable): Writable =>
  new Writable({
    write: (bytes, _encoding, done) => void into.write(bytes, done),
    final: (done) => void into.end(done),
  });
