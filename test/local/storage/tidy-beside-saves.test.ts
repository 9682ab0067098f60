import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../../contract/clock.ts';
import { homeLimits } from '../../../contract/home/limits.ts';
import { homes } from '../../../lambdas/aws/s3/homes.ts';
import { s3Client } from '../../../lambdas/aws/s3/s3-client.ts';
import { storedObjects } from '../../../lambdas/aws/s3/stored-objects.ts';
import { tidyHomes } from '../../../lambdas/core/storage/tidy/tidy-homes.ts';
import { type HomeSandbox, startHomeRig, unlimited } from '../../support/agent/home-rig.ts';
import { keptLog } from '../../support/fakes/fakes.ts';

const hourMs = 3_600_000;
const graceMs = homeLimits.graceHours * hourMs;
const keep = { newest: 1, days: 0 };
const noSignal = new AbortController().signal;

/** Storage whose time is moved by hand, agents' sandboxes in it, and what the function does there in one run. */
async function open() {
  let offsetMs = 0;
  const clock = { ...systemClock, now: () => systemClock.now() + offsetMs };
  const rig = await startHomeRig({ clock });
  const { access_key_id: accessKeyId = '', secret_access_key: secretAccessKey = '', session_token } = rig.allPowerful;
  const credentials = { accessKeyId, secretAccessKey, ...(session_token ? { sessionToken: session_token } : {}) };
  const log = keptLog();
  const tidy = async () => {
    const own = { endpoint: rig.s3Url, region: 'us-east-1', credentials, systemClockOffset: offsetMs };
    const client = s3Client(own);
    const bucket = { client, name: 'homes-bucket' };
    // Each run begins a walk.
    const cursors = { read: async () => undefined, write: async () => undefined };
    await tidyHomes({ homes: homes(bucket), objects: storedObjects(bucket), cursors, keep, clock, log }, () => true);
    client.destroy();
  };
  const failures = () => log.lines.filter(({ level }) => level === 'error');
  return {
    tidy,
    failures,
    pass: (ms: number) => {
      offsetMs += ms;
    },
    sandbox: (from: string | null = null) => rig.sandbox({ order: { keep, from } }),
    removed: () => log.lines.reduce((sum, { fields }) => sum + Number(fields['objectsRemoved'] ?? 0), 0),
    [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose](),
  };
}

const write = (sandbox: HomeSandbox, name: string, text: string) => writeFile(join(sandbox.folder, name), text);
const read = (sandbox: HomeSandbox, name: string) => readFile(join(sandbox.folder, name), 'utf8');

test('a save is whole though what it began with was dropped and collected meanwhile', async () => {
  await using world = await open();
  await using first = await world.sandbox();
  await first.home.restore(noSignal);
  await write(first, 'kept', 'from the beginning');
  await first.home.save(unlimited);
  await using late = await world.sandbox();
  await late.home.restore(noSignal);
  await write(first, 'kept', 'changed');
  await first.home.save(unlimited);
  await world.tidy();
  world.pass(graceMs + hourMs);
  await world.tidy();
  await world.tidy();
  expect(world.removed()).toBeGreaterThan(0);
  await write(late, 'own', 'of the late one');
  await late.home.save(unlimited);
  await world.tidy();
  await using next = await world.sandbox();
  await next.home.restore(noSignal);
  expect([await read(next, 'kept'), await read(next, 'own')]).toEqual(['changed', 'of the late one']);
  expect(world.failures()).toEqual([]);
}, 60_000);

test('whenever homes are tidied while others save, what was saved last can be restored whole', async () => {
  await using world = await open();
  await using sandbox = await world.sandbox();
  await sandbox.home.restore(noSignal);
  const large = (round: number) => `${round} `.repeat(200_000);
  for (let round = 1; round <= 8; round++) {
    // Contents come back after they were collected, and some stay for ever.
    await write(sandbox, 'a', large(round % 3));
    await write(sandbox, `b${round % 4}`, `${round}`);
    const saving = sandbox.home.save(unlimited);
    const tidying = world.tidy();
    await Promise.all([saving, tidying]);
    world.pass(graceMs / 2);
    await world.tidy();
  }
  await using next = await world.sandbox();
  await next.home.restore(noSignal);
  expect(await read(next, 'a')).toBe(large(8 % 3));
  expect(await Promise.all([0, 1, 2, 3].map((n) => read(next, `b${n}`)))).toEqual(['8', '5', '6', '7']);
  expect(world.removed()).toBeGreaterThan(0);
  expect(world.failures()).toEqual([]);
}, 90_000);
