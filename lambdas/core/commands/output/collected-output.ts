import { encodeOutput, wholeCharacters } from './text-pieces.ts';

interface Collected {
  readonly text: string;
  readonly encoding: 'utf8' | 'base64';
  readonly bytes: number;
}

/** The first bytes of one stream, at most so many. */
export class CollectedOutput {
  readonly #chunks: Uint8Array[] = [];
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Takes what follows on what was taken: after a gap there is nothing more to take. */
  push(offset: number, data: Uint8Array): void {
    if (offset !== this.#bytes) return;
    const kept = data.subarray(0, this.#maxBytes - this.#bytes);
    if (kept.length === 0) return;
    this.#chunks.push(kept);
    this.#bytes += kept.length;
  }

  /** What was collected; when the stream went on, without the beginning of a character at the end. */
  result(producedBytes: number): Collected {
    const all = Buffer.concat(this.#chunks);
    const isCut = producedBytes > all.length;
    const { data, encoding } = encodeOutput(isCut ? wholeCharacters(all) : all);
    // What is not text keeps every byte.
    if (encoding === 'base64') return { text: all.toString('base64'), encoding, bytes: all.length };
    return { text: data, encoding, bytes: Buffer.byteLength(data) };
  }
}
