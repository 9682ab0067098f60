/**
 * Gives back the memory of bytes that nobody needs any more, where the engine can; they are empty then. What waits to be collected is
 * looked for again and again, which costs more than to hash it.
 */
export function letGo({ buffer }: Uint8Array<ArrayBuffer>): void {
  if ('transfer' in buffer) buffer.transfer(0);
}
