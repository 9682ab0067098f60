import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Space } from '../../../containers/agent/home/space.ts';
import { homeLimits } from '../../../contract/home/limits.ts';
import { startHomeRig, unlimited } from '../../support/agent/home-rig.ts';
import { asUser, describeHome } from '../../support/agent/home-trees.ts';

const { signal } = unlimited;
const { pieceBytes } = homeLimits;

test('of a file that changes in one place only that piece is packed', async () => {
  await using rig = await startHomeRig();
  await using one = await rig.sandbox();
  await one.home.restore(signal);
  await asUser(one.folder, `head -c ${3 * pieceBytes} /dev/urandom > large; head -c 1000 /dev/urandom > same`);
  await one.home.save(unlimited);
  await asUser(one.folder, `printf x | dd of=large bs=1 seek=${pieceBytes + 5} conv=notrunc status=none; touch same`);
  const large = await readFile(join(one.folder, 'large'));
  const packed = [];
  for (let offset = 0; offset < large.length; offset += pieceBytes) {
    const stored = sha256(
      offset === pieceBytes ? Buffer.from('what it was') : large.subarray(offset, offset + pieceBytes),
    );
    packed.push(await one.helper.pack([{ path: 'large', offset, length: pieceBytes, stored }], new Space(), signal));
  }
  expect(packed.map(({ raw_size }) => raw_size > pieceBytes)).toEqual([false, true, false]);
  expect(packed.map(({ stored }) => stored.length > 0)).toEqual([false, true, false]);
  await one.home.save(unlimited);
  await using other = await rig.sandbox();
  await other.home.restore(signal);
  expect(await describeHome(other.folder)).toEqual(await describeHome(one.folder));
  expect(sha256(await readFile(join(other.folder, 'large')))).toBe(sha256(large));
});

test('names and targets that take many times their length on their way are saved like others', async () => {
  await using rig = await startHomeRig();
  await using one = await rig.sandbox();
  await one.home.restore(signal);
  await asUser(
    one.folder,
    String.raw`
      long=$(printf '\001%.0s' {1..230}); for i in {1..400}; do echo $i > "$long$i"; done
      there=$(printf '\001%.0s' {1..4000}); for i in {1..100}; do ln -s "$there" $i; done
      for i in {1..12}; do mkdir "$long"; cd "$long"; done; touch {1..50}`,
  );
  await one.home.save(unlimited);
  await using other = await rig.sandbox();
  await other.home.restore(signal);
  expect(await describeHome(other.folder)).toEqual(await describeHome(one.folder));
});

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
