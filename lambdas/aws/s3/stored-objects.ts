import { DeleteObjectsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { UserId } from '../../../contract/api/identifiers.ts';
import { bucket as layout } from '../../../contract/deployment.ts';
import type { StoredObjects } from '../../core/storage/ports.ts';
import type { Bucket } from './s3-client.ts';
import { storageError } from './storage-error.ts';

const { prefix: usersPrefix } = layout.users;
// The most that S3 gives and takes at once.
const mostAtOnce = 1_000;
/** Behind every key with the prefix, and before every other. */
const behind = (prefix: string): string => `${prefix}\u{10ffff}`;

/** The objects of the bucket, in pages of at most `pageSize`. */
export function storedObjects({ client, name: Bucket }: Bucket, pageSize = mostAtOnce): StoredObjects {
  const list = (input: Omit<ConstructorParameters<typeof ListObjectsV2Command>[0], 'Bucket'>) =>
    client.send(new ListObjectsV2Command({ Bucket, MaxKeys: pageSize, ...input })).catch((error) => {
      throw storageError(Bucket, error);
    });
  return {
    async list(Prefix, after) {
      const page = await list({ Prefix, StartAfter: after });
      const objects = (page.Contents ?? []).map(({ Key = '', Size = 0, LastModified }) => ({
        key: Key,
        size: Size,
        modifiedAtMs: LastModified?.getTime() ?? 0,
      }));
      return { objects, more: page.IsTruncated === true };
    },
    async remove(keys) {
      for (let from = 0; from < keys.length; from += mostAtOnce) {
        const Objects = keys.slice(from, from + mostAtOnce).map((Key) => ({ Key }));
        const { Errors: errors = [] } = await client
          .send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }))
          .catch((error) => {
            throw storageError(Bucket, error);
          });
        const [first] = errors;
        if (first) throw storageError(Bucket, Object.assign(new Error(first.Message), { name: first.Code ?? 'Error' }));
      }
    },
    async users(after) {
      const startAfter = after === undefined ? undefined : behind(`${usersPrefix}${after}/`);
      const page = await list({ Prefix: usersPrefix, Delimiter: '/', StartAfter: startAfter });
      const names = (page.CommonPrefixes ?? []).map(({ Prefix = '' }) => Prefix.slice(usersPrefix.length, -1));
      return { userIds: names.filter((name) => UserId.safeParse(name).success), more: page.IsTruncated === true };
    },
    check: async () => {
      await list({ Prefix: usersPrefix, MaxKeys: 1 });
    },
  };
}
