import { Duplex } from 'node:stream';

export interface SessionBytesOptions {
  /** Sends at most `maxPieceBytes`; false asks to wait for `room` before the next piece. */
  readonly send: (piece: Buffer) => boolean;
}

// Few large messages cost the pace least; twice as much is known to pass the service.
const maxPieceBytes = 16 * 1024;

/** The terminal's bytes as the near side sees them. What is written waits until `open` is called. */
export class SessionBytes extends Duplex {
  readonly #send: SessionBytesOptions['send'];
  #isOpen = false;
  #hasRoom = true;
  #rest: Buffer = Buffer.alloc(0);
  #written: (() => void) | undefined;

  constructor({ send }: SessionBytesOptions) {
    super();
    this.#send = send;
  }

  /** The other side reads from now on. */
  open(): void {
    this.#isOpen = true;
    this.#flow();
  }

  /** There is room again. */
  room(): void {
    this.#hasRoom = true;
    this.#flow();
  }

  override _read(): void {}

  override _writev(chunks: readonly { chunk: Buffer }[], callback: () => void): void {
    this.#rest = Buffer.concat(chunks.map(({ chunk }) => chunk));
    this.#written = callback;
    this.#flow();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    this._writev([{ chunk }], callback);
  }

  #flow(): void {
    while (this.#isOpen && this.#hasRoom && this.#rest.length > 0) {
      const piece = this.#rest.subarray(0, maxPieceBytes);
      this.#rest = this.#rest.subarray(maxPieceBytes);
      this.#hasRoom = this.#send(piece);
    }
    if (!this.#isOpen || !this.#hasRoom) return;
    const written = this.#written;
    this.#written = undefined;
    written?.();
  }
}
