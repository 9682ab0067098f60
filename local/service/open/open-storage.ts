import { join } from 'node:path';
import { bucket } from '../../../contract/deployment.ts';
import { storageRole } from '../../../contract/storage-role.ts';
import type { Listening } from '../../aws/listen.ts';
import type { PolicyDocument } from '../../policy/policy-document.ts';
import { createS3, type S3 } from '../../s3/create-s3.ts';
import { createSts } from '../../sts/create-sts.ts';
import type { Run } from '../run.ts';
import { describeError } from './open-logs.ts';

export const bucketName = 'matrx-local';

/** The role whose sessions agents get, each for what is its user's. */
export const storageRoleName = 'matrx-storage-access';

const everyIn = (parts: readonly { readonly prefix: string }[]): string[] =>
  parts.map(({ prefix }) => `arn:aws:s3:::${bucketName}/${prefix}*`);

/** As deployed. */
const storageRolePolicy: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [
    ...storageRole.objects.map(({ actions, parts }) => ({
      Effect: 'Allow' as const,
      Action: actions.map((action) => `s3:${action}`),
      Resource: everyIn(parts),
      Condition: {},
    })),
    {
      Effect: 'Allow',
      Action: ['s3:ListBucket'],
      Resource: [`arn:aws:s3:::${bucketName}`],
      Condition: { StringLike: { 's3:prefix': storageRole.listed.map(({ prefix }) => `${prefix}*`) } },
    },
  ],
};

export interface Storage extends AsyncDisposable {
  readonly s3: S3;
  readonly sts: Listening;
}

/** S3 with the bucket of the contract in it, and STS, which hands out credentials for it. */
export async function openStorage({ dataDir, clock, principals, region, logs, hazards }: Run): Promise<Storage> {
  await using started = new AsyncDisposableStack();
  const { transfers, outputs } = bucket;
  const s3 = started.use(
    await createS3({
      dir: join(dataDir, 's3'),
      clock,
      principals,
      region,
      hazards,
      bucket: {
        name: bucketName,
        expiry: { prefixes: [transfers, outputs], unfinishedUploadDays: bucket.unfinishedUploadDays },
      },
      onUnexpected: (operation, error) => logs.aws.write(`s3 ${operation} ${describeError(error)}\n`),
    }),
  );
  const roles = [{ name: storageRoleName, policy: storageRolePolicy, trusts: ['matrx-agent'] }];
  const sts = started.use(await createSts({ principals, region, clock, hazards, roles }));
  const running = started.move();
  return { s3, sts, [Symbol.asyncDispose]: () => running.disposeAsync() };
}
