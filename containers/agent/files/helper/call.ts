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
    if (kind === 'data') this.#pieces.push(payload);
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

  /** Sends bytes, as far as the agent has room. Rejects when the call is cancelled. */
  data(piece: Buffer): Promise<void> {
    return this.#send('data', piece);
  }

  /** Sends one thing of many, in the same way. */
  item(value: unknown): Promise<void> {
    return this.#send('item', Buffer.from(JSON.stringify(value)));
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
