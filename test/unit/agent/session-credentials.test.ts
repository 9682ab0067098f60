import { expect, test } from 'vitest';
import { SessionCredentials } from '../../../containers/agent/home/storage/session-credentials.ts';
import type { StorageCredentials } from '../../../contract/home/credentials.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

const hourMs = 3_600_000;

function begin() {
  const clock = new ManualClock();
  const asked: PromiseWithResolvers<StorageCredentials>[] = [];
  const ask = () => {
    const answer = Promise.withResolvers<StorageCredentials>();
    asked.push(answer);
    return answer.promise;
  };
  const given: StorageCredentials = {
    access_key_id: 'id',
    secret_access_key: 'secret',
    session_token: 'token',
    expires_at: new Date(clock.now() + hourMs).toISOString(),
    bucket: 'bucket',
    region: 'us-east-1',
    prefix: 'users/ada/',
  };
  return { clock, asked, given, credentials: new SessionCredentials({ ask, clock }) };
}

const { signal: never } = new AbortController();

test('who asks and goes takes nothing from those who wait for the same answer', async () => {
  const { asked, given, credentials } = begin();
  const going = new AbortController();
  const gone = credentials.get(going.signal);
  const stays = credentials.get(never);
  going.abort(new Error('gone'));
  await expect(gone).rejects.toThrow('gone');
  asked[0]?.resolve(given);
  expect(await stays).toEqual(given);
  expect(asked).toHaveLength(1);
});

test('they are asked for once, and anew before they end; kept ones are better than none', async () => {
  const { clock, asked, given, credentials } = begin();
  const first = credentials.get(never);
  asked[0]?.resolve(given);
  await first;
  clock.pass(44 * 60_000);
  expect(await credentials.get(never)).toEqual(given);
  expect(asked).toHaveLength(1);
  clock.pass(2 * 60_000);
  const second = credentials.get(never);
  asked[1]?.reject(new Error('away'));
  expect(await second).toEqual(given);
  clock.pass(hourMs);
  const third = credentials.get(never);
  asked[2]?.reject(new Error('away'));
  await expect(third).rejects.toMatchObject({ code: 'no_credentials' });
});
