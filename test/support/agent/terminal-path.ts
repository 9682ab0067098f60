// What the exec agent does to a terminal's output: reads of at most 1,024 bytes, each cut where the last up to three bytes
// don't decode, and a genuine U+FFFD turned into the single byte EF.
import { Duplex, type DuplexOptions, Transform, type TransformCallback } from 'node:stream';

/** One direction of the path. Bytes still held when it ends are lost, as in the real agent. */
export class TerminalPath extends Transform {
  readonly #readBytes: () => number;
  #held: Buffer = Buffer.alloc(0);

  /** `readBytes` says how much the next read takes; the real agent takes up to 1,024. */
  constructor(readBytes: () => number = () => 1024, options: DuplexOptions = {}) {
    super(options);
    this.#readBytes = readBytes;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, callback: TransformCallback): void {
    for (let at = 0; at < chunk.length; ) {
      const read = chunk.subarray(at, at + Math.max(1, this.#readBytes()));
      at += read.length;
      const bytes = Buffer.concat([this.#held, read]);
      const keep = heldBytes(bytes);
      this.#held = bytes.subarray(bytes.length - keep);
      const sent = mangle(bytes.subarray(0, bytes.length - keep));
      if (sent.length > 0) this.push(sent);
    }
    callback();
  }
}

/** Two streams joined by a terminal path each way. */
export function terminalPair(readBytes?: () => number): [Duplex, Duplex] {
  const [there, back] = [new TerminalPath(readBytes), new TerminalPath(readBytes)];
  return [Duplex.from({ writable: there, readable: back }), Duplex.from({ writable: back, readable: there })];
}

/** How many last bytes don't decode yet: Go's utf8.DecodeLastRune fails on them, for up to three. */
function heldBytes(bytes: Buffer): number {
  for (let keep = 0; keep <= 3 && keep < bytes.length; keep++)
    if (endsInCharacter(bytes.subarray(0, bytes.length - keep))) return keep;
  return 0;
}

function endsInCharacter(bytes: Buffer): boolean {
  for (let length = 1; length <= 4 && length <= bytes.length; length++) {
    const character = bytes.subarray(bytes.length - length).toString();
    if ([...character].length === 1 && Buffer.byteLength(character) === length && character !== '\ufffd') return true;
  }
  return false;
}

function mangle(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1');
  return Buffer.from(text.replaceAll('\xef\xbf\xbd', '\xef'), 'latin1');
}
