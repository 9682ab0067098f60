import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { crc32 as fastCrc32 } from 'node:zlib';
import { type Crc, type CrcKind, crc32, crc32c, crc64nvme, startCrc } from './crc.ts';

/** S3's names of the checksums that callers may give. */
export const checksumAlgorithms = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;

export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number];

/** Of all bytes, or of the checksums of an upload's parts. */
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';

interface Algorithm {
  readonly bytes: number;
  start(): Crc;
  /** For those that can be combined from those of parts. */
  readonly crc: CrcKind | undefined;
  readonly types: readonly ChecksumType[];
}

const both = ['COMPOSITE', 'FULL_OBJECT'] as const;
const hash = (name: 'sha1' | 'sha256', bytes: number): Algorithm => ({
  bytes,
  start: () => createHash(name),
  crc: undefined,
  types: ['COMPOSITE'],
});

const algorithms: Readonly<Record<ChecksumAlgorithm, Algorithm>> = {
  CRC32: { bytes: 4, start: startZlibCrc, crc: crc32, types: both },
  CRC32C: { bytes: 4, start: () => startCrc(crc32c), crc: crc32c, types: both },
  CRC64NVME: { bytes: 8, start: () => startCrc(crc64nvme), crc: crc64nvme, types: ['FULL_OBJECT'] },
  SHA1: hash('sha1', 20),
  SHA256: hash('sha256', 32),
};

/** What there is to know of an algorithm. */
export const algorithmOf = (name: ChecksumAlgorithm): Algorithm => algorithms[name];

/** The algorithm of this name, in any case; undefined for one that isn't S3's. */
export const algorithmNamed = (name: string): ChecksumAlgorithm | undefined =>
  checksumAlgorithms.find((known) => known === name.toUpperCase());

function startZlibCrc(): Crc {
  let value = 0;
  return {
    update(bytes) {
      value = fastCrc32(bytes, value);
    },
    digest() {
      const out = Buffer.alloc(4);
      out.writeUInt32BE(value);
      return out;
    },
  };
}
