import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { SandboxError } from '../../../contract/api/errors.ts';
import { userPrefix } from '../../../contract/home/keys.ts';
import type { StorageSessions } from '../../core/agent/ports.ts';
import { sessionPolicy } from '../../core/agent/session-policy.ts';
import { requestLimits } from '../request-limits.ts';
import { translateError } from '../translate-error.ts';

type Options = ConstructorParameters<typeof STSClient>[0];

const requestHandler = requestLimits(1_000, 3_000);
const hour = 3_600;

/** A client that gives up soon. Made once per environment. */
export const stsClient = (options: Options = {}): STSClient =>
  new STSClient({ maxAttempts: 3, requestHandler, ...options });

/** Sessions by AssumeRole, each with a policy for one sandbox, named and tagged for the record of the account. */
export function storageSessions(
  client: STSClient,
  { roleArn, bucket }: { readonly roleArn: string; readonly bucket: string },
): StorageSessions {
  return {
    async open(session) {
      const { userId, sandboxId } = session;
      const { Credentials } = await client
        .send(
          new AssumeRoleCommand({
            RoleArn: roleArn,
            RoleSessionName: sandboxId,
            DurationSeconds: hour,
            Policy: sessionPolicy(bucket, session),
            Tags: [{ Key: 'matrx-user', Value: userId }],
          }),
        )
        .catch((error) => {
          throw translateError('storage', error);
        });
      const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials ?? {};
      if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration)
        throw new SandboxError('unavailable', 'storage: STS gives no credentials', { details: { part: 'storage' } });
      return {
        access_key_id: AccessKeyId,
        secret_access_key: SecretAccessKey,
        session_token: SessionToken,
        expires_at: Expiration.toISOString(),
        bucket,
        region: await client.config.region(),
        prefix: userPrefix(userId),
      };
    },
  };
}
