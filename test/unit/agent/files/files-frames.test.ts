import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type FrameKind,
  FrameReader,
  frameHead,
  maxPayloadBytes,
} from '../../../../containers/agent/files/wire/frames.ts';

const kinds: readonly FrameKind[] = ['open', 'data', 'end', 'credit', 'cancel', 'item', 'done', 'failed', 'beat'];
const frame = fc.record({
  kind: fc.constantFrom(...kinds),
  call: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  payload: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
});

test('frames come out as they went in, however their bytes are split', () => {
  fc.assert(
    fc.property(fc.array(frame), fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }), (frames, cuts) => {
      const bytes = Buffer.concat(
        frames.flatMap(({ kind, call, payload }) => [frameHead(kind, call, payload.length), payload]),
      );
      const reader = new FrameReader();
      const read = [];
      for (let from = 0, n = 0; from < bytes.length; n++) {
        const to = from + (cuts[n % cuts.length] ?? 1);
        read.push(...reader.push(bytes.subarray(from, to)));
        from = to;
      }
      expect(read).toEqual(frames);
    }),
  );
});

test('a payload that comes in many reads stays as it is when the reads’ memory is used again', () => {
  const payload = Buffer.from(Array.from({ length: maxPayloadBytes }, (_, at) => at % 251));
  const bytes = Buffer.concat([frameHead('data', 1, payload.length), payload, frameHead('end', 1, 0)]);
  const reader = new FrameReader();
  const memory = Buffer.alloc(65_536);
  const read = [];
  for (let from = 0; from < bytes.length; from += memory.length)
    read.push(...reader.push(memory.subarray(0, bytes.copy(memory, 0, from))));
  expect(read.map(({ kind }) => kind)).toEqual(['data', 'end']);
  expect(read[0]?.payload.equals(payload)).toBe(true);
});

test('a frame of an unknown kind, or one larger than a frame may be, is refused before it is held', () => {
  const head = frameHead('data', 1, 0);
  head.writeUInt8(77, 4);
  expect(() => [...new FrameReader().push(head)]).toThrow('unknown kind 77');
  const large = frameHead('data', 1, maxPayloadBytes);
  large.writeUInt32BE(maxPayloadBytes + 1);
  expect(() => [...new FrameReader().push(large)]).toThrow(`at most ${maxPayloadBytes}`);
  expect(() => frameHead('data', 1, maxPayloadBytes + 1)).toThrow('at most');
});

test('a read of which no frame has the memory can be let go of', () => {
  const payload = Buffer.alloc(1_000, 'p');
  const copied: Buffer[] = [];
  const reader = new FrameReader(undefined, (chunk) => copied.push(chunk));
  const split = [
    Buffer.concat([frameHead('data', 1, payload.length), payload.subarray(0, 400)]),
    payload.subarray(400),
  ];
  const whole = Buffer.concat([frameHead('data', 1, payload.length), payload]);
  const read = [...split, whole].flatMap((chunk) => [...reader.push(chunk)]);
  expect(read.map((frame) => frame.payload.equals(payload))).toEqual([true, true]);
  expect(copied).toEqual(split);
});
