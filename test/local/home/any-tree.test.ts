import { chmodSync, lchownSync, lutimesSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { startHomeRig, unlimited } from '../../support/agent/home-rig.ts';
import { describeHome } from '../../support/agent/home-trees.ts';

type Shape =
  | { readonly kind: 'file'; readonly bytes: Uint8Array; readonly times: number; readonly mode: number }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'folder'; readonly inside: readonly (readonly [Uint8Array, Shape])[]; readonly mode: number };

// Any bytes but a slash and NUL; what could be a rule of its own begins otherwise.
const names = fc
  .uint8Array({ minLength: 1, maxLength: 40 })
  .map((bytes) => bytes.map((byte) => (byte === 0x2f || byte === 0 ? 0x5f : byte)))
  .filter((bytes) => bytes[0] !== 0x2e);
const time = fc.integer({ min: 0, max: 4_000_000_000_000_000 });

const { folder } = fc.letrec<{ folder: Shape; shape: Shape }>((tie) => ({
  shape: fc.oneof(
    { maxDepth: 4 },
    fc.record({
      kind: fc.constant('file' as const),
      bytes: fc.uint8Array({ maxLength: 3_000 }),
      times: fc.integer({ min: 1, max: 3 }),
      mode: fc.integer({ min: 0, max: 0o777 }).map((mode) => mode | 0o400),
    }),
    fc.record({
      kind: fc.constant('link' as const),
      target: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).filter((text) => !text.includes('\0')),
    }),
    tie('folder'),
  ),
  folder: fc.record({
    kind: fc.constant('folder' as const),
    inside: fc.uniqueArray(fc.tuple(names, tie('shape')), {
      maxLength: 6,
      selector: ([name]) => Buffer.from(name).toString('latin1'),
    }),
    mode: fc.integer({ min: 0, max: 0o777 }).map((mode) => mode | 0o500),
  }),
}));

function make(at: Buffer, shape: Shape, microseconds: () => number): void {
  if (shape.kind === 'link') symlinkSync(shape.target, at);
  else if (shape.kind === 'file') {
    writeFileSync(at, Buffer.concat(Array.from({ length: shape.times }, () => shape.bytes)));
    chmodSync(at, shape.mode);
  } else {
    mkdirSync(at);
    for (const [name, inner] of shape.inside) make(Buffer.concat([at, Buffer.from('/'), name]), inner, microseconds);
    chmodSync(at, shape.mode);
  }
  lchownSync(at, 1000, 1000);
  const seconds = microseconds() / 1_000_000;
  lutimesSync(at, seconds, seconds);
}

test('any tree that is saved is the same tree where it is restored', { timeout: 120_000 }, async () => {
  await using rig = await startHomeRig();
  let user = 0;
  await fc.assert(
    fc.asyncProperty(folder, fc.infiniteStream(time), async (shape, times) => {
      const owner = `user-${user++}`;
      await using one = await rig.sandbox({ user: owner });
      await one.home.restore(unlimited.signal);
      make(Buffer.from(join(one.folder, 'all')), shape, () => times.next().value);
      await one.home.save(unlimited);
      await using other = await rig.sandbox({ user: owner });
      await other.home.restore(unlimited.signal);
      expect(await describeHome(other.folder)).toEqual(await describeHome(one.folder));
    }),
    { numRuns: 8 },
  );
});
