import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { sessionPolicy } from '../../../../lambdas/core/agent/session-policy.ts';
import { storageCredentials } from '../../../../lambdas/core/agent/storage-credentials.ts';
import { isAllowed } from '../../../../local/policy/is-allowed.ts';
import { parsePolicy } from '../../../../local/policy/policy-document.ts';
import { agentOf, callOf } from '../../../support/calls.ts';
import { playedStorageSessions as storageSessions } from '../../../support/fakes/played-storage-sessions.ts';
import { fakeService } from '../../../support/stack/sandbox-life.ts';

const bucket = 'the-bucket';
const letters = [...'abAB01._-'];
const userIds = fc
  .array(fc.constantFrom(...letters), { minLength: 1, maxLength: 12 })
  .map((parts) => parts.join(''))
  .filter((id) => /^[A-Za-z0-9]/.test(id));

function allows(userId: string, action: string, key: string): boolean {
  const policy = parsePolicy(sessionPolicy(bucket, userId));
  if (typeof policy === 'string') throw new Error(policy);
  const resource = `arn:aws:s3:::${bucket}/${key}`;
  return isAllowed([policy], { action, resource, context: new Map() });
}

test('C6: whatever a user is called, a session reaches what is under its own name and nothing else', () => {
  void fc.assert(
    fc.property(userIds, userIds, (own, other) => {
      const keyOf = (user: string) => `users/${user}/home/head.json`;
      expect(allows(own, 's3:GetObject', keyOf(own))).toBe(true);
      expect(allows(own, 's3:PutObject', keyOf(other))).toBe(own === other);
    }),
  );
});

test.each(['*', 'a*', 'a?', 'ann/../bob', 'a$', '$\x7baws:userid}', '', '.a', 'a b', 'a\n'])(
  'C6: a user id like %j, which could be a pattern or a path, gets no session',
  (id) => {
    expect(() => sessionPolicy(bucket, id)).toThrow();
  },
);

test('a session removes cold files only, and lists its own names only', () => {
  expect(allows('ann', 's3:DeleteObject', 'users/ann/cold/a')).toBe(true);
  expect(allows('ann', 's3:DeleteObject', 'users/ann/home/head.json')).toBe(false);
  expect(allows('ann', 's3:DeleteObject', 'users/bob/cold/a')).toBe(false);
  const policy = parsePolicy(sessionPolicy(bucket, 'ann'));
  if (typeof policy === 'string') throw new Error(policy);
  const lists = (prefix: string) =>
    isAllowed([policy], {
      action: 's3:ListBucket',
      resource: `arn:aws:s3:::${bucket}`,
      context: new Map([['s3:prefix', prefix]]),
    });
  expect(['users/ann/', 'users/ann/home/'].map(lists)).toEqual([true, true]);
  expect(['', 'users/', 'users/ann', 'users/anna/', 'users/bob/'].map(lists)).toEqual(Array(5).fill(false));
});

test('a session puts what commands print beside the homes, its own user’s only, and reads none of it', () => {
  const key = (user: string) => `outputs/${user}/sbx_1/cmd_1/stdout/0`;
  expect(['ann', 'anna', 'bob'].map((user) => allows('ann', 's3:PutObject', key(user)))).toEqual([true, false, false]);
  expect(allows('ann', 's3:GetObject', key('ann'))).toBe(false);
});

test('the longest name still fits into a session’s policy', () => {
  expect(sessionPolicy('b'.repeat(63), 'u'.repeat(128)).length).toBeLessThanOrEqual(2_048);
});

test('an agent gets credentials for the user of its own sandbox, until that has ended', async () => {
  const { ready, ports, taskIdOf, taskEvent } = fakeService();
  const id = await ready();
  const agent = agentOf(taskIdOf(id));
  const ask = (caller = agent) =>
    storageCredentials(
      { ...ports, storageSessions },
      callOf('storageCredentials', caller, { params: { sandbox_id: id } }),
    );
  const userId = (await ports.records.get(id))?.user_id;
  expect(await ask()).toMatchObject({ body: { prefix: `users/${userId}/` } });
  await expect(ask(agentOf('f'.repeat(32)))).rejects.toMatchObject({ code: 'not_found' });
  await taskEvent(id);
  await expect(ask()).rejects.toMatchObject({ code: 'sandbox_ended' });
});
