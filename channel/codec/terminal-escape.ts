// Makes bytes survive the terminal path of the exec agent. With `stty raw -echo` that path has two faults left: the
// character U+FFFD (EF BF BD) arrives as the single byte EF, and up to three last bytes that look like the start of a
// character are held until more output comes, or lost. So EF never goes through, and every burst ends in ASCII.
import { ChannelError } from '../channel-error.ts';

const esc = 0x1b;
const mangled = 0xef;
const escapedEscape = 0x65; // e
const escapedMangled = 0x6f; // o
const noOp = 0x2e; // .
const end = 0x7a; // z
const quit = 0x78; // x
const noOpBytes = Buffer.from([esc, noOp, noOp, noOp]);

/** Says that the stream is complete; a reader ignores what comes behind it. */
export const endBurst: Buffer = Buffer.from([esc, end, noOp, noOp]);

/** Ends the stream at once, in place of anything still to come: the reader's `push` throws `peer_quit`. */
export const quitBurst: Buffer = Buffer.from([esc, quit, noOp, noOp]);

/** The bytes as they go to the terminal: escaped, and closed by a no-op that pushes the last of them through. */
export function escapeBurst(bytes: Uint8Array): Buffer {
  const escaped = Buffer.allocUnsafe(bytes.length * 2 + noOpBytes.length);
  let length = 0;
  for (const byte of bytes) {
    if (byte === esc || byte === mangled) {
      escaped[length++] = esc;
      escaped[length++] = byte === esc ? escapedEscape : escapedMangled;
    } else escaped[length++] = byte;
  }
  length += noOpBytes.copy(escaped, length);
  return escaped.subarray(0, length);
}

/** Undoes `escapeBurst` on any split of the stream. */
export class Unescaper {
  /** How far into an escape the last push ended: 0 outside, 1 after its first byte, 2 and 3 inside a no-op. */
  #inside = 0;
  #ended = false;

  /** Whether the other side said that its stream is complete. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Throws `terminal_garbled` for an escape nobody writes, `peer_quit` when the other side gave the stream up. */
  push(bytes: Uint8Array): Buffer {
    const plain = Buffer.allocUnsafe(bytes.length);
    let length = 0;
    for (const byte of bytes) {
      if (this.#ended) break;
      if (this.#inside === 0 && byte !== esc) plain[length++] = byte;
      else {
        const meant = this.#escaped(byte);
        if (meant !== undefined) plain[length++] = meant;
      }
    }
    return plain.subarray(0, length);
  }

  #escaped(byte: number): number | undefined {
    const inside = this.#inside;
    this.#inside = 0;
    if (inside === 0) this.#inside = 1;
    else if (byte === noOp) this.#inside = (inside + 1) % 4;
    else if (inside === 1 && byte === escapedEscape) return esc;
    else if (inside === 1 && byte === escapedMangled) return mangled;
    else if (inside === 1 && byte === end) this.#ended = true;
    else if (inside === 1 && byte === quit) throw new ChannelError('peer_quit', 'the other side gave the stream up');
    else throw new ChannelError('terminal_garbled', `byte ${byte} follows an escape, must be one of "e", "o", "."`);
    return undefined;
  }
}
