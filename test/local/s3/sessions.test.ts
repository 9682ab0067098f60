import { expect, test } from 'vitest';
import { Bucket, policy, startS3 } from './start-s3.ts';

const denied = { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } };
const arn = `arn:aws:s3:::${Bucket}`;

/** A role for all users, and what a session of one of them is cut down to. */
const role = policy(
  { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], Resource: `${arn}/users/*` },
  { Effect: 'Allow', Action: 's3:ListBucket', Resource: arn, Condition: { StringLike: { 's3:prefix': 'users/*' } } },
);
const onlyFor = (user: string) =>
  policy(
    { Effect: 'Allow', Action: 's3:*', Resource: `${arn}/users/${user}/*` },
    {
      Effect: 'Allow',
      Action: 's3:ListBucket',
      Resource: arn,
      Condition: { StringLike: { 's3:prefix': `users/${user}/*` } },
    },
  );

test('a session reaches its user’s objects, and nobody else’s', async () => {
  const { put, sessionClient, read } = await startS3();
  for (const key of ['users/ann/a', 'users/anna/a', 'users/bob/b', 'transfers/t']) await put(key, key);
  const ann = sessionClient([role, onlyFor('ann')]);
  await ann.putObject({ Bucket, Key: 'users/ann/new', Body: 'x' });
  expect((await ann.listObjectsV2({ Bucket, Prefix: 'users/ann/' })).KeyCount).toBe(2);
  for (const Key of ['users/bob/b', 'users/anna/a', 'transfers/t', 'users/ann', '/users/ann/a']) {
    await expect(ann.getObject({ Bucket, Key })).rejects.toMatchObject(denied);
    await expect(ann.putObject({ Bucket, Key, Body: 'x' })).rejects.toMatchObject(denied);
    await expect(ann.deleteObject({ Bucket, Key })).rejects.toMatchObject(denied);
    await expect(ann.createMultipartUpload({ Bucket, Key })).rejects.toMatchObject(denied);
  }
  for (const Prefix of ['', 'users/', 'users/anna/', 'users/bob/']) {
    await expect(ann.listObjectsV2({ Bucket, Prefix })).rejects.toMatchObject(denied);
  }
  await expect(ann.listObjectsV2({ Bucket })).rejects.toMatchObject(denied);
  await expect(ann.listBuckets({})).rejects.toMatchObject(denied);
  expect(await read('users/bob/b')).toBe('users/bob/b');
});

test('M2: a key with dots is an object of its own, and leads to nobody else’s', async () => {
  const { put, sessionClient, read } = await startS3();
  await put('users/bob/b', 'bob’s');
  const ann = sessionClient([role, onlyFor('ann')]);
  await ann.putObject({ Bucket, Key: 'users/ann/../bob/b', Body: 'ann’s' });
  expect(await read('users/bob/b')).toBe('bob’s');
  expect(await read('users/ann/../bob/b')).toBe('ann’s');
});

test('a copy needs its source’s reading, and of many removals each is judged', async () => {
  const { put, sessionClient, s3 } = await startS3();
  for (const key of ['users/ann/a', 'users/bob/b']) await put(key);
  const ann = sessionClient([role, onlyFor('ann')]);
  await expect(
    ann.copyObject({ Bucket, Key: 'users/ann/stolen', CopySource: `${Bucket}/users/bob/b` }),
  ).rejects.toMatchObject(denied);
  const Objects = [{ Key: 'users/ann/a' }, { Key: 'users/bob/b' }];
  expect(await ann.deleteObjects({ Bucket, Delete: { Objects } })).toMatchObject({
    Deleted: [{ Key: 'users/ann/a' }],
    Errors: [{ Key: 'users/bob/b', Code: 'AccessDenied' }],
  });
  await s3.headObject({ Bucket, Key: 'users/bob/b' });
});

test('a session can’t do more than its role, whatever its own policy says', async () => {
  const { put, sessionClient } = await startS3();
  await put('users/ann/a');
  const all = policy({ Effect: 'Allow', Action: '*', Resource: '*' });
  const session = sessionClient([role, all]);
  await session.getObject({ Bucket, Key: 'users/ann/a' });
  await expect(session.getObject({ Bucket, Key: 'transfers/t' })).rejects.toMatchObject(denied);
  await expect(session.deleteBucket({ Bucket })).rejects.toMatchObject(denied);
  await expect(
    sessionClient([role, policy({ Effect: 'Allow', Action: 's3:GetBucketLocation', Resource: '*' })]).getObject({
      Bucket,
      Key: 'users/ann/a',
    }),
  ).rejects.toMatchObject(denied);
});

test('what isn’t there is denied to whom may not list, as S3 does', async () => {
  const { s3, sessionClient } = await startS3();
  const ann = sessionClient([role, onlyFor('ann')]);
  await expect(ann.getObject({ Bucket, Key: 'users/ann/none' })).rejects.toMatchObject(denied);
  await expect(ann.headObject({ Bucket, Key: 'users/ann/none' })).rejects.toMatchObject({
    $metadata: { httpStatusCode: 403 },
  });
  await expect(s3.getObject({ Bucket, Key: 'users/ann/none' })).rejects.toMatchObject({ name: 'NoSuchKey' });
});

test('a tag’s value is text in a policy, also when it looks like a pattern', async () => {
  const { put, sessionClient } = await startS3();
  for (const key of ['users/ann/a', 'users/*/a']) await put(key);
  const own = policy({ Effect: 'Allow', Action: 's3:GetObject', Resource: `${arn}/users/\${aws:PrincipalTag/user}/*` });
  await sessionClient([own], { user: 'ann' }).getObject({ Bucket, Key: 'users/ann/a' });
  const smuggler = sessionClient([own], { user: '*' });
  await smuggler.getObject({ Bucket, Key: 'users/*/a' });
  await expect(smuggler.getObject({ Bucket, Key: 'users/ann/a' })).rejects.toMatchObject(denied);
  await expect(sessionClient([own]).getObject({ Bucket, Key: 'users/ann/a' })).rejects.toMatchObject(denied);
});

test('a replacement on a condition needs the right to read', async () => {
  const { put, sessionClient } = await startS3();
  const { ETag } = await put('users/ann/a');
  const writer = sessionClient([policy({ Effect: 'Allow', Action: 's3:PutObject', Resource: `${arn}/*` })]);
  await writer.putObject({ Bucket, Key: 'users/ann/b', Body: 'x', IfNoneMatch: '*' });
  await expect(
    writer.putObject({ Bucket, Key: 'users/ann/a', Body: 'x', IfMatch: String(ETag) }),
  ).rejects.toMatchObject(denied);
});

test('a task’s own role and callers of the API have nothing to do with objects', async () => {
  const { put, principals, clientFor, time } = await startS3();
  await put('users/ann/a');
  const task = principals.issueTask('task-role', 'ab12', time.now + 3_600_000).credentials;
  for (const credentials of [task, principals.issueService('caller').credentials]) {
    await expect(clientFor(credentials).getObject({ Bucket, Key: 'users/ann/a' })).rejects.toMatchObject(denied);
  }
});

test('expired credentials say so', async () => {
  const { sessionClient, time } = await startS3();
  const ann = sessionClient([role]);
  time.now += 3_600_000;
  await expect(ann.listObjectsV2({ Bucket, Prefix: 'users/ann/' })).rejects.toMatchObject({ name: 'ExpiredToken' });
});
