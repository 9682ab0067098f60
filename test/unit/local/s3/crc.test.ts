import { Buffer } from 'node:buffer';
import { crc32 as zlibCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CrcCombiner } from '../../../../local/s3/checksums/combine-crc.ts';
import { type CrcKind, crc32, crc32c, crc64nvme, startCrc } from '../../../../local/s3/checksums/crc.ts';

const kinds = { crc32, crc32c, crc64nvme };

function of(kind: CrcKind, ...pieces: Uint8Array[]): Buffer {
  const crc = startCrc(kind);
  for (const piece of pieces) crc.update(piece);
  return crc.digest();
}

// The check values of the catalogue of parametrised CRC algorithms, of the ASCII digits 1 to 9.
test.each([
  ['crc32', 'cbf43926'],
  ['crc32c', 'e3069283'],
  ['crc64nvme', 'ae8b14860a799888'],
] as const)('%s of the digits is the published one', (name, check) => {
  expect(of(kinds[name], Buffer.from('123456789')).toString('hex')).toBe(check);
});

test('crc32 is zlib’s', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(of(crc32, bytes).readUInt32BE()).toBe(zlibCrc32(bytes));
    }),
  );
});

test.each(Object.entries(kinds))('%s of two pieces is that of both, combined or in a row', (_, kind) => {
  const combiner = new CrcCombiner(kind);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.uint8Array({ maxLength: 64 }), (first, second) => {
      const whole = of(kind, Buffer.concat([first, second]));
      expect(of(kind, first, second)).toEqual(whole);
      expect(combiner.combine(of(kind, first), of(kind, second), second.length)).toEqual(whole);
    }),
  );
});
