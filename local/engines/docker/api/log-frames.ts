const headerBytes = 8;

/**
 * Takes a container's log out of the frames Docker wraps it in: a byte that names the stream, three of nothing, four of
 * length. Answers each piece as it comes; a frame need not be whole. Keeps at most a header.
 */
export class LogFrames {
  #header: Buffer = Buffer.alloc(0);
  #left = 0;

  *push(chunk: Buffer): Generator<Buffer> {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#left === 0) {
        rest = this.#readHeader(rest);
      } else {
        const piece = rest.subarray(0, this.#left);
        this.#left -= piece.length;
        rest = rest.subarray(piece.length);
        yield piece;
      }
    }
  }

  #readHeader(bytes: Buffer): Buffer {
    const missing = headerBytes - this.#header.length;
    this.#header = Buffer.concat([this.#header, bytes.subarray(0, missing)]);
    if (this.#header.length === headerBytes) {
      this.#left = this.#header.readUInt32BE(4);
      this.#header = Buffer.alloc(0);
    }
    return bytes.subarray(missing);
  }
}
