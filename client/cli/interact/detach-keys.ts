const [carriageReturn, newline, tilde, dot] = [0x0d, 0x0a, 0x7e, 0x2e];

/** What of the typed bytes is for the command, and whether the person leaves. */
export interface Typed {
  readonly bytes: Uint8Array;
  readonly detached: boolean;
}

/**
 * Finds the way out of a raw terminal, as ssh has it: `~.` at the beginning of a line. `~~` is one `~`; any other `~` is as it is,
 * a moment later.
 */
export class DetachKeys {
  #atLineStart = true;
  #held = false;

  /** The rest after `~.` is dropped. */
  push(typed: Uint8Array): Typed {
    const bytes: number[] = [];
    for (const byte of typed) {
      if (this.#held) {
        this.#held = false;
        if (byte === dot) return { bytes: Uint8Array.from(bytes), detached: true };
        bytes.push(tilde);
        if (byte === tilde) continue;
      } else if (this.#atLineStart && byte === tilde) {
        this.#held = true;
        this.#atLineStart = false;
        continue;
      }
      bytes.push(byte);
      this.#atLineStart = byte === carriageReturn || byte === newline;
    }
    return { bytes: Uint8Array.from(bytes), detached: false };
  }
}
