import { join } from 'node:path';
import type { Clock } from '../../../contract/clock.ts';
import type { StorageCredentials } from '../../../contract/home/credentials.ts';
import { userPrefix } from '../../../contract/home/keys.ts';
import { sessionPolicy } from '../../../lambdas/core/agent/session-policy.ts';
import { Principals } from '../../../local/aws/keys.ts';
import type { Hazards } from '../../../local/hazards/hazards.ts';
import { forwardTo } from '../../../local/link/forward.ts';
import { openLink } from '../../../local/link/open-link.ts';
import { isStorageHost } from '../../../local/link/storage-host.ts';
import { parsePolicy } from '../../../local/policy/policy-document.ts';
import { createS3 } from '../../../local/s3/create-s3.ts';

const bucket = 'homes-bucket';
const region = 'us-east-1';

/** Where storage is, and who may do what there. */
export interface StoragePlace {
  readonly s3Url: string;
  readonly linkSocket: string;
  /** Credentials that may do everything, in the place of a session's. */
  readonly allPowerful: Partial<StorageCredentials>;
  /** What the control plane would give the agent of a user's sandbox. */
  credentialsFor(userId: string): StorageCredentials;
}

interface Options {
  /** Where everything lies, what an earlier one left there among it. */
  readonly folder: string;
  readonly hazards: Hazards;
  readonly clock: Clock;
}

const sandboxId = `sbx_${'0'.repeat(26)}`;

/** S3 behind a link, and sessions for it, until it is disposed of. */
export async function openStoragePlace({ folder, hazards, clock }: Options): Promise<StoragePlace & AsyncDisposable> {
  await using started = new AsyncDisposableStack();
  const principals = new Principals({ clock });
  const expiry = { prefixes: [], unfinishedUploadDays: 1 };
  const s3 = started.use(
    await createS3({ dir: join(folder, 's3'), clock, principals, region, hazards, bucket: { name: bucket, expiry } }),
  );
  const link = started.use(
    await openLink(folder, 'link', {
      own: forwardTo(() => s3.url),
      gateway: forwardTo(() => s3.url),
      storage: { isAt: isStorageHost(s3.url), listener: s3.listener },
    }),
  );
  const credentialsFor = (userId: string): StorageCredentials => {
    const policy = parsePolicy(sessionPolicy(bucket, { userId, sandboxId, storage: { hot: true, cold: true } }));
    if (typeof policy === 'string') throw new Error(policy);
    const expiresAt = clock.now() + 3_600_000;
    const session = { roleName: 'storage', sessionName: userId, expiresAt, policies: [policy], tags: {} };
    const { credentials } = principals.issueAssumed(session);
    return {
      access_key_id: credentials.accessKeyId,
      secret_access_key: credentials.secretAccessKey,
      session_token: credentials.sessionToken ?? '',
      expires_at: new Date(expiresAt).toISOString(),
      bucket,
      region,
      prefix: userPrefix(userId),
    };
  };
  const { credentials: powerful } = principals.issueFunction('deploy', 'test');
  const allPowerful = {
    access_key_id: powerful.accessKeyId,
    secret_access_key: powerful.secretAccessKey,
    session_token: powerful.sessionToken ?? '',
  };
  const running = started.move();
  return {
    s3Url: s3.url,
    linkSocket: link.socketPath,
    allPowerful,
    credentialsFor,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
