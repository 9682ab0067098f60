import { expect, test } from 'vitest';
import { homeKeys } from '../../../../contract/home/keys.ts';
import { homeLimits } from '../../../../contract/home/limits.ts';
import { tidyHomes } from '../../../../lambdas/core/storage/tidy/tidy-homes.ts';
import { FakeHomes, summary } from '../../../support/fakes/fake-homes.ts';
import { FakeObjects } from '../../../support/fakes/fake-objects.ts';
import { JumpingClock, keptLog } from '../../../support/fakes/fakes.ts';
import { sampleCheckpoint } from '../../../support/sample-checkpoint.ts';

const hourMs = 3_600_000;
const graceMs = homeLimits.graceHours * hourMs;
const checkpoint = (n: number): string => `ckp_${String(n).padStart(26, '0')}`;
const always = () => true;

/** Homes in a bucket, and what a walk makes of them. */
function rig(keep = { newest: 2, days: 30 }) {
  const clock = new JumpingClock();
  const homes = new FakeHomes();
  const objects = new FakeObjects();
  const kept = new Map<string, string | undefined>();
  const cursors = {
    read: async (name: string) => kept.get(name),
    write: async (name: string, at: string | undefined) => void kept.set(name, at),
  };
  const log = keptLog();
  const ports = { homes, objects, cursors, keep, clock, log };
  /** A checkpoint with a file of its own, the newest of its user; answers the key of its blob. */
  const save = (userId: string, n: number, given: Parameters<typeof summary>[1] = {}): string => {
    const saved_at = new Date(clock.now()).toISOString();
    const { manifest, blobs } = sampleCheckpoint(checkpoint(n), { [`f${n}`]: `${n}` }, { saved_at, ...given });
    homes.manifests.set(`${userId}/${checkpoint(n)}`, manifest);
    const before = homes.heads.get(userId);
    const own = summary(checkpoint(n), { saved_at, ...given });
    homes.heads.set(userId, {
      version: 1,
      checkpoints: [own, ...(before?.checkpoints ?? [])],
      dropped: before?.dropped ?? [],
    });
    const keys = homeKeys(userId);
    const [[hash = ''] = []] = blobs;
    objects.put(keys.head, 1, clock.now());
    objects.put(keys.manifest(checkpoint(n)), 10, clock.now());
    objects.put(keys.blob(hash), 100, clock.now());
    return keys.blob(hash);
  };
  const ids = (userId: string) => homes.heads.get(userId)?.checkpoints.map(({ checkpoint_id }) => checkpoint_id);
  return { ...ports, ports, kept, save, ids };
}

test('a home keeps its newest checkpoints, and those that somebody asked for as long as is set', async () => {
  const { ports, save, ids, clock } = rig();
  save('ada', 1, { cause: 'asked' });
  for (const n of [2, 3, 4]) save('ada', n);
  await tidyHomes(ports, always);
  expect(ids('ada')).toEqual([4, 3, 1].map(checkpoint));
  clock.pass(31 * 24 * hourMs);
  await tidyHomes(ports, always);
  expect(ids('ada')).toEqual([4, 3].map(checkpoint));
});

test('what a dropped checkpoint alone had is collected once nobody can build on it, and nothing else', async () => {
  const { ports, save, clock, objects } = rig();
  const blobs = [1, 2, 3].map((n) => save('ada', n));
  await tidyHomes(ports, always);
  expect(objects.removed).toEqual([]);
  clock.pass(graceMs - hourMs);
  await tidyHomes(ports, always);
  expect(objects.removed).toEqual([]);
  clock.pass(25 * hourMs);
  await tidyHomes(ports, always);
  expect(objects.removed).toEqual([homeKeys('ada').manifest(checkpoint(1)), blobs[0]]);
});

