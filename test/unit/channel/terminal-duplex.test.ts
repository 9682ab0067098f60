import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type Duplex, PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { brotliCompressSync, constants } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { terminalDuplex } from '../../../channel/codec/terminal-duplex.ts';
import { escapeBurst, quitBurst } from '../../../channel/codec/terminal-escape.ts';
import { terminalPair } from '../../support/agent/terminal-path.ts';
import { readAll } from '../../support/read-all.ts';

const join = (readBytes?: () => number): [Duplex, Duplex] => {
  const [near, far] = terminalPair(readBytes);
  return [terminalDuplex({ input: near, output: near }), terminalDuplex({ input: far, output: far })];
};

/** A terminal duplex over two plain pipes that the test holds the other ends of. */
const held = () => {
  const [input, output] = [new PassThrough(), new PassThrough()];
  return { input, output, duplex: terminalDuplex({ input, output }) };
};

const compressed = (bytes: Uint8Array, windowBits: number): Buffer => {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_LGWIN]: windowBits };
  return escapeBurst(brotliCompressSync(bytes, { params }));
};

const failureOf = async (stream: Duplex): Promise<unknown> =>
  (await once(stream, 'error').catch((error) => [error]))[0];

test('3 MB of random bytes cross the terminal both ways', async () => {
  const [near, far] = join();
  const [down, up] = [randomBytes(3_000_000), randomBytes(3_000_000)];
  far.end(down);
  near.end(up);
  const [atNear, atFar] = await Promise.all([readAll(near), readAll(far)]);
  expect(atNear.equals(down)).toBe(true);
  expect(atFar.equals(up)).toBe(true);
});

test('whatever is written arrives, however the terminal cuts it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 10 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      async (writes, reads) => {
        let read = 0;
        const [near, far] = join(() => reads[read++ % reads.length] ?? 1);
        for (const bytes of writes) far.write(bytes);
        far.end();
        near.end();
        expect(await readAll(near)).toEqual(Buffer.concat(writes));
      },
    ),
    { numRuns: 60 },
  );
});

test('a burst arrives whole although nothing follows it', async () => {
  const [near, far] = join();
  // The last three bytes are the start of a character, which the path would hold.
  for (const text of ['first', '\xf0\x9f\x98', '\xef\xbf\xbd']) {
    const bytes = Buffer.from(text, 'latin1');
    far.write(bytes);
    const [arrived] = await once(near, 'data');
    expect(arrived).toEqual(bytes);
  }
  near.destroy();
  far.destroy();
});

test('writes of one tick share a burst', async () => {
  const { duplex, output } = held();
  for (let index = 0; index < 100; index++) duplex.write('ten bytes.');
  const [burst] = await once(output, 'data');
  expect(burst.length).toBeLessThan(60);
  duplex.destroy();
});

test('one direction may end long before the other', async () => {
  const [near, far] = join();
  near.end('question');
  expect((await readAll(far)).toString()).toBe('question');
  far.end('answer');
  expect((await readAll(near)).toString()).toBe('answer');
});

test('a bomb is expanded no faster than it is read', async () => {
  const { input, duplex } = held();
  // 64 MB of zeros in 2 KB.
  input.write(compressed(Buffer.alloc(64 * 1024 * 1024), 18));
  await once(duplex, 'readable');
  await new Promise(setImmediate);
  expect(duplex.readableLength).toBeLessThanOrEqual(128 * 1024);
  duplex.destroy();
});

test('a slow reader of the terminal stops the writer', async () => {
  const { duplex, output } = held();
  let accepted = 0;
  const piece = randomBytes(16 * 1024);
  while (duplex.write(piece) && accepted < 1000) accepted++;
  await new Promise(setImmediate);
  expect(accepted).toBeLessThan(10);
  expect(output.readableLength + output.writableLength).toBeLessThan(1024 * 1024);
  duplex.destroy();
});

test('fails with terminal_cut when the terminal ends first, after giving what came before', async () => {
  const [near, far] = terminalPair();
  const duplex = terminalDuplex({ input: near, output: near });
  const other = terminalDuplex({ input: new PassThrough(), output: far });
  const seen: Buffer[] = [];
  duplex.on('data', (bytes) => seen.push(bytes));
  other.write('half a story');
  await once(duplex, 'data');
  const failure = failureOf(duplex);
  far.end();
  expect(await failure).toMatchObject({ code: 'terminal_cut' });
  expect(Buffer.concat(seen).toString()).toBe('half a story');
  other.destroy();
});

test.for([
  ['terminal_garbled', escapeBurst(Buffer.from('surely not brotli at all'))],
  // What it costs to remember is the other side's to choose.
  ['terminal_garbled', compressed(Buffer.from('a window of 512 KB'), 19)],
  ['terminal_garbled', compressed(Buffer.from('a window of 16 MB'), 24)],
  ['terminal_garbled', Buffer.from([0x1b, 0x41])],
  ['peer_quit', quitBurst],
] as const)('fails with %s on bytes nobody writes, and closes the terminal', async ([code, bytes]) => {
  const { duplex, input, output } = held();
  const failure = failureOf(duplex);
  input.write(bytes);
  expect(await failure).toMatchObject({ code });
  expect(input.destroyed && output.destroyed).toBe(true);
});

test('an error of the terminal is the error of the stream', async () => {
  const { duplex, output } = held();
  const failure = failureOf(duplex);
  output.destroy(new Error('EIO'));
  expect(await failure).toMatchObject({ message: 'EIO' });
});

test('destroying it leaves nothing open', async () => {
  const { duplex, input, output } = held();
  duplex.write('something under way');
  duplex.destroy();
  await once(duplex, 'close');
  expect(input.destroyed && output.destroyed).toBe(true);
});

test('a pipeline through it ends by itself', async () => {
  const [near, far] = join();
  const echo = pipeline(far, far);
  near.end(Buffer.alloc(1_000_000, 'echo'));
  expect((await readAll(near)).length).toBe(1_000_000);
  await echo;
});
