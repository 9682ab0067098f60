import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LogFrames } from '../../../../../local/engines/docker/api/log-frames.ts';

function frame(stream: number, text: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(text.length, 4);
  return Buffer.concat([header, text]);
}

test('a log is the same however its frames are cut', () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 });
  fc.assert(
    fc.property(pieces, fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }), (texts, cuts) => {
      const wire = Buffer.concat(texts.map((text, index) => frame(1 + (index % 2), Buffer.from(text))));
      const frames = new LogFrames();
      const read: Buffer[] = [];
      for (let at = 0, turn = 0; at < wire.length; turn++) {
        const length = cuts[turn % cuts.length] ?? 1;
        read.push(...frames.push(wire.subarray(at, at + length)));
        at += length;
      }
      expect(Buffer.concat(read)).toEqual(Buffer.concat(texts));
    }),
  );
});
