import type { CrcKind } from './crc.ts';

/** The checksum of two pieces in a row, from theirs and the second one's length: no byte is read again. */
export class CrcCombiner {
  readonly #kind: CrcKind;
  // Parts are nearly all of one length.
  readonly #shifts = new Map<number, bigint>();

  constructor(kind: CrcKind) {
    this.#kind = kind;
  }

  combine(first: Buffer, second: Buffer, secondBytes: number): Buffer {
    const shift = this.#shifts.get(secondBytes) ?? this.#power(BigInt(secondBytes) * 8n);
    this.#shifts.set(secondBytes, shift);
    const value = this.#multiply(shift, asNumber(first)) ^ asNumber(second);
    return Buffer.from(value.toString(16).padStart(this.#kind.bits / 4, '0'), 'hex');
  }

  /** Product of two polynomials over GF(2), modulo the checksum's; the highest bit is the coefficient of 1. */
  #multiply(left: bigint, right: bigint): bigint {
    let product = 0n;
    let shifted = right;
    for (let bit = 1n << BigInt(this.#kind.bits - 1); bit > 0n; bit >>= 1n) {
      if (left & bit) product ^= shifted;
      shifted = shifted & 1n ? (shifted >> 1n) ^ this.#kind.polynomial : shifted >> 1n;
    }
    return product;
  }

  /** x to the power of `exponent`. */
  #power(exponent: bigint): bigint {
    const highest = 1n << BigInt(this.#kind.bits - 1);
    let result = highest;
    let square = highest >> 1n;
    for (let left = exponent; left > 0n; left >>= 1n) {
      if (left & 1n) result = this.#multiply(square, result);
      square = this.#multiply(square, square);
    }
    return result;
  }
}

const asNumber = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex')}`);
