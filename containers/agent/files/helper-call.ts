import { Buffer } from 'node:buffer';
import type { Clock } from '../../../contract/clock.ts';
import { fileError, helperLost } from './file-error.ts';
import {
  creditOf,
  creditPayload,
  type Frame,
  FrameError,
  type FrameKind,
  jsonOf,
  maxPayloadBytes,
  windowBytes,
} from './wire/frames.ts';
import { Window } from './wire/window.ts';

/** One thing that the helper sends before it is done. */
export type Sent =
  | { readonly kind: 'data'; readonly data: Buffer }
  | { readonly kind: 'item'; readonly value: unknown };

interface Options {
  readonly clock: Clock;
  /** `onWritten` is called once the payload is out of this process's memory. */
  readonly write: (kind: FrameKind, payload: Buffer, onWritten?: () => void) => void;
  /** Whether bytes are sent before there is an answer. */
  readonly takesBytes: boolean;
  /** Called when the helper owes an answer for too long, or gives one that is none. */
  readonly onFault: (cause: Error) => void;
}

// A frame takes room however little is in it. Nothing that the helper tells is as short as this makes the window's frames.
const maxFrames = windowBytes / 32;
const smallBytes = 4 * 1024;

/** How long the helper may be silent while it is its turn. It says every second that it works. */
export const silenceMs = 60_000;

/** One question to the helper. Nothing it answers is believed to be what it should be. */
export class HelperCall implements Disposable {
  readonly #options: Options;
  readonly #window = new Window();
  readonly #sent: Frame[] = [];
  #held = 0;
  #filling: { readonly place: Buffer; nextAt: number } | undefined;
  #end: { readonly result: unknown } | { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;
  #silence: Disposable | undefined;
  #sending: 'not now' | 'waits for room' | 'all is sent';

  constructor(options: Options) {
    this.#options = options;
    this.#sending = options.takesBytes ? 'not now' : 'all is sent';
    this.#expect();
  }

  /** Takes a frame of the helper's. Throws FrameError for one that can't be. */
  hear(frame: Frame): void {
    if (this.#end) return;
    const { kind, payload } = frame;
    if (kind === 'credit') this.#window.give(creditOf(payload));
    else if (kind === 'done') this.over({ result: jsonOf(payload) });
    else if (kind === 'failed') this.over({ error: fileError(jsonOf(payload)) });
    else if (kind === 'data' || kind === 'item') this.#hold(frame);
    else if (kind !== 'beat') throw new FrameError(`the helper says ${kind}`);
    this.#expect();
    this.#wake?.();
  }

  /** What the helper sends next; undefined once it is done. Rejects as it fails, with `helper_lost` when it dies. */
  async next(): Promise<Sent | undefined> {
    for (;;) {
      const frame = this.#sent.shift();
      if (frame) return this.#take(frame);
      if (this.#end) break;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    if ('error' in this.#end) throw this.#end.error;
    return undefined;
  }

  /** Takes the bytes that come to their place, until it is full. Rejects as `next`, with `helper_lost` for anything else that comes. */
  async fill(place: Buffer): Promise<void> {
    this.#filling = { place, nextAt: this.#held };
    for (let done = 0; done < place.length; ) {
      const sent = await this.next();
      if (sent?.kind !== 'data' || sent.data.length > place.length - done)
        throw helperLost(new Error('it sends what nobody asked for'));
      const { data } = sent;
      const isThere = data.buffer === place.buffer && data.byteOffset === place.byteOffset + done;
      if (!isThere) place.set(data, done);
      done += data.length;
    }
    this.#filling = undefined;
  }

  /** Where bytes go that are to fill a place, so that they need not be moved there. */
  roomFor(kind: FrameKind, bytes: number): Buffer | undefined {
    if (kind !== 'data' || !this.#filling) return undefined;
    const { place, nextAt } = this.#filling;
    return nextAt + bytes <= place.length ? place.subarray(nextAt, nextAt + bytes) : undefined;
  }

  /** The answer, once all that is sent has been taken. Rejects as `next`; with `helper_lost` when there is more to take. */
  async result(): Promise<unknown> {
    if ((await this.next()) !== undefined) throw helperLost(new Error('it sends what nobody asked for'));
    return this.#end && 'result' in this.#end ? this.#end.result : undefined;
  }

  /**
   * Sends bytes, as far as the helper has room; `onWritten` is called once they are out of this process's memory. Rejects when it has
   * failed already.
   */
  async send(data: Buffer, onWritten?: () => void): Promise<void> {
    const { length } = data;
    for (let from = 0; from < length; from += maxPayloadBytes) {
      const piece = data.subarray(from, from + maxPayloadBytes);
      const isLast = from + piece.length === length;
      this.#sending = 'waits for room';
      this.#expect();
      await this.#window.take(piece.length);
      this.#sending = 'not now';
      if (this.#end && 'error' in this.#end) throw this.#end.error;
      this.#options.write('data', piece, isLast ? onWritten : undefined);
      this.#expect();
    }
  }

  /** Says that the bytes are whole. */
  finish(): void {
    this.#options.write('end', Buffer.alloc(0));
    this.#sending = 'all is sent';
    this.#expect();
  }

  /** Ends it: what was asked for is nobody's any more. */
  [Symbol.dispose](): void {
    if (this.#end) return;
    this.#options.write('cancel', Buffer.alloc(0));
    this.over({ error: helperLost(new Error('it was not waited for')) });
  }

  /** The last word, the helper's or about it. */
  over(end: { readonly result: unknown } | { readonly error: unknown }): void {
    this.#end ??= end;
    this.#quiet();
    this.#window.close();
    this.#wake?.();
  }

  get isOver(): boolean {
    return this.#end !== undefined;
  }

  #hold({ kind, call, payload }: Frame): void {
    this.#held += payload.length;
    if (this.#filling) this.#filling.nextAt += payload.length;
    if (this.#held > windowBytes + maxPayloadBytes || this.#sent.length >= maxFrames)
      throw new FrameError('the helper sends more than there is room for');
    // A small one shares the memory of all that came with it.
    this.#sent.push({ kind, call, payload: payload.length < smallBytes ? Buffer.from(payload) : payload });
  }

  #take({ kind, payload }: Frame): Sent {
    this.#held -= payload.length;
    if (!this.#end) this.#options.write('credit', creditPayload(payload.length));
    this.#expect();
    return kind === 'data' ? { kind, data: payload } : { kind: 'item', value: this.#jsonOf(payload) };
  }

  #jsonOf(payload: Buffer): unknown {
    try {
      return jsonOf(payload);
    } catch (error) {
      const cause = new Error('it answers what is no JSON', { cause: error });
      this.#options.onFault(cause);
      throw helperLost(cause);
    }
  }

  // It is the helper's turn unless it waits for us: for bytes, or for room.
  #expect(): void {
    this.#quiet();
    if (this.#end || this.#sent.length > 0 || this.#sending === 'not now') return;
    const late = () => this.#options.onFault(new Error('it says nothing any more'));
    this.#silence = this.#options.clock.after(silenceMs, late);
  }

  #quiet(): void {
    this.#silence?.[Symbol.dispose]();
    this.#silence = undefined;
  }
}
