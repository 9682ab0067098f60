// Before `attach` speaks, the terminal may carry a message of the day, a complaint of stty, anything. The hello says where
// that ends; both directions start their terminal codec right behind it.
import { ChannelError } from '../channel-error.ts';

/** An application program command: a terminal that a person looks at doesn't show it. Plain ASCII, so no path changes it. */
export const hello: Buffer = Buffer.from('\x1b_matrx-channel/1\x1b\\');

/** How much may stand before the hello. */
export const maxNoiseBytes = 4096;

/** Finds the hello in whatever the terminal carried first, on any split. */
export class HelloFinder {
  #seen: Buffer = Buffer.alloc(0);

  /**
   * What follows the hello once it is there, undefined before that.
   * Throws `no_hello`, with the start of what came instead, after `maxNoiseBytes` without one.
   */
  push(bytes: Uint8Array): Buffer | undefined {
    const room = maxNoiseBytes + hello.length - this.#seen.length;
    const seen = Buffer.concat([this.#seen, bytes.subarray(0, room)]);
    const start = seen.indexOf(hello);
    if (start >= 0) {
      const used = start + hello.length - this.#seen.length;
      return Buffer.from(bytes.subarray(used));
    }
    this.#seen = seen;
    if (bytes.length >= room) {
      const excerpt = JSON.stringify(seen.toString('latin1', 0, 200));
      throw new ChannelError('no_hello', `the first ${maxNoiseBytes} bytes hold no hello, they start with ${excerpt}`);
    }
    return undefined;
  }
}
