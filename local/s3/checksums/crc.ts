/** A checksum as S3 means it: base64 of the value's bytes, the highest first. */
export interface Crc {
  update(bytes: Uint8Array): void;
  digest(): Buffer;
}

export interface CrcKind {
  readonly bits: 32 | 64;
  /** Reflected. */
  readonly polynomial: bigint;
}

export const crc32: CrcKind = { bits: 32, polynomial: 0xedb88320n };
export const crc32c: CrcKind = { bits: 32, polynomial: 0x82f63b78n };
export const crc64nvme: CrcKind = { bits: 64, polynomial: 0x9a6c9329ac4bc9b5n };

/** Of all bytes it is given. The state is two numbers of 32 bits, since a bigint a byte would take minutes for a gigabyte. */
export function startCrc(kind: CrcKind): Crc {
  const { high, low } = tablesOf(kind);
  let [top, bottom] = kind.bits === 64 ? [-1, -1] : [0, -1];
  return {
    update(bytes) {
      for (const byte of bytes) {
        const index = (bottom ^ byte) & 0xff;
        bottom = ((bottom >>> 8) | (top << 24)) ^ (low[index] as number);
        top = (top >>> 8) ^ (high[index] as number);
      }
    },
    digest() {
      const out = Buffer.alloc(8);
      out.writeInt32BE(~top, 0);
      out.writeInt32BE(~bottom, 4);
      return out.subarray(8 - kind.bits / 8);
    },
  };
}

interface Tables {
  readonly high: Int32Array;
  readonly low: Int32Array;
}

const made = new Map<CrcKind, Tables>();

function tablesOf(kind: CrcKind): Tables {
  const known = made.get(kind);
  if (known) return known;
  const tables = { high: new Int32Array(256), low: new Int32Array(256) };
  for (let byte = 0; byte < 256; byte++) {
    let value = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ kind.polynomial : value >> 1n;
    tables.high[byte] = Number(BigInt.asIntN(32, value >> 32n));
    tables.low[byte] = Number(BigInt.asIntN(32, value));
  }
  made.set(kind, tables);
  return tables;
}