test('what a save under way has written stays, though nothing names it yet', async () => {
  const { ports, save, clock, objects } = rig();
  save('ada', 1);
  clock.pass(48 * hourMs);
  const fresh = homeKeys('ada').blob('a'.repeat(64));
  const manifest = homeKeys('ada').manifest(checkpoint(9));
  objects.put(fresh, 100, clock.now() - homeLimits.saveHours * hourMs);
  objects.put(manifest, 100, clock.now());
  await tidyHomes(ports, always);
  expect(objects.removed).toEqual([]);
  clock.pass(graceMs + hourMs);
  await tidyHomes(ports, always);
  expect(objects.removed).toEqual([manifest, fresh]);
});

test('a save that commits meanwhile wins: its home is left alone this time', async () => {
  const { ports, save, homes, objects, clock } = rig();
  for (const n of [1, 2, 3]) save('ada', n);
  clock.pass(48 * hourMs);
  homes.replaceHead = async () => false;
  await tidyHomes(ports, always);
  expect(objects.removed).toEqual([]);
});

test('nothing is collected where a checkpoint can’t be read, and others are', async () => {
  const { ports, save, homes, objects, clock, log } = rig();
  const orphan = (userId: string) => homeKeys(userId).blob('b'.repeat(64));
  for (const userId of ['ada', 'eve']) {
    save(userId, 1);
    objects.put(orphan(userId), 1, clock.now());
  }
  homes.manifests.delete(`ada/${checkpoint(1)}`);
  clock.pass(48 * hourMs);
  await tidyHomes(ports, always);
  expect(objects.removed).toEqual([orphan('eve')]);
  expect(log.lines).toMatchObject([
    { level: 'error', fields: { event: 'home.tidy', userId: 'ada' } },
    { level: 'info' },
  ]);
});

test('cold files and what is no blob are never touched, and a home without a head is rubble', async () => {
  const { ports, objects, clock } = rig();
  const rubble = homeKeys('ada').blob('c'.repeat(64));
  for (const key of [rubble, 'users/ada/cold/x', 'users/ada/home/notes']) objects.put(key, 1, clock.now());
  clock.pass(48 * hourMs);
  await tidyHomes(ports, always);
  expect(objects.removed).toEqual([rubble]);
});

test('a home that a run dies of is passed by, and the next run goes on behind it', async () => {
  const { ports, save, ids, homes, clock } = rig({ newest: 1, days: 0 });
  for (const userId of ['ada', 'eve', 'zoe']) for (const n of [1, 2]) save(userId, n);
  const deadly = {
    head: async (userId: string) => (userId === 'eve' ? new Promise<never>(() => {}) : homes.head(userId)),
    replaceHead: homes.replaceHead.bind(homes),
    manifest: homes.manifest.bind(homes),
  };
  // It never comes back, as a process that is out of memory does not.
  void tidyHomes({ ...ports, homes: deadly }, always);
  while (ids('ada')?.length !== 1) await clock.sleep(1);
  for (let turns = 0; turns < 20; turns++) await clock.sleep(1);
  await tidyHomes(ports, always);
  expect(['ada', 'eve', 'zoe'].map((userId) => ids(userId)?.length)).toEqual([1, 2, 1]);
});

test('a walk goes on where its time was over, and begins anew once a day', async () => {
  const { ports, save, ids, clock, kept } = rig({ newest: 1, days: 0 });
  const users = ['ada', 'bob', 'cyd'];
  const saveAll = (n: number) => users.map((userId) => save(userId, n));
  saveAll(1);
  saveAll(2);
  const until = (userId: string) => () => ids(userId)?.length !== 1;
  await tidyHomes(ports, until('ada'));
  expect(users.map((userId) => ids(userId)?.length)).toEqual([1, 2, 2]);
  await tidyHomes(ports, always);
  expect(users.map((userId) => ids(userId)?.length)).toEqual([1, 1, 1]);
  expect(kept.get('homes')).toContain('"done":true');
  saveAll(3);
  await tidyHomes(ports, always);
  expect(users.map((userId) => ids(userId)?.length)).toEqual([2, 2, 2]);
  clock.pass(25 * hourMs);
  await tidyHomes(ports, always);
  expect(users.map((userId) => ids(userId)?.length)).toEqual([1, 1, 1]);
});
