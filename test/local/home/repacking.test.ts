import { expect, test } from 'vitest';
import { type HomeSandbox, startHomeRig, unlimited } from '../../support/agent/home-rig.ts';
import { asUser, describeHome } from '../../support/agent/home-trees.ts';

const { signal } = unlimited;

/** The blobs that a sandbox's last save leans on, and how much of them is of files that are there. */
async function stored({ repository }: HomeSandbox) {
  const id = (await repository.head(signal))?.head.checkpoints[0]?.checkpoint_id ?? '';
  const { blobs, entries } = await repository.manifest(id, signal);
  const whole = blobs.reduce((sum, { raw_size }) => sum + raw_size, 0);
  const used = entries.reduce((sum, entry) => sum + (entry.type === 'file' ? entry.size : 0), 0);
  return { blobs: blobs.map(({ sha256 }) => sha256), share: used / whole };
}

test('what is left of packs that are mostly garbage is packed anew with the next change, and only then', async () => {
  await using rig = await startHomeRig();
  await using one = await rig.sandbox();
  await one.home.restore(signal);
  await asUser(one.folder, 'for i in $(seq 100); do head -c 20000 /dev/urandom > $i; done');
  await one.home.save(unlimited);
  await asUser(one.folder, 'for i in $(seq 6 100); do rm $i; done');
  const { changed } = await one.home.save(unlimited);
  expect(changed).toBe(true);
  expect((await stored(one)).share).toBeLessThan(0.25);
  await asUser(one.folder, 'echo more > more');
  await one.home.save(unlimited);
  expect((await stored(one)).share).toBeGreaterThan(0.9);
  await using other = await rig.sandbox();
  await other.home.restore(signal);
  expect(await describeHome(other.folder)).toEqual(await describeHome(one.folder));
});

test('many small packs become few', { timeout: 120_000 }, async () => {
  await using rig = await startHomeRig();
  await using one = await rig.sandbox();
  await one.home.restore(signal);
  let most = 0;
  for (let save = 0; save < 54; save++) {
    await asUser(one.folder, `echo ${save} > f${save}`);
    await one.home.save(unlimited);
    most = Math.max(most, (await stored(one)).blobs.length);
  }
  expect(most).toBeGreaterThan(40);
  expect((await stored(one)).blobs.length).toBeLessThan(10);
  await using other = await rig.sandbox();
  await other.home.restore(signal);
  expect(await describeHome(other.folder)).toEqual(await describeHome(one.folder));
});
