// The body of a followed command: frames of kind (1 byte), length (4, big-endian) and payload. Output frames start their
// payload with the offset (8, big-endian) of their first byte in the stream; the other kinds carry JSON.

const kinds = { started: 1, stdout: 2, stderr: 3, heartbeat: 4, finished: 5, error: 6 } as const;
type Kind = keyof typeof kinds;

const names = new Map<number, Kind>(Object.entries(kinds).map(([name, code]) => [code, name as Kind]));
const headerBytes = 5;
const offsetBytes = 8;

/** The most a frame's payload may hold. */
const maxPayloadBytes = 256 * 1024;
/** The most output one frame may hold. */
export const maxFrameOutputBytes = maxPayloadBytes - offsetBytes;

export type Frame =
  | { readonly kind: 'stdout' | 'stderr'; readonly offset: number; readonly data: Uint8Array }
  | { readonly kind: 'started' | 'heartbeat' | 'finished' | 'error'; readonly json: unknown };

/** A body that is not a sequence of frames. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

const utf8 = new TextEncoder();
const text = new TextDecoder('utf-8', { fatal: true });

/** One frame as bytes. Throws FrameError when it is larger than a frame may be. */
export function encodeFrame(frame: Frame): Uint8Array {
  const isOutput = 'data' in frame;
  const body = isOutput ? frame.data : utf8.encode(JSON.stringify(frame.json));
  const payloadBytes = body.length + (isOutput ? offsetBytes : 0);
  if (payloadBytes > maxPayloadBytes)
    throw new FrameError(`payload is ${payloadBytes} bytes, at most ${maxPayloadBytes}`);
  const bytes = new Uint8Array(headerBytes + payloadBytes);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, kinds[frame.kind]);
  view.setUint32(1, payloadBytes);
  if (isOutput) view.setBigUint64(headerBytes, BigInt(frame.offset));
  bytes.set(body, bytes.length - body.length);
  return bytes;
}

function decodePayload(kind: Kind, payload: Uint8Array): Frame {
  if (kind !== 'stdout' && kind !== 'stderr') {
    try {
      return { kind, json: JSON.parse(text.decode(payload)) };
    } catch (cause) {
      throw new FrameError(`payload of ${kind} is not JSON`, { cause });
    }
  }
  if (payload.length < offsetBytes) throw new FrameError(`payload of ${kind} is ${payload.length} bytes, at least 8`);
  const offset = Number(new DataView(payload.buffer, payload.byteOffset).getBigUint64(0));
  if (!Number.isSafeInteger(offset)) throw new FrameError(`offset of ${kind} is beyond 2^53`);
  return { kind, offset, data: payload.subarray(offsetBytes) };
}

function concat(left: Uint8Array, right: Uint8Array): Uint8Array {
  if (left.length === 0) return right;
  const both = new Uint8Array(left.length + right.length);
  both.set(left);
  both.set(right, left.length);
  return both;
}

/** Cuts a byte stream, however it is split, into frames. Holds at most one frame. Throws FrameError. */
export class FrameDecoder {
  #rest: Uint8Array = new Uint8Array(0);

  /** The frames that are whole with this chunk. Their data may share the chunk's memory. */
  *push(chunk: Uint8Array): Generator<Frame> {
    this.#rest = concat(this.#rest, chunk);
    while (this.#rest.length >= headerBytes) {
      const view = new DataView(this.#rest.buffer, this.#rest.byteOffset);
      const kind = names.get(view.getUint8(0));
      const length = view.getUint32(1);
      if (kind === undefined) throw new FrameError(`frame of unknown kind ${view.getUint8(0)}`);
      if (length > maxPayloadBytes) throw new FrameError(`payload is ${length} bytes, at most ${maxPayloadBytes}`);
      if (this.#rest.length < headerBytes + length) return;
      const payload = this.#rest.subarray(headerBytes, headerBytes + length);
      this.#rest = this.#rest.subarray(headerBytes + length);
      yield decodePayload(kind, payload);
    }
  }

  /** Throws when the stream ended inside a frame. */
  end(): void {
    if (this.#rest.length > 0)
      throw new FrameError(`stream ended inside a frame, ${this.#rest.length} bytes left over`);
  }
}
