/**
 * What the exec agent does to a terminal's bytes: it cuts them at the ends of characters, holding back up to three bytes
 * that may be the start of one, and writes a genuine U+FFFD as the single byte EF. Other invalid bytes pass.
 */
export class OutputCut {
  #held: Buffer = Buffer.alloc(0);

  /** What goes out after this read; it may be empty. Bytes that are still held at the end are lost. */
  push(read: Buffer): Buffer {
    const bytes = this.#held.length > 0 ? Buffer.concat([this.#held, read]) : read;
    const pieces: Buffer[] = [];
    let start = 0;
    let index = 0;
    while (index < bytes.length) {
      const length = characterLength(bytes, index);
      const replacement = length === 3 && bytes.readUIntBE(index, 3) === 0xefbfbd;
      const valid = length > 0 && !replacement;
      if (!valid && index >= bytes.length - 3) break;
      if (replacement) {
        pieces.push(bytes.subarray(start, index + 1));
        start = index + 3;
      }
      index += length || 1;
    }
    this.#held = Buffer.from(bytes.subarray(index));
    const rest = bytes.subarray(start, index);
    return pieces.length === 0 ? rest : Buffer.concat([...pieces, rest]);
  }
}

/** The bytes of the UTF-8 character at `index`; 0 when there is none, or not all of it. */
function characterLength(bytes: Buffer, index: number): number {
  const first = bytes[index] ?? 0;
  if (first < 0x80) return 1;
  const length = lengthByFirst(first);
  if (length === 0 || index + length > bytes.length) return 0;
  const second = bytes[index + 1] ?? 0;
  if (second < lowestSecond(first) || second > highestSecond(first)) return 0;
  for (let next = index + 2; next < index + length; next++) {
    if (((bytes[next] ?? 0) & 0xc0) !== 0x80) return 0;
  }
  return length;
}

const lengthByFirst = (first: number): number => {
  if (first < 0xc2 || first > 0xf4) return 0;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
};

// Overlong forms, surrogates and what lies above U+10FFFF are told by the second byte.
const lowestSecond = (first: number): number => ({ 224: 0xa0, 240: 0x90 })[first] ?? 0x80;
const highestSecond = (first: number): number => ({ 237: 0x9f, 244: 0x8f })[first] ?? 0xbf;
