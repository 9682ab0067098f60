import { expect, test } from 'vitest';
import { createClock } from '../../../contract/clock.ts';
import { type HazardSettings, readHazards } from '../../../local/hazards/hazards.ts';
import { startHomeRig, unlimited } from '../../support/agent/home-rig.ts';
import { asUser, describeHome } from '../../support/agent/home-trees.ts';

const { signal } = unlimited;

test('C8: a bucket that is missing, in another region or forbidden has a fault of its own, which names it', async () => {
  await using rig = await startHomeRig();
  const faultOf = async (given: object) => {
    await using one = await rig.sandbox({ credentials: async () => given });
    await expect(one.home.restore(signal)).rejects.toMatchObject({ name: 'HomeFault' });
    return one.home.report.fault;
  };
  expect(await faultOf({ ...rig.allPowerful, bucket: 'no-such-bucket' })).toEqual({
    code: 'bucket_missing',
    message: 'there is no bucket no-such-bucket',
  });
  expect(await faultOf({ region: 'eu-west-1' })).toMatchObject({
    code: 'bucket_foreign',
    message: expect.stringContaining('homes-bucket'),
  });
  expect(await faultOf(rig.credentialsFor('bob'))).toMatchObject({
    code: 'storage_forbidden',
    message: expect.stringContaining('homes-bucket'),
  });
});

test('without credentials the fault says so, and never quotes any', async () => {
  await using rig = await startHomeRig();
  const clock = createClock(50, Date.now());
  const credentials = () => Promise.reject(new Error('the control plane is away'));
  await using one = await rig.sandbox({ credentials, clock });
  await expect(one.home.restore(signal)).rejects.toMatchObject({ code: 'no_credentials' });
});

const hazards: HazardSettings = {
  calls: [
    { service: 's3', operation: 'PutObject', fate: 'throttle', chance: 0.2 },
    { service: 's3', operation: 'PutObject', fate: 'fail', chance: 0.2 },
    { service: 's3', operation: 'GetObject', fate: 'fail', chance: 0.2 },
  ],
  storage: { bodies: [{ direction: 'down', fate: 'cut', afterBytes: 1_000, chance: 0.2 }] },
};

test('storage that refuses, slows down and breaks off is tried again until the home is whole', async () => {
  await using rig = await startHomeRig({ hazards: readHazards(hazards) });
  const clock = createClock(20, Date.now());
  await using one = await rig.sandbox({ clock });
  await one.home.restore(signal);
  await asUser(
    one.folder,
    'for i in $(seq 50); do head -c 100000 /dev/urandom > $i; done; head -c 30000000 /dev/urandom > large',
  );
  await one.home.save(unlimited);
  await using other = await rig.sandbox({ clock });
  await other.home.restore(signal);
  expect(await describeHome(other.folder)).toEqual(await describeHome(one.folder));
});

test('L9: storage that never answers is given up with a fault', async () => {
  const never = readHazards({
    calls: [{ service: 's3', operation: 'GetObject', fate: { delayMs: 10_000_000 } }],
  });
  await using rig = await startHomeRig({ hazards: never, clock: createClock(2_000, Date.now()) });
  await using one = await rig.sandbox();
  await expect(one.home.restore(signal)).rejects.toMatchObject({ code: 'storage_unavailable' });
});
