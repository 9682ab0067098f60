import { S3 as S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../../contract/clock.ts';
import { type Credentials, Principals } from '../../../local/aws/keys.ts';
import { type HazardSettings, readHazards } from '../../../local/hazards/hazards.ts';
import { type PolicyDocument, parsePolicy } from '../../../local/policy/policy-document.ts';
import { createS3, type S3Options } from '../../../local/s3/create-s3.ts';
import { temporaryFolder } from '../../support/machines/compute.ts';

export const Bucket = 'test-bucket';
const region = 'us-east-1';

export interface TestS3 extends Partial<Omit<S3Options, 'hazards' | 'bucket'>> {
  readonly hazards?: HazardSettings;
}

/** A stand-in that ends with the test, with a bucket, and the SDK's client for it. Time passes when `time.now` is set. */
export async function startS3({ hazards, ...options }: TestS3 = {}) {
  const time = { now: Date.now() };
  const clock = { ...systemClock, now: () => time.now };
  const principals = options.principals ?? new Principals({ clock });
  const stack = new AsyncDisposableStack();
  onTestFinished(() => stack.disposeAsync());
  const expiry = { prefixes: [{ prefix: 'transfers/', days: 1 }], unfinishedUploadDays: 1 };
  const server = stack.use(
    await createS3({
      dir: temporaryFolder(),
      clock,
      principals,
      region,
      bucket: { name: Bucket, expiry },
      ...options,
      hazards: readHazards(hazards),
    }),
  );
  const { credentials } = principals.issueFunction('deploy', 'test');
  const clientFor = (given: Credentials, more: Partial<S3ClientConfig> = {}) => {
    const client = new S3Client({
      endpoint: server.url,
      region,
      maxAttempts: 1,
      credentials: given,
      responseChecksumValidation: 'WHEN_REQUIRED',
      ...more,
    });
    stack.defer(() => client.destroy());
    return client;
  };
  /** Of a session that may do what all of the policies allow. */
  const sessionClient = (policies: readonly PolicyDocument[], tags: Record<string, string> = {}) => {
    const session = { roleName: 'storage', sessionName: 'session', expiresAt: time.now + 3_600_000, policies, tags };
    return clientFor(principals.issueAssumed(session).credentials);
  };
  const s3 = clientFor(credentials);
  const put = (Key: string, Body = 'x') => s3.putObject({ Bucket, Key, Body });
  const read = async (Key: string) => String(await (await s3.getObject({ Bucket, Key })).Body?.transformToString());
  return {
    s3,
    server,
    time,
    principals,
    credentials,
    clientFor,
    sessionClient,
    put,
    read,
    stop: () => stack.disposeAsync(),
  };
}

/** A policy from its statements, as it would be sent. */
export function policy(...Statement: object[]): PolicyDocument {
  const parsed = parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement }));
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
}
