import { expect, test } from 'vitest';
import { type Clock, systemClock } from '../../../contract/clock.ts';
import type { StorageCredentials } from '../../../contract/home/credentials.ts';
import { startHomeRig, unlimited } from '../../support/agent/home-rig.ts';
import { asUser, describeHome } from '../../support/agent/home-trees.ts';

const { signal } = unlimited;
const minuteMs = 60_000;
const large = 'for i in $(seq 6); do head -c 5000000 /dev/urandom > f$i; done';

/** A rig whose time can be put forward, for storage and agents alike, and which credentials were given out in it. */
async function begin() {
  let forwardMs = 0;
  const clock: Clock = {
    now: () => systemClock.now() + forwardMs,
    after: (ms, run) => systemClock.after(ms, run),
    sleep: (ms, signal) => systemClock.sleep(ms, signal),
  };
  const forward = (ms: number) => {
    forwardMs += ms;
  };
  const rig = await startHomeRig({ clock });
  const given: StorageCredentials[] = [];
  const credentials = async () => {
    const fresh = rig.credentialsFor('ada');
    given.push(fresh);
    return fresh;
  };
  return { forward, rig, given, credentials };
}

test('credentials are new after 45 minutes, in the middle of a save too', async () => {
  const { forward, rig, given, credentials } = await begin();
  await using _ = rig;
  await using one = await rig.sandbox({ credentials });
  await one.home.restore(signal);
  await asUser(one.folder, large);
  const onProgress = (files: number) => {
    if (files === 2) forward(46 * minuteMs);
  };
  await one.home.save({ ...unlimited, onProgress });
  expect(given).toHaveLength(2);
  await using other = await rig.sandbox();
  await other.home.restore(signal);
  expect(await describeHome(other.folder)).toEqual(await describeHome(one.folder));
});

test('credentials that storage takes for expired or does not know are asked for anew, while it saves and while it restores', async () => {
  await using rig = await startHomeRig();
  const given: string[] = [];
  // What is given first each time has been revoked already, as after a restart of storage.
  const credentials = async () => {
    const fresh = rig.credentialsFor('ada');
    given.push(fresh.access_key_id);
    return given.length % 2 === 1 ? { ...fresh, access_key_id: `ASIA${'X'.repeat(16)}` } : fresh;
  };
  await using one = await rig.sandbox({ credentials });
  await one.home.restore(signal);
  expect(given).toHaveLength(2);
  await asUser(one.folder, large);
  await one.home.save(unlimited);
  await using other = await rig.sandbox({ credentials });
  await other.home.restore(signal);
  expect(given).toHaveLength(4);
  expect(await describeHome(other.folder)).toEqual(await describeHome(one.folder));
});
