import { Buffer } from 'node:buffer';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AwsChunked } from '../../../../local/s3/bodies/aws-chunked.ts';

async function decode(pieces: Iterable<Buffer>): Promise<{ bytes: Buffer; trailers: ReadonlyMap<string, string> }> {
  const decoder = new AwsChunked();
  const out: Buffer[] = [];
  decoder.on('data', (piece: Buffer) => out.push(piece));
  await pipeline([Readable.from(pieces), decoder]);
  return { bytes: Buffer.concat(out), trailers: decoder.trailers };
}

const encode = (chunks: readonly Uint8Array[], trailers = 'x-amz-checksum-crc32:NhCmhg==\r\n'): Buffer => {
  const parts = chunks
    .filter(({ length }) => length > 0)
    .map((chunk) => Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n')]));
  return Buffer.concat([...parts, Buffer.from(`0\r\n${trailers}\r\n`)]);
};

test('however a body is cut on its way, its bytes and trailers are the same', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 40 })),
      fc.integer({ min: 1, max: 20 }),
      async (chunks, cut) => {
        const sent = encode(chunks);
        const pieces = Array.from({ length: Math.ceil(sent.length / cut) }, (_, n) =>
          sent.subarray(n * cut, (n + 1) * cut),
        );
        const { bytes, trailers } = await decode(pieces);
        expect(bytes).toEqual(Buffer.concat(chunks));
        expect([...trailers]).toEqual([['x-amz-checksum-crc32', 'NhCmhg==']]);
      },
    ),
  );
});

test.each([
  ['ends in a chunk', '5\r\nhel'],
  ['ends before its last chunk', '5\r\nhello\r\n'],
  ['ends before its trailers do', '0\r\nx-amz-checksum-crc32:NhCmhg==\r\n'],
  ['has a chunk longer than it says', '3\r\nhello\r\n0\r\n\r\n'],
  ['has a size that is none', 'five\r\nhello\r\n0\r\n\r\n'],
  ['has a size beyond all bounds', 'fffffffffff\r\n'],
  ['has lines without an end', 'a'.repeat(9_000)],
  ['has bare line feeds', '5\nhello\n0\n\n'],
  ['goes on after its end', '0\r\n\r\nmore'],
  [
    'has more trailers than anybody needs',
    `0\r\n${'a:b\r\n'.repeat(1)}${Array.from({ length: 9 }, (_, n) => `t${n}:1\r\n`).join('')}\r\n`,
  ],
])('fails when a body %s', async (_, sent) => {
  await expect(decode([Buffer.from(sent)])).rejects.toMatchObject({ name: 'IncompleteBody' });
});
