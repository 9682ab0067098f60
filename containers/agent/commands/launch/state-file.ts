import { Buffer } from 'node:buffer';
import { closeSync, constants, openSync, readSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';

let count = 0;

/**
 * Where a command leaves something for the agent: a file without a name, written by the command and read here. Neither end can
 * keep the other waiting, and a process that holds it longer holds nothing up.
 */
export class StateFile implements Disposable {
  readonly #reading: number;
  /** For the command to write; closed by whoever has started it. */
  readonly writing: number;

  /** `folder` is root's. Throws what the disk says. */
  constructor(folder: string) {
    const path = join(folder, `state-${count++}`);
    const { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_WRONLY } = constants;
    this.writing = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL, 0o600);
    try {
      this.#reading = openSync(path, O_RDONLY);
    } catch (cause) {
      closeSync(this.writing);
      throw cause;
    } finally {
      unlinkSync(path);
    }
  }

  /** What is in it; undefined when that is more than `maxBytes`. */
  read(maxBytes: number): Buffer | undefined {
    const buffer = Buffer.alloc(maxBytes + 1);
    let length = 0;
    for (let got = 1; got > 0 && length < buffer.length; length += got) {
      got = readSync(this.#reading, buffer, length, buffer.length - length, length);
    }
    return length > maxBytes ? undefined : buffer.subarray(0, length);
  }

  [Symbol.dispose](): void {
    closeSync(this.#reading);
  }
}
