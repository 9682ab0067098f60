import { expect, test } from 'vitest';
import { HomeStorage } from '../../../containers/agent/home/storage/home-storage.ts';
import { SessionCredentials } from '../../../containers/agent/home/storage/session-credentials.ts';
import { systemClock } from '../../../contract/clock.ts';
import { homeKeys } from '../../../contract/home/keys.ts';
import { type HomeRig, startHomeRig, unlimited } from '../../support/agent/home-rig.ts';

const { signal } = unlimited;
const body = Buffer.from('{}');

/** Storage as whoever stole the credentials of a user's agent has it. */
function thief(rig: HomeRig, userId: string): HomeStorage {
  const credentials = new SessionCredentials({ ask: async () => rig.credentialsFor(userId), clock: systemClock });
  return new HomeStorage({ link: rig.storage, credentials, clock: systemClock });
}

test('with the credentials of one user’s agent nobody else’s home can be read or written', async () => {
  await using rig = await startHomeRig();
  const [ann, anna] = [thief(rig, 'ann'), thief(rig, 'anna')];
  await anna.put(homeKeys('anna').head, body, signal);
  expect(await ann.put(homeKeys('ann').head, body, signal)).toBeTypeOf('string');
  expect((await ann.get(homeKeys('ann').head, 100, signal))?.body).toEqual(body);
  for (const user of ['anna', 'an', 'bob']) {
    const { head } = homeKeys(user);
    await expect(ann.get(head, 100, signal)).rejects.toMatchObject({ code: 'storage_forbidden' });
    await expect(ann.put(head, body, signal)).rejects.toMatchObject({ code: 'storage_forbidden' });
  }
  expect((await anna.get(homeKeys('anna').head, 100, signal))?.body).toEqual(body);
});
