import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DetachKeys } from '../../../client/cli/interact/detach-keys.ts';

/** What gets through of these pieces, and whether they lead out. */
function type(...pieces: readonly string[]) {
  const keys = new DetachKeys();
  let through = '';
  for (const piece of pieces) {
    const { bytes, detached } = keys.push(Buffer.from(piece));
    through += Buffer.from(bytes).toString();
    if (detached) return { through, detached };
  }
  return { through, detached: false };
}

test.each([
  [['ls ~\r'], 'ls ~\r', false],
  [['~.'], '', true],
  [['exit\r~.more'], 'exit\r', true],
  [['a\r~', '.'], 'a\r', true],
  [['~~.'], '~.', false],
  [['~/bin\r'], '~/bin\r', false],
  [['~\r~.'], '~\r', true],
  [['cd ~.'], 'cd ~.', false],
])('of %j, %j gets through', (pieces, through, detached) => {
  expect(type(...pieces)).toEqual({ through, detached });
});

test('however it is cut, the same gets through', () => {
  const letter = fc.constantFrom('~', '.', '\r', '\n', 'a');
  fc.assert(
    fc.property(fc.array(letter), (letters) => {
      expect(type(...letters)).toEqual(type(letters.join('')));
    }),
  );
});
