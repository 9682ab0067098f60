import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type * as z from 'zod';
import { SandboxError } from '../../../contract/api/errors.ts';
import { Head } from '../../../contract/home/head.ts';
import { homeKeys } from '../../../contract/home/keys.ts';
import { homeLimits } from '../../../contract/home/limits.ts';
import { Manifest } from '../../../contract/home/manifest.ts';
import type { Homes } from '../../core/storage/ports.ts';
import { awsStatus } from '../translate-error.ts';
import { readObject } from './read-object.ts';
import type { Bucket } from './s3-client.ts';
import { storageError } from './storage-error.ts';

const unpack = promisify(zstdDecompress);

/** Sandboxes write what is read here: whatever is not as it should be is said to be damaged, and nothing of it is used. */
async function understood<S extends z.ZodType>(
  key: string,
  schema: S,
  text: () => Promise<Uint8Array>,
): Promise<z.output<S>> {
  try {
    return schema.parse(JSON.parse(Buffer.from(await text()).toString()));
  } catch (cause) {
    throw new SandboxError('storage_unavailable', `storage: ${key} is damaged`, {
      details: { part: 'storage', key, reason: 'corrupt' },
      cause,
    });
  }
}

/** Homes in the bucket. */
export function homes(bucket: Bucket): Homes {
  return {
    async head(userId) {
      const key = homeKeys(userId).head;
      const found = await readObject(bucket, key, homeLimits.headBytes);
      return found && { head: await understood(key, Head, async () => found.bytes), etag: found.etag };
    },
    async replaceHead(userId, { etag }, head) {
      const put = new PutObjectCommand({
        Bucket: bucket.name,
        Key: homeKeys(userId).head,
        Body: JSON.stringify(head),
        ContentType: 'application/json',
        IfMatch: etag,
      });
      try {
        await bucket.client.send(put);
        return true;
      } catch (error) {
        // 412: it is another one by now; 404: it is gone; 409: somebody writes it at this moment.
        if ([404, 409, 412].includes(awsStatus(error) ?? 0)) return false;
        throw storageError(bucket.name, error);
      }
    },
    async manifest(userId, checkpointId) {
      const key = homeKeys(userId).manifest(checkpointId);
      const found = await readObject(bucket, key, homeLimits.manifestBytes);
      const raw = { maxOutputLength: homeLimits.manifestRawBytes };
      return found && (await understood(key, Manifest, () => unpack(found.bytes, raw)));
    },
    blob: async (userId, sha256, most) => (await readObject(bucket, homeKeys(userId).blob(sha256), most))?.bytes,
  };
}
