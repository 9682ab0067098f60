import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readLines } from '../../../client/http/read/read-lines.ts';

const linesOf = async (chunks: Iterable<Uint8Array>, maxBytes = 1_000): Promise<string[]> => {
  const lines: string[] = [];
  for await (const line of readLines(chunks, maxBytes)) lines.push(line);
  return lines;
};

const split = (bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] => {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...places, bytes.length].map((end, index) => bytes.subarray(places[index - 1] ?? 0, end));
};

test('any split of the bytes gives the same lines', async () => {
  const line = fc
    .string({ unit: 'grapheme', maxLength: 40 })
    .filter((text) => !text.includes('\n') && text.trim() !== '');
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.array(fc.nat()), async (lines, cuts) => {
      const bytes = new TextEncoder().encode(lines.map((text) => `${text}\n`).join(''));
      expect(await linesOf(split(bytes, cuts))).toEqual(lines);
    }),
  );
});

test('any bytes give lines or a typed error', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat()), async (bytes, cuts) => {
      const code = await linesOf(split(bytes, cuts), 100).then(
        () => 'bad_answer',
        (error) => error.code,
      );
      expect(code).toBe('bad_answer');
    }),
  );
});

test('a line without its newline is left out, a blank one too', async () => {
  expect(await linesOf([new TextEncoder().encode('a\n\r\n\nb')])).toEqual(['a']);
});

test('a line that never ends is refused before it fills the memory', async () => {
  function* endless() {
    for (;;) yield new Uint8Array(64).fill(97);
  }
  await expect(linesOf(endless())).rejects.toMatchObject({ code: 'bad_answer' });
});
