import type { Role } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { bucket as layout } from '../../contract/deployment.ts';
import { homeKeys } from '../../contract/home/keys.ts';
import { storageRole } from '../../contract/storage-role.ts';
import type { Grant } from './grant.ts';

const { users, transfers, outputs } = layout;
const anyObject = 'objects come and go with the files of users; the prefix says which part of the one bucket is meant';

const objects = (bucket: Bucket, actions: readonly string[], ...parts: readonly { prefix: string }[]): Grant => ({
  actions: actions.map((action) => `s3:${action}`),
  resources: parts.map(({ prefix }) => bucket.arnForObjects(`${prefix}*`)),
  wildcard: anyObject,
});

const listing = (bucket: Bucket, ...parts: readonly { prefix: string }[]): Grant => ({
  actions: ['s3:ListBucket'],
  resources: [bucket.bucketArn],
  conditions: { StringLike: { 's3:prefix': parts.map(({ prefix }) => `${prefix}*`) } },
});

/** The one object of each home that says what it has. */
const heads = (bucket: Bucket, action: string): Grant => ({
  actions: [`s3:${action}`],
  resources: [bucket.arnForObjects(homeKeys('*').head)],
  wildcard: 'users come and go; the name is that of the one object by which a home is found',
});

const uploading = ['PutObject', 'AbortMultipartUpload', 'ListMultipartUploadParts'];

/** What the contract lets sessions of the storage role do. */
export const storageRoleGrants = (bucket: Bucket): readonly Grant[] => [
  ...storageRole.objects.map(({ actions, parts }) => objects(bucket, actions, ...parts)),
  listing(bucket, ...storageRole.listed),
];

/**
 * What functions may do with objects themselves. Homes are written by agents alone, in sessions of the storage role; only which of
 * their checkpoints are kept is a function's to say too.
 */
export function storageNeedGrants({ bucket, role }: { readonly bucket: Bucket; readonly role: Role }) {
  return {
    'storage:read': [objects(bucket, ['GetObject'], users, transfers), listing(bucket, users, transfers)],
    'outputs:read': [objects(bucket, ['GetObject'], outputs), listing(bucket, outputs)],
    'outputs:delete': [objects(bucket, ['DeleteObject'], outputs)],
    'storage:transfer': [objects(bucket, ['GetObject', 'DeleteObject', ...uploading], transfers)],
    'storage:delete': [objects(bucket, ['DeleteObject'], users, transfers)],
    'homes:retain': [heads(bucket, 'PutObject')],
    'homes:find': [heads(bucket, 'GetObject'), listing(bucket, users)],
    'storage:delegate': [{ actions: ['sts:AssumeRole', 'sts:TagSession'], resources: [role.roleArn] }],
  } as const satisfies Record<string, readonly Grant[]>;
}
