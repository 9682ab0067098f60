// What the agent and its helper say to each other over two pipes: frames of length (4, big-endian), kind (1), call (4,
// big-endian) and payload. `open`, `item`, `done` and `failed` carry JSON, `credit` a number of bytes, `data` bytes.

import { Buffer } from 'node:buffer';

const kinds = { open: 1, data: 2, end: 3, credit: 4, cancel: 5, item: 6, done: 7, failed: 8, beat: 9 } as const;
export type FrameKind = keyof typeof kinds;

const names = new Map<number, FrameKind>(Object.entries(kinds).map(([name, code]) => [code, name as FrameKind]));
const headerBytes = 9;

/** The most a payload may hold. */
export const maxPayloadBytes = 256 * 1024;
/** How much of one call, either way, may be under way and not yet taken: `data` and `item` payloads together. */
export const windowBytes = 4 * maxPayloadBytes;

export interface Frame {
  readonly kind: FrameKind;
  /** Which call it belongs to; the agent numbers them. */
  readonly call: number;
  readonly payload: Buffer;
}

/** Bytes that are no frames. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/** The head of a frame, to be followed by its payload. Throws FrameError when that is too large. */
export function frameHead(kind: FrameKind, call: number, payloadBytes: number): Buffer {
  if (payloadBytes > maxPayloadBytes)
    throw new FrameError(`payload is ${payloadBytes} bytes, at most ${maxPayloadBytes}`);
  const head = Buffer.allocUnsafe(headerBytes);
  head.writeUInt32BE(payloadBytes, 0);
  head.writeUInt8(kinds[kind], 4);
  head.writeUInt32BE(call, 5);
  return head;
}

/** The payload of a `credit`. */
export function creditOf(payload: Buffer): number {
  if (payload.length !== 4) throw new FrameError(`a credit has ${payload.length} bytes, expected 4`);
  return payload.readUInt32BE();
}

/** A `credit`'s payload. */
export function creditPayload(bytes: number): Buffer {
  const payload = Buffer.allocUnsafe(4);
  payload.writeUInt32BE(bytes);
  return payload;
}

/** JSON of a payload. Throws FrameError. */
export function jsonOf(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString());
  } catch (cause) {
    throw new FrameError('a payload is not JSON', { cause });
  }
}

/** Where a payload is to lie that comes in many chunks; undefined where that is all the same. */
export type RoomFor = (kind: FrameKind, call: number, bytes: number) => Buffer | undefined;

/** Cuts a byte stream, however it is split, into frames. Holds at most one of them. Throws FrameError. */
export class FrameReader {
  readonly #roomFor: RoomFor;
  readonly #onCopied: (chunk: Buffer) => void;
  readonly #head = Buffer.alloc(headerBytes);
  #headFilled = 0;
  /** A frame whose payload has begun; it is filled in place, so that no byte is copied twice. */
  #begun: Frame | undefined;
  #filled = 0;

  /** `onCopied` is called with each chunk whose memory no frame shares. */
  constructor(roomFor: RoomFor = () => undefined, onCopied: (chunk: Buffer) => void = () => {}) {
    this.#roomFor = roomFor;
    this.#onCopied = onCopied;
  }

  /** The frames that are whole with this chunk; a payload that lies in it as a whole shares its memory. */
  *push(chunk: Buffer): Generator<Frame> {
    let rest = chunk;
    let isShared = false;
    for (;;) {
      if (this.#begun) {
        const { payload } = this.#begun;
        const copied = rest.copy(payload, this.#filled);
        this.#filled += copied;
        rest = rest.subarray(copied);
        if (this.#filled < payload.length) break;
        const whole = this.#begun;
        this.#begun = undefined;
        yield whole;
      }
      const copied = rest.copy(this.#head, this.#headFilled);
      this.#headFilled += copied;
      rest = rest.subarray(copied);
      if (this.#headFilled < headerBytes) break;
      this.#headFilled = 0;
      const { length, kind, call } = readHead(this.#head);
      if (rest.length < length) {
        this.#begun = { kind, call, payload: this.#roomFor(kind, call, length) ?? Buffer.allocUnsafe(length) };
        this.#filled = 0;
        continue;
      }
      const payload = rest.subarray(0, length);
      rest = rest.subarray(length);
      isShared ||= length > 0;
      yield { kind, call, payload };
    }
    if (!isShared) this.#onCopied(chunk);
  }
}

function readHead(head: Buffer): { readonly length: number; readonly kind: FrameKind; readonly call: number } {
  const length = head.readUInt32BE(0);
  const kind = names.get(head.readUInt8(4));
  if (kind === undefined) throw new FrameError(`frame of unknown kind ${head.readUInt8(4)}`);
  if (length > maxPayloadBytes) throw new FrameError(`payload is ${length} bytes, at most ${maxPayloadBytes}`);
  return { length, kind, call: head.readUInt32BE(5) };
}
