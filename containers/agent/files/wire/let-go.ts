import type { Buffer } from 'node:buffer';

/**
 * Gives back the memory of bytes that nobody needs any more, where they are all that lies in it; they are empty then. Left to be
 * collected, it is looked for all over the heap for every few megabytes that go by, which costs more than all else that is done with them.
 */
export function letGo({ buffer, byteLength }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
