import { STS } from '@aws-sdk/client-sts';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../contract/clock.ts';
import { type Credentials, Principals } from '../../../local/aws/keys.ts';
import { type HazardSettings, readHazards } from '../../../local/hazards/hazards.ts';
import { createSts } from '../../../local/sts/create-sts.ts';
import { policy, startS3 } from '../s3/start-s3.ts';

const RoleArn = 'arn:aws:iam::000000000000:role/storage';
const session = { RoleArn, RoleSessionName: 'sbx_1' };
const region = 'us-east-1';
const arn = 'arn:aws:s3:::test-bucket';
const rolePolicy = policy({ Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: `${arn}/users/*` });

async function startSts(hazards?: HazardSettings) {
  const time = { now: Date.now() };
  const principals = new Principals({ clock: { ...systemClock, now: () => time.now } });
  const roles = [{ name: 'storage', policy: rolePolicy, trusts: ['broker'] }];
  const server = await createSts({ principals, region, clock: systemClock, roles, hazards: readHazards(hazards) });
  onTestFinished(() => server[Symbol.asyncDispose]());
  const clientFor = (credentials: Credentials) => {
    const client = new STS({ endpoint: server.url, region, credentials, maxAttempts: 1 });
    onTestFinished(() => client.destroy());
    return client;
  };
  const sts = clientFor(principals.issueFunction('broker', 'broker').credentials);
  return { sts, principals, clientFor, time };
}

const sessionPolicy = (user: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action: 's3:*', Resource: `${arn}/users/${user}/*` },
  });

test('who a key belongs to is said as AWS says it', async () => {
  const { sts, clientFor, principals } = await startSts();
  expect(await sts.getCallerIdentity()).toMatchObject({
    Account: '000000000000',
    Arn: 'arn:aws:sts::000000000000:assumed-role/broker/broker',
    UserId: expect.stringMatching(/^AROA[A-Z2-7]{17}:broker$/),
  });
  const user = clientFor(principals.issueService('ann').credentials);
  expect(await user.getCallerIdentity()).toMatchObject({ Arn: 'arn:aws:iam::000000000000:user/ann' });
});

test('a session of a role opens at S3 what role and session policy allow, until it expires', async () => {
  const { sts, principals, time } = await startSts();
  const { clientFor } = await startS3({ principals });
  const { Credentials: given, AssumedRoleUser } = await sts.assumeRole({ ...session, Policy: sessionPolicy('ann') });
  expect(AssumedRoleUser?.Arn).toBe('arn:aws:sts::000000000000:assumed-role/storage/sbx_1');
  expect(given?.Expiration?.getTime()).toBeCloseTo(time.now + 3_600_000, -4);
  const credentials = {
    accessKeyId: String(given?.AccessKeyId),
    secretAccessKey: String(given?.SecretAccessKey),
    sessionToken: String(given?.SessionToken),
  };
  const s3 = clientFor(credentials);
  const put = (Key: string) => s3.putObject({ Bucket: 'test-bucket', Key, Body: 'x' });
  await put('users/ann/a');
  await expect(put('users/bob/a')).rejects.toMatchObject({ name: 'AccessDenied' });
  await expect(put('other/a')).rejects.toMatchObject({ name: 'AccessDenied' });
  time.now += 3_601_000;
  await expect(put('users/ann/a')).rejects.toMatchObject({ name: 'ExpiredToken' });
});

test('only who a role trusts assumes it, and nobody learns which roles there are', async () => {
  const { sts, principals, clientFor } = await startSts();
  const denied = { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } };
  const stranger = clientFor(principals.issueFunction('query', 'query').credentials);
  await expect(stranger.assumeRole(session)).rejects.toMatchObject(denied);
  const user = clientFor(principals.issueService('broker').credentials);
  await expect(user.assumeRole(session)).rejects.toMatchObject(denied);
  await expect(sts.assumeRole({ ...session, RoleArn: `${RoleArn}s` })).rejects.toMatchObject(denied);
});

test.each([
  ['a session that lasts longer than an hour', { DurationSeconds: 3_601 }, 'ValidationError'],
  ['a session of less than a quarter of an hour', { DurationSeconds: 899 }, 'ValidationError'],
  ['a name with other characters', { RoleSessionName: 'a b' }, 'ValidationError'],
  ['a policy that is no JSON', { Policy: '{' }, 'MalformedPolicyDocumentException'],
  [
    'a policy with an element nobody enforces',
    { Policy: sessionPolicy('a').replace('"Action"', '"NotAction"') },
    'MalformedPolicyDocumentException',
  ],
  ['a policy that is too long', { Policy: sessionPolicy('a'.repeat(2_048)) }, 'ValidationError'],
  [
    'a tag twice',
    {
      Tags: [
        { Key: 'a', Value: '1' },
        { Key: 'a', Value: '2' },
      ],
    },
    'ValidationError',
  ],
  ['a tag with other characters', { Tags: [{ Key: 'a', Value: '*' }] }, 'ValidationError'],
])('fails when asked for %s', async (_, wrong, name) => {
  const { sts } = await startSts();
  await expect(sts.assumeRole({ ...session, ...wrong })).rejects.toMatchObject({ name });
});

test('tags are part of the session', async () => {
  const { sts, principals } = await startSts();
  const { Credentials: given } = await sts.assumeRole({ ...session, Tags: [{ Key: 'user', Value: 'ann' }] });
  expect(principals.find(String(given?.AccessKeyId))).toMatchObject({ tags: { user: 'ann' } });
});

test('who isn’t known, signs wrongly or has expired is refused in STS’s words', async () => {
  const { principals, clientFor, time } = await startSts();
  const { credentials } = principals.issueFunction('broker', 'broker', time.now + 1_000);
  const identityOf = (given: Credentials) => clientFor(given).getCallerIdentity();
  await expect(identityOf({ ...credentials, secretAccessKey: 'x' })).rejects.toMatchObject({
    name: 'SignatureDoesNotMatch',
  });
  await expect(identityOf({ ...credentials, accessKeyId: 'ASIANOPE' })).rejects.toMatchObject({
    name: 'InvalidClientTokenId',
  });
  time.now += 2_000;
  await expect(identityOf(credentials)).rejects.toMatchObject({ name: 'ExpiredToken' });
});

test('calls can be refused on purpose', async () => {
  const { sts } = await startSts({ calls: [{ service: 'sts', operation: 'AssumeRole', fate: 'throttle', times: 1 }] });
  await expect(sts.assumeRole(session)).rejects.toMatchObject({ name: 'Throttling' });
  await sts.assumeRole(session);
});
