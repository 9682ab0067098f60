import { expect, test } from 'vitest';
import { createClock } from '../../../contract/clock.ts';
import { homeKeys } from '../../../contract/home/keys.ts';
import { homeLimits } from '../../../contract/home/limits.ts';
import { type HomeRig, type HomeSandbox, startHomeRig, unlimited } from '../../support/agent/home-rig.ts';
import { asUser, describeHome } from '../../support/agent/home-trees.ts';
import { storageOf } from '../../support/agent/storage-of.ts';

const { signal } = unlimited;

/** What is read by whoever begins next. */
async function restored(rig: HomeRig): Promise<string[]> {
  await using after = await rig.sandbox();
  await after.home.restore(signal);
  return describeHome(after.folder);
}

/** A sandbox whose home is saved, so that what it saves next builds on that. */
async function begun(rig: HomeRig, one: HomeSandbox): Promise<void> {
  await one.home.restore(signal);
  await asUser(one.folder, 'mkdir d; echo 1 > d/a; head -c 100000 /dev/urandom > b; head -c 9000000 /dev/urandom > c');
  await one.home.save(unlimited);
  expect(await restored(rig)).toEqual(await describeHome(one.folder));
}

test('a home that was removed meanwhile is stored anew, whole, by whoever still has it', async () => {
  await using rig = await startHomeRig();
  await using one = await rig.sandbox();
  await begun(rig, one);
  const storage = storageOf(rig);
  for (const key of await storage.keys(homeKeys('ada').prefix)) await storage.remove(key);
  await asUser(one.folder, 'echo 2 > d/a');
  await one.home.save(unlimited);
  expect(await restored(rig)).toEqual(await describeHome(one.folder));
});

test('what a save builds on may be collected once its checkpoint has been dropped for long: then all is stored anew', async () => {
  const clock = createClock(1, Date.now());
  await using rig = await startHomeRig({ clock });
  await using one = await rig.sandbox();
  await begun(rig, one);
  const { head } = homeKeys('ada');
  const storage = storageOf(rig);
  const { checkpoints } = JSON.parse((await storage.read(head)).toString());
  const [{ checkpoint_id }] = checkpoints;
  // As if twenty others had been saved and the collector been there: the head has dropped it, and its blobs are gone.
  const at = new Date(clock.now() - (homeLimits.graceHours / 2) * 3_600_000 - 60_000).toISOString();
  const dropped = [{ checkpoint_id, at }];
  await using other = await rig.sandbox({ user: 'ada', order: { keep: { newest: 1, days: 0 } } });
  await other.home.restore(signal);
  await asUser(other.folder, 'rm -r ./*; echo theirs > theirs');
  await other.home.save(unlimited);
  const now = JSON.parse((await storage.read(head)).toString());
  await storage.put(head, JSON.stringify({ ...now, dropped }));
  const kept = new Set(await blobsOf(other));
  for (const key of await storage.keys(homeKeys('ada').blobs)) if (!kept.has(key)) await storage.remove(key);
  await asUser(one.folder, 'echo mine > d/mine');
  await one.home.save(unlimited);
  const found = (await restored(rig)).map((line) => line.split(' ')[0]);
  expect(found).toEqual(expect.arrayContaining(['d', 'd/mine', 'theirs']));
});

/** The blobs of what a sandbox saved last. */
async function blobsOf({ repository }: HomeSandbox): Promise<string[]> {
  const id = (await repository.head(signal))?.head.checkpoints[0]?.checkpoint_id ?? '';
  const { blobs } = await repository.manifest(id, signal);
  return blobs.map(({ sha256 }) => homeKeys('ada').blob(sha256));
}
