import { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';
import type * as z from 'zod';
import { AgentError } from '../../../../contract/agent/errors.ts';
import type { StdinState, WriteStdin } from '../../../../contract/api/commands/command-control.ts';
import { limits } from '../../../../contract/api/limits.ts';

/**
 * The open standard input of a command, addressed by byte offset, so that what was written twice is taken once. A command that
 * doesn't read is no trouble: what waits for it is bounded, and goes with it.
 */
export class CommandInput {
  readonly #pipe: Socket;
  #taken = 0;
  #eof = false;
  #closed = false;

  /** `pipe` ends with the input; `first` is what the command reads before all that is written. */
  constructor(pipe: Socket, first: Uint8Array | 'pipe' | undefined) {
    this.#pipe = pipe;
    // The command closed its end, or has ended: nobody will read what is left.
    pipe.on('error', () => {}).once('close', () => (this.#closed = true));
    if (first && first !== 'pipe') this.#take(first);
  }

  get state(): z.infer<typeof StdinState> {
    return { offset: this.#taken, eof: this.#eof };
  }

  /**
   * Takes all of the bytes that are new, or none. Throws `conflict` for a gap, or for new bytes after the end of the input or of
   * its reader, and `input_full` while too much waits to be read; `details.value` is what has been taken so far.
   */
  write({ data, offset = this.#taken, eof }: z.infer<typeof WriteStdin>): z.infer<typeof StdinState> {
    const bytes = Buffer.from(data, 'base64');
    if (offset > this.#taken) {
      throw this.#refuse('conflict', `bytes are missing before offset ${offset}: ${this.#taken} have been taken`);
    }
    const fresh = bytes.subarray(this.#taken - offset);
    if (fresh.length > 0) this.#take(fresh);
    if (eof) this.end();
    return this.state;
  }

  /** Says that nothing will follow. */
  end(): void {
    if (this.#eof) return;
    this.#eof = true;
    this.#pipe.end();
  }

  /** Forgets what waits. */
  [Symbol.dispose](): void {
    this.#closed = true;
    this.#pipe.destroy();
  }

  #take(bytes: Uint8Array): void {
    if (this.#eof || this.#closed) throw this.#refuse('conflict', 'the standard input of the command is closed');
    if (this.#pipe.writableLength + bytes.length > limits.stdinWaitingBytes) {
      throw this.#refuse('input_full', `the command has not yet read ${this.#pipe.writableLength} bytes`);
    }
    this.#taken += bytes.length;
    this.#pipe.write(bytes);
  }

  #refuse(code: 'conflict' | 'input_full', message: string): AgentError {
    const rule =
      code === 'conflict'
        ? 'expected bytes that follow what has been taken, while the input is open'
        : `expected at most ${limits.stdinWaitingBytes} bytes that the command has not read`;
    return new AgentError(code, message, { details: { field: 'offset', value: String(this.#taken), rule } });
  }
}
