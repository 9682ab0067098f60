import type { Buffer } from 'node:buffer';

/**
 * Gives back the memory of a piece that nobody needs any more, where it is all that lies in it; the piece is empty then. To have it
 * collected costs as much as all else that is done with a body.
 */
export function letGo({ buffer, byteLength }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
