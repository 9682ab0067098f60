import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { inOrder, keyOfBytes, pathBytes } from '../../../containers/agent/home/tree/tree.ts';
import { folderNode } from './trees.ts';

const name = fc.oneof(
  fc.constantFrom('a', 'a.b', 'a/b', 'é', '\u{e000}', '\u{ffff}', '\u{10000}').map((text) => Buffer.from(text)),
  fc.uint8Array({ minLength: 1, maxLength: 4 }).map((bytes) => Buffer.from(bytes)),
  fc.string({ unit: 'grapheme', minLength: 1 }).map((text) => Buffer.from(text)),
);

test('whatever is in a home comes in the order of its path’s bytes', () => {
  void fc.assert(
    fc.property(fc.array(name), (names) => {
      const keys = names.map(keyOfBytes);
      const ordered = inOrder(new Map(keys.map((key) => [key, folderNode(key)])));
      const bytes = ordered.map(([key]) => pathBytes(key));
      expect(bytes).toEqual(bytes.toSorted(Buffer.compare));
      expect(new Set(ordered.map(([key]) => key))).toEqual(new Set(keys));
    }),
  );
});
