import type { Clock } from '../../../contract/clock.ts';
import type { Terminal } from '../../engines/engine.ts';
import type { Pace } from '../data-channel/pace.ts';
import { OutputCut } from './output-cut.ts';

/** What may lie here between two reads; beyond it the terminal is not emptied, so what runs in it has to wait. */
const maxBufferedBytes = 64 * 1024;

/** Reads a terminal as the exec agent does: late at first, then a little at a time, each read cut and followed by a pause. */
export class TerminalReader implements Disposable {
  /** Settles when everything the terminal printed has been read. */
  readonly finished: Promise<void>;
  readonly #terminal: Terminal;
  readonly #clock: Clock;
  readonly #pace: Pace;
  readonly #onRead: (bytes: Buffer) => void;
  readonly #finished = Promise.withResolvers<void>();
  readonly #cut = new OutputCut();
  readonly #buffered: Buffer[] = [];
  #bufferedBytes = 0;
  #ended = false;
  #held = false;
  #disposed = false;
  /** Set while it must not read: in the silence at the start, and in the pause after each read. */
  #waiting: Disposable | undefined;

  constructor(terminal: Terminal, clock: Clock, pace: Pace, onRead: (bytes: Buffer) => void) {
    this.#terminal = terminal;
    this.#clock = clock;
    this.#pace = pace;
    this.#onRead = onRead;
    this.finished = this.#finished.promise;
    terminal.pause();
    terminal.onData((chunk) => this.#take(chunk));
    void terminal.exited.then(() => {
      this.#ended = true;
      this.#read();
    });
    if (pace.silenceMs > 0) this.#wait(pace.silenceMs);
    else terminal.resume();
  }

  /** Stops reading until `release`. */
  hold(): void {
    this.#held = true;
    this.#terminal.pause();
  }

  release(): void {
    this.#held = false;
    this.#read();
  }

  /** What the terminal still prints is dropped. */
  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#waiting?.[Symbol.dispose]();
    this.#finished.resolve();
  }

  #take(chunk: Buffer): void {
    if (this.#disposed) return;
    this.#buffered.push(chunk);
    this.#bufferedBytes += chunk.length;
    if (this.#bufferedBytes >= maxBufferedBytes) this.#terminal.pause();
    this.#read();
  }

  #read(): void {
    if (this.#waiting || this.#held || this.#disposed) return;
    const bytes = this.#next();
    if (this.#bufferedBytes < maxBufferedBytes) this.#terminal.resume();
    if (!bytes) {
      if (this.#ended) this.#finished.resolve();
      return;
    }
    this.#wait(this.#pace.readPauseMs);
    const out = this.#cut.push(bytes);
    if (out.length > 0) this.#onRead(out);
  }

  #wait(ms: number): void {
    this.#waiting = this.#clock.after(ms, () => {
      this.#waiting = undefined;
      this.#read();
    });
  }

  /** At most one read's worth of what is there, copied only where it comes in several pieces. */
  #next(): Buffer | undefined {
    const pieces: Buffer[] = [];
    let room = this.#pace.readBytes;
    for (let first = this.#buffered[0]; first && room > 0; first = this.#buffered[0]) {
      const piece = first.subarray(0, room);
      if (piece.length === first.length) this.#buffered.shift();
      else this.#buffered[0] = first.subarray(piece.length);
      pieces.push(piece);
      room -= piece.length;
    }
    this.#bufferedBytes -= this.#pace.readBytes - room;
    return pieces.length > 1 ? Buffer.concat(pieces) : pieces[0];
  }
}
