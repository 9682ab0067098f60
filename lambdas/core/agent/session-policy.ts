import { outputsPrefix } from '../../../contract/agent/kept-output.ts';
import { UserId } from '../../../contract/api/identifiers.ts';
import { userPrefix } from '../../../contract/home/keys.ts';

/**
 * What a session of the storage role is cut down to: one user's part of the bucket. Of a home nothing can be removed with it,
 * that is the collector's; cold files can. What commands print can be put beside it. Throws for a user id that could be more than a name in a pattern.
 */
export function sessionPolicy(bucket: string, userId: string): string {
  const prefix = userPrefix(UserId.parse(userId));
  const arn = `arn:aws:s3:::${bucket}`;
  const Version = '2012-10-17';
  const Statement = [
    {
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload'],
      Resource: `${arn}/${prefix}*`,
    },
    { Effect: 'Allow', Action: 's3:DeleteObject', Resource: `${arn}/${prefix}cold/*` },
    { Effect: 'Allow', Action: 's3:PutObject', Resource: `${arn}/${outputsPrefix(userId)}*` },
    {
      Effect: 'Allow',
      Action: 's3:ListBucket',
      Resource: arn,
      Condition: { StringLike: { 's3:prefix': `${prefix}*` } },
    },
  ];
  return JSON.stringify({ Version, Statement });
}
