type Piece = { readonly offset: number; readonly data: string; readonly encoding: 'utf8' | 'base64' };

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const continuation = 0b1000_0000;

/** How many bytes at the end begin a character that is not whole yet: 0 to 3. */
function openTail(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0b1100_0000) === continuation) continue;
    const length = byte >= 0b1111_0000 ? 4 : byte >= 0b1110_0000 ? 3 : byte >= 0b1100_0000 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

/** Bytes as text where they are UTF-8, else as base64. */
export function encodeOutput(bytes: Uint8Array): Omit<Piece, 'offset'> {
  try {
    return { data: strict.decode(bytes), encoding: 'utf8' };
  } catch {
    return { data: Buffer.from(bytes).toString('base64'), encoding: 'base64' };
  }
}

/** The same bytes without the beginning of a character at their end. */
export const wholeCharacters = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, bytes.length - openTail(bytes));

/** Cuts one stream of output into pieces at character boundaries. Holds at most three bytes. */
export class TextPieces {
  #held: Uint8Array = new Uint8Array(0);
  #heldOffset = 0;

  /** The pieces that are whole with these bytes; none when no character is. What was held before a gap is a piece of its own. */
  *push(offset: number, data: Uint8Array): Generator<Piece> {
    const isGap = this.#held.length > 0 && offset !== this.#heldOffset + this.#held.length;
    const cut = isGap ? this.end() : undefined;
    if (cut !== undefined) yield cut;
    const start = this.#held.length > 0 ? this.#heldOffset : offset;
    const bytes = this.#held.length > 0 ? Buffer.concat([this.#held, data]) : data;
    const whole = wholeCharacters(bytes);
    this.#held = bytes.slice(whole.length);
    this.#heldOffset = start + whole.length;
    if (whole.length > 0) yield { offset: start, ...encodeOutput(whole) };
  }

  /** What is left at the end of the stream. */
  end(): Piece | undefined {
    const bytes = this.#held;
    this.#held = new Uint8Array(0);
    return bytes.length === 0 ? undefined : { offset: this.#heldOffset, ...encodeOutput(bytes) };
  }
}
