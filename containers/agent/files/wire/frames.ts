// What the agent and its helper say to each other over two pipes: frames of length (4, big-endian), kind (1), call (4,
// big-endian) and payload. `open`, `item`, `done` and `failed` carry JSON, `credit` a number of bytes, `data` bytes.

import { Buffer } from 'node:buffer';

const kinds = { open: 1, data: 2, end: 3, credit: 4, cancel: 5, item: 6, done: 7, failed: 8, beat: 9 } as const;
export type FrameKind = keyof typeof kinds;

const names = new Map<number, FrameKind>(Object.entries(kinds).map(([name, code]) => [code, name as FrameKind]));
const headerBytes = 9;

/** The most a payload may hold. */
export const maxPayloadBytes = 256 * 1024;
/** How large pieces of a file are. */
export const pieceBytes = 64 * 1024;
/** How much of one call, either way, may be under way and not yet taken: `data` and `item` payloads together. */
export const windowBytes = 512 * 1024;

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

/** Cuts a byte stream, however it is split, into frames. Holds at most one of them. Throws FrameError. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  /** The frames that are whole with this chunk; payloads share its memory. */
  *push(chunk: Buffer): Generator<Frame> {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= headerBytes) {
      const length = this.#rest.readUInt32BE(0);
      const kind = names.get(this.#rest.readUInt8(4));
      if (kind === undefined) throw new FrameError(`frame of unknown kind ${this.#rest.readUInt8(4)}`);
      if (length > maxPayloadBytes) throw new FrameError(`payload is ${length} bytes, at most ${maxPayloadBytes}`);
      if (this.#rest.length < headerBytes + length) return;
      const call = this.#rest.readUInt32BE(5);
      const payload = this.#rest.subarray(headerBytes, headerBytes + length);
      this.#rest = this.#rest.subarray(headerBytes + length);
      yield { kind, call, payload };
    }
  }
}
