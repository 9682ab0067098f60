import { Buffer } from 'node:buffer';

/**
 * Memory for one thing after another: fresh pages, and taking them back, cost more than what is done with them. What failed
 * may still be written to, so that its space must not be used again.
 */
export class Space {
  #memory: Buffer = Buffer.alloc(0);

  /** Room for so many bytes, in the place of what was there. */
  of(bytes: number): Buffer {
    if (this.#memory.length < bytes) this.#memory = Buffer.allocUnsafeSlow(bytes);
    return this.#memory.subarray(0, bytes);
  }
}
