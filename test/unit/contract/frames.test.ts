import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  encodeFrame,
  type Frame,
  FrameDecoder,
  FrameError,
  maxFrameOutputBytes,
} from '../../../contract/agent/frames.ts';

const frame: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('stdout' as const, 'stderr' as const),
    offset: fc.maxSafeNat(),
    data: fc.uint8Array({ maxLength: 300 }),
  }),
  fc.record({
    kind: fc.constantFrom('started' as const, 'heartbeat' as const, 'finished' as const, 'error' as const),
    json: fc.dictionary(fc.string(), fc.oneof(fc.integer(), fc.string(), fc.constant(null))),
  }),
);

const plain = (value: Frame) =>
  'data' in value ? { ...value, data: [...value.data] } : { ...value, json: { ...(value.json as object) } };

test('frames survive any split of their bytes', () => {
  fc.assert(
    fc.property(
      fc.array(frame, { maxLength: 8 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 40 })),
      (frames, cuts) => {
        const bytes = Buffer.concat(frames.map(encodeFrame));
        const decoder = new FrameDecoder();
        const seen: Frame[] = [];
        for (let at = 0; at < bytes.length; ) {
          const size = cuts.next().value as number;
          seen.push(...decoder.push(bytes.subarray(at, at + size)));
          at += size;
        }
        decoder.end();
        expect(seen.map(plain)).toEqual(frames.map(plain));
      },
    ),
  );
});

test('garbage gives a typed error or waits for more, and is never held beyond one frame', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 20 }), (chunks) => {
      const decoder = new FrameDecoder();
      try {
        for (const chunk of chunks) Array.from(decoder.push(chunk));
        decoder.end();
      } catch (error) {
        expect(error).toBeInstanceOf(FrameError);
      }
    }),
  );
});

test('a frame larger than a frame may be is refused on both sides', () => {
  const data = new Uint8Array(maxFrameOutputBytes + 1);
  expect(() => encodeFrame({ kind: 'stdout', offset: 0, data })).toThrow(FrameError);
  expect(() => Array.from(new FrameDecoder().push(Uint8Array.of(2, 0xff, 0xff, 0xff, 0xff)))).toThrow(FrameError);
});

test('a stream that ends inside a frame is not taken for a whole one', () => {
  const decoder = new FrameDecoder();
  Array.from(decoder.push(encodeFrame({ kind: 'finished', json: {} }).subarray(0, -1)));
  expect(() => decoder.end()).toThrow(FrameError);
});
