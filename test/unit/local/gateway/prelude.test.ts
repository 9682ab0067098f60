import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PreludeError, PreludeReader } from '../../../../local/gateway/prelude.ts';

const nul = '\0'.repeat(8);

function readAll(bytes: Buffer, cuts: readonly number[]) {
  const reader = new PreludeReader();
  const edges = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b);
  const pieces = edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
  for (const [index, piece] of pieces.entries()) {
    const begun = reader.push(piece);
    if (begun) return { prelude: begun.prelude, body: Buffer.concat([begun.body, ...pieces.slice(index + 1)]) };
  }
  return undefined;
}

test('metadata and body are told apart however the stream is cut', () => {
  const body = Buffer.from([0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 255]);
  const metadata = {
    statusCode: 201,
    headers: { 'content-type': 'text/plain', 'Transfer-Encoding': 'chunked' },
    multiValueHeaders: { 'x-two': ['a', 'b'] },
    cookies: ['c=1'],
  };
  const bytes = Buffer.concat([Buffer.from(JSON.stringify(metadata) + nul), body]);
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 8 }), (cuts) => {
      expect(readAll(bytes, cuts)).toEqual({
        prelude: {
          statusCode: 201,
          headers: [
            ['content-type', 'text/plain'],
            ['x-two', 'a'],
            ['x-two', 'b'],
            ['set-cookie', 'c=1'],
          ],
        },
        body,
      });
    }),
  );
});

test.each([
  ['that is not JSON', `{${nul}`],
  ['that is not an object', `[]${nul}`],
  ['with a key the gateway does not know', `{"statusCode":200,"isBase64Encoded":false}${nul}`],
  ['without a status', `{}${nul}`],
  ['with a status out of range', `{"statusCode":99}${nul}`],
  ['without a delimiter in the first 16 KB', 'x'.repeat(16 * 1024)],
])('fails for metadata %s', (_, text) => {
  expect(() => new PreludeReader().push(Buffer.from(text))).toThrow(PreludeError);
});
