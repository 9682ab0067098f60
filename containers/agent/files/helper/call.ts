import { Buffer } from 'node:buffer';
import type { Writable } from 'node:stream';
import { creditOf, creditPayload, type FrameKind, frameHead, windowBytes } from '../wire/frames.ts';
import { Window } from '../wire/window.ts';

const beatMs = 1_000;
// Less than the window: while these are worked on, the next ones come.
const togetherBytes = windowBytes / 2;

/** One call as an operation sees it: what comes in, what goes out, and whether anybody still wants it. */
export class Call {
  readonly #id: number;
  readonly #output: Writable;
  readonly #window = new Window();
  readonly #gone = new AbortController();
  readonly #pieces: Buffer[] = [];
  #filling: { readonly place: Buffer; nextAt: number } | undefined;
  #whole = false;
  #wake: (() => void) | undefined;
  #beatMs = Date.now();

  constructor(id: number, output: Writable) {
    this.#id = id;
    this.#output = output;
  }

  /** Aborts when the call is cancelled. */
  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  /** Takes a frame of the agent's. */
  hear(kind: FrameKind, payload: Buffer): void {
    if (kind === 'data') this.#hold(payload);
    else if (kind === 'end') this.#whole = true;
    else if (kind === 'credit') this.#window.give(creditOf(payload));
    else if (kind === 'cancel') this.#cancel();
    this.#wake?.();
  }

  /** What the agent sends, to its end. Throws when the call is cancelled before. */
  async *received(): AsyncGenerator<Buffer> {
    for await (const pieces of this.receivedTogether()) yield* pieces;
  }

  /** The same, with what has come by now at once, as far as that leaves room for more to come. */
  async *receivedTogether(): AsyncGenerator<readonly Buffer[]> {
    for (;;) {
      this.signal.throwIfAborted();
      const { pieces, bytes } = this.#arrived();
      if (pieces.length > 0) {
        yield pieces;
        this.#write('credit', creditPayload(bytes));
      } else if (this.#whole) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Takes the bytes that come next to their place, until it is full. Rejects when the call is cancelled or they end before. */
  async fill(place: Buffer): Promise<void> {
    this.#filling = { place, nextAt: this.#pieces.reduce((sum, { length }) => sum + length, 0) };
    for (let done = 0; done < place.length; ) {
      this.signal.throwIfAborted();
      const piece = this.#pieces.shift();
      if (piece) done += this.#take(piece, place, done);
      else if (this.#whole) throw new Error('the bytes ended early');
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    this.#filling = undefined;
  }

  /** Where bytes go that are to fill a place, so that they need not be moved there. */
  roomFor(kind: FrameKind, bytes: number): Buffer | undefined {
    if (kind !== 'data' || !this.#filling) return undefined;
    const { place, nextAt } = this.#filling;
    return nextAt + bytes <= place.length ? place.subarray(nextAt, nextAt + bytes) : undefined;
  }

  /** Sends bytes, as far as the agent has room. Rejects when the call is cancelled. */
  data(piece: Buffer): Promise<void> {
    return this.#send('data', piece);
  }

  /** Sends one thing of many, in the same way. */
  item(value: unknown): Promise<void> {
    return this.#send('item', Buffer.from(JSON.stringify(value)));
  }

  /** Waits until what was sent is out of this process's memory. */
  flushed(): Promise<void> {
    return new Promise((resolve) => this.#output.write('', () => resolve()));
  }

  /** Says that the work goes on, where nothing else says so; to be called at every step. Throws when the call is cancelled. */
  beat(): void {
    this.signal.throwIfAborted();
    if (Date.now() - this.#beatMs < beatMs) return;
    this.#beatMs = Date.now();
    this.#write('beat', Buffer.alloc(0));
  }

  end(kind: 'done' | 'failed', value: unknown): void {
    this.#write(kind, Buffer.from(JSON.stringify(value)));
    this.#window.close();
  }

  #hold(piece: Buffer): void {
    this.#pieces.push(piece);
    if (this.#filling) this.#filling.nextAt += piece.length;
  }

  /** Puts a piece where it belongs, unless it is there, and what there is no room for back. */
  #take(piece: Buffer, place: Buffer, at: number): number {
    const taken = piece.subarray(0, place.length - at);
    const isThere = piece.buffer === place.buffer && piece.byteOffset === place.byteOffset + at;
    if (!isThere) place.set(taken, at);
    if (taken.length < piece.length) this.#pieces.unshift(piece.subarray(taken.length));
    this.#write('credit', creditPayload(taken.length));
    return taken.length;
  }

  #arrived(): { readonly pieces: readonly Buffer[]; readonly bytes: number } {
    const pieces: Buffer[] = [];
    let bytes = 0;
    for (let piece = this.#pieces.shift(); piece; piece = bytes < togetherBytes ? this.#pieces.shift() : undefined) {
      pieces.push(piece);
      bytes += piece.length;
    }
    return { pieces, bytes };
  }

  async #send(kind: 'data' | 'item', payload: Buffer): Promise<void> {
    if (!(await this.#window.take(payload.length))) this.signal.throwIfAborted();
    this.#write(kind, payload);
  }

  #write(kind: FrameKind, payload: Buffer): void {
    this.#output.cork();
    this.#output.write(frameHead(kind, this.#id, payload.length));
    this.#output.write(payload);
    this.#output.uncork();
  }

  #cancel(): void {
    this.#gone.abort();
    this.#window.close();
  }
}
