import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { storageRole } from '../../../../contract/storage-role.ts';
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

const sandboxId = `sbx_${'1'.repeat(26)}`;
const both = { hot: true, cold: true };

function policyOf(userId: string, storage = both) {
  const policy = parsePolicy(sessionPolicy(bucket, { userId, sandboxId, storage }));
  if (typeof policy === 'string') throw new Error(policy);
  return policy;
}

function allows(userId: string, action: string, key: string, storage = both): boolean {
  const resource = `arn:aws:s3:::${bucket}/${key}`;
  return isAllowed([policyOf(userId, storage)], { action, resource, context: new Map() });
}

const lists = (prefix: string, storage = both) =>
  isAllowed([policyOf('ann', storage)], {
    action: 's3:ListBucket',
    resource: `arn:aws:s3:::${bucket}`,
    context: new Map([['s3:prefix', prefix]]),
  });

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
    expect(() => policyOf(id)).toThrow();
  },
);

test('a session removes cold files only, and lists its own names only', () => {
  expect(allows('ann', 's3:DeleteObject', 'users/ann/cold/a')).toBe(true);
  expect(allows('ann', 's3:DeleteObject', 'users/ann/home/head.json')).toBe(false);
  expect(allows('ann', 's3:DeleteObject', 'users/bob/cold/a')).toBe(false);
  expect(['users/ann/home/', 'users/ann/cold/a'].map((prefix) => lists(prefix))).toEqual([true, true]);
  const others = ['', 'users/', 'users/ann', 'users/ann/', 'users/anna/home/', 'users/bob/home/'];
  expect(others.filter((prefix) => lists(prefix))).toEqual([]);
});

test.each([
  [{ hot: true, cold: false }, ['home']],
  [{ hot: false, cold: true }, ['cold']],
  [{ hot: false, cold: false }, []],
])('a sandbox created with %j reaches nothing else of its user’s', (storage, reached) => {
  for (const tier of ['home', 'cold']) {
    const key = `users/ann/${tier}/a`;
    for (const action of ['s3:GetObject', 's3:PutObject'])
      expect(allows('ann', action, key, storage), `${action} ${key}`).toBe(reached.includes(tier));
    expect(lists(key, storage)).toBe(reached.includes(tier));
  }
  expect(allows('ann', 's3:DeleteObject', 'users/ann/cold/a', storage)).toBe(storage.cold);
});

test('a session puts what the commands of its own sandbox print beside the homes, and reads none of it', () => {
  const key = (user: string, sandbox: string) => `outputs/${user}/${sandbox}/cmd_1/stdout/0`;
  expect(allows('ann', 's3:PutObject', key('ann', sandboxId))).toBe(true);
  expect(allows('ann', 's3:PutObject', key('ann', `sbx_${'2'.repeat(26)}`))).toBe(false);
  expect(['anna', 'bob'].filter((user) => allows('ann', 's3:PutObject', key(user, sandboxId)))).toEqual([]);
  expect(allows('ann', 's3:GetObject', key('ann', sandboxId))).toBe(false);
});

test('the storage role has every right that a session is cut down to', () => {
  for (const { Action, Resource } of JSON.parse(sessionPolicy(bucket, { userId: 'ann', sandboxId, storage: both }))
    .Statement) {
    const wanted = [Action].flat().filter((action) => action !== 's3:ListBucket');
    for (const resource of wanted.length > 0 ? [Resource].flat() : []) {
      const part = storageRole.objects.find(({ parts }) =>
        parts.some(({ prefix }) => resource.startsWith(`arn:aws:s3:::${bucket}/${prefix}`)),
      );
      expect(part?.actions.map((action) => `s3:${action}`)).toEqual(expect.arrayContaining(wanted));
    }
  }
});

test('the longest name still fits into a session’s policy', () => {
  const session = { userId: 'u'.repeat(128), sandboxId, storage: both };
  expect(sessionPolicy('b'.repeat(63), session).length).toBeLessThanOrEqual(2_048);
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
