import { outputsPrefix } from '../../../contract/agent/kept-output.ts';
import { SandboxId, UserId } from '../../../contract/api/identifiers.ts';
import { tierPrefix } from '../storage/tier-prefix.ts';
import type { StorageSession } from './ports.ts';

/**
 * What a session of the storage role is cut down to: the parts of one user's storage that one sandbox was created with. Of a home
 * nothing can be removed with it, that is the collector's; cold files can. What the sandbox's own commands print can be put beside it.
 * Throws for an id that could be more than a name in a pattern.
 */
export function sessionPolicy(bucket: string, { userId, sandboxId, storage }: StorageSession): string {
  const user = UserId.parse(userId);
  const [home, cold] = [tierPrefix(user, 'hot'), tierPrefix(user, 'cold')];
  const outputs = `${outputsPrefix(user)}${SandboxId.parse(sandboxId)}/`;
  const reached = [...(storage.hot ? [home] : []), ...(storage.cold ? [cold] : [])].map((prefix) => `${prefix}*`);
  const arn = `arn:aws:s3:::${bucket}`;
  const use = [
    {
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload'],
      Resource: reached.map((pattern) => `${arn}/${pattern}`),
    },
    { Effect: 'Allow', Action: 's3:ListBucket', Resource: arn, Condition: { StringLike: { 's3:prefix': reached } } },
  ];
  const Statement = [
    ...(reached.length > 0 ? use : []),
    ...(storage.cold ? [{ Effect: 'Allow', Action: 's3:DeleteObject', Resource: `${arn}/${cold}*` }] : []),
    { Effect: 'Allow', Action: 's3:PutObject', Resource: `${arn}/${outputs}*` },
  ];
  return JSON.stringify({ Version: '2012-10-17', Statement });
}
