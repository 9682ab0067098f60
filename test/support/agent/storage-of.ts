import { S3 } from '@aws-sdk/client-s3';
import type { StoragePlace } from './storage-place.ts';

/** What lies in a rig's storage, as whoever may do everything has it. */
export function storageOf({ s3Url, allPowerful, credentialsFor }: StoragePlace) {
  const { bucket: Bucket, region } = credentialsFor('nobody');
  const { access_key_id = '', secret_access_key = '', session_token = '' } = allPowerful;
  const credentials = { accessKeyId: access_key_id, secretAccessKey: secret_access_key, sessionToken: session_token };
  const s3 = new S3({ endpoint: s3Url, region, forcePathStyle: true, credentials });
  return {
    async keys(prefix: string): Promise<string[]> {
      const { Contents = [] } = await s3.listObjectsV2({ Bucket, Prefix: prefix });
      return Contents.map(({ Key = '' }) => Key);
    },
    async read(key: string): Promise<Buffer> {
      const { Body } = await s3.getObject({ Bucket, Key: key });
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    },
    put: (key: string, body: string | Buffer) => s3.putObject({ Bucket, Key: key, Body: body }),
    remove: (key: string) => s3.deleteObject({ Bucket, Key: key }),
  };
}
