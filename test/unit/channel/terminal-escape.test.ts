import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HelloFinder, hello, maxNoiseBytes } from '../../../channel/codec/hello.ts';
import { endBurst, escapeBurst, quitBurst, Unescaper } from '../../../channel/codec/terminal-escape.ts';

// Bytes the path is hard on are frequent, so that short samples meet them.
const bytes = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0x1b, 0xef, 0xbf, 0xbd, 0x2e)), { maxLength: 200 })
  .map((values) => Buffer.from(values));

const pieces = (stream: Buffer, cuts: readonly number[]): Buffer[] => {
  const at = [0, ...cuts.map((cut) => cut % (stream.length + 1)).sort((a, b) => a - b), stream.length];
  return at.slice(1).map((end, index) => stream.subarray(at[index], end));
};

test('bursts are read back from any split of the stream', () => {
  fc.assert(
    fc.property(fc.array(bytes), fc.array(fc.nat(), { maxLength: 20 }), (bursts, cuts) => {
      const unescaper = new Unescaper();
      const read = pieces(Buffer.concat(bursts.map(escapeBurst)), cuts).map((piece) => unescaper.push(piece));
      expect(Buffer.concat(read)).toEqual(Buffer.concat(bursts));
    }),
  );
});

test('a burst holds no byte EF and ends in four bytes of ASCII', () => {
  fc.assert(
    fc.property(bytes, (burst) => {
      const escaped = escapeBurst(burst);
      expect(escaped.includes(0xef)).toBe(false);
      expect([...escaped.subarray(-4)].every((byte) => byte < 0x80)).toBe(true);
    }),
  );
});

test('any garbage gives bytes or a typed error', () => {
  fc.assert(
    fc.property(fc.array(bytes), (garbage) => {
      const unescaper = new Unescaper();
      try {
        for (const piece of garbage) unescaper.push(piece);
      } catch (error) {
        expect(error).toMatchObject({
          name: 'ChannelError',
          code: expect.stringMatching(/^(terminal_garbled|peer_quit)$/),
        });
      }
    }),
  );
});

test('what follows the end is ignored', () => {
  const unescaper = new Unescaper();
  expect(unescaper.push(Buffer.concat([escapeBurst(Buffer.from('all')), endBurst, quitBurst]))).toEqual(
    Buffer.from('all'),
  );
  expect(unescaper.ended).toBe(true);
});

test('fails with peer_quit when the other side gave up', () => {
  expect(() => new Unescaper().push(quitBurst)).toThrow(expect.objectContaining({ code: 'peer_quit' }));
});

test('the hello is found behind noise on any split, and nothing behind it is lost', () => {
  const noise = fc.uint8Array({ maxLength: 500 }).map((array) => Buffer.from(array));
  fc.assert(
    fc.property(noise, bytes, fc.array(fc.nat(), { maxLength: 8 }), (before, after, cuts) => {
      const finder = new HelloFinder();
      const found: Buffer[] = [];
      for (const piece of pieces(Buffer.concat([before, hello, after]), cuts)) {
        if (found.length > 0) found.push(piece);
        else found.push(...[finder.push(piece)].filter((rest) => rest !== undefined));
      }
      expect(Buffer.concat(found)).toEqual(after);
    }),
  );
});

test('the hello may come after the most noise allowed, and not after more', () => {
  const most = Buffer.alloc(maxNoiseBytes, 'x');
  expect(new HelloFinder().push(Buffer.concat([most, hello, Buffer.from('rest')]))).toEqual(Buffer.from('rest'));
  expect(() => new HelloFinder().push(Buffer.concat([most, Buffer.from('x'), hello]))).toThrow(
    expect.objectContaining({ code: 'no_hello' }),
  );
});

test('fails when noise comes in small pieces without a hello', () => {
  const finder = new HelloFinder();
  expect(() => {
    for (let sent = 0; sent < 2 * maxNoiseBytes; sent += 100) finder.push(Buffer.alloc(100, '-'));
  }).toThrow(expect.objectContaining({ code: 'no_hello' }));
});
