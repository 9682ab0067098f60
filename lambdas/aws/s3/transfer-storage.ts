import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  paginateListParts,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { Clock } from '../../../contract/clock.ts';
import type { StoredPart, TransferStorage } from '../../core/files/transfers/transfer-ports.ts';
import { isoTime } from '../../core/time.ts';
import { awsStatus } from '../translate-error.ts';
import type { Bucket } from './s3-client.ts';
import { signingClients } from './signing-clients.ts';
import { storageError } from './storage-error.ts';

const signedSeconds = 3_600;
const checksumHeader = 'x-amz-checksum-sha256';
const toBase64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');
const toHex = (base64 = ''): string => Buffer.from(base64, 'base64').toString('hex');

/** Files on their way, as multipart uploads whose every part has a SHA-256 that S3 has checked. */
export function transferStorage({ client, name: bucket }: Bucket, clock: Clock): TransferStorage {
  const clients = signingClients(client);
  const translate = (error: unknown) => {
    throw storageError(bucket, error);
  };
  const expiry = () => isoTime(clock.now() + signedSeconds * 1000);
  const at = (key: string) => ({ Bucket: bucket, Key: key });
  const one = ({ key, storageId }: { key: string; storageId: string }) => ({ ...at(key), UploadId: storageId });

  return {
    begin: async (key) => {
      const command = new CreateMultipartUploadCommand({ ...at(key), ChecksumAlgorithm: 'SHA256' });
      const { UploadId } = await client.send(command).catch(translate);
      if (UploadId === undefined) throw storageError(bucket, new Error('S3 names no upload'));
      return { key, storageId: UploadId };
    },
    signPart: async (file, { number, size, sha256 }, by) => {
      const headers = { [checksumHeader]: toBase64(sha256) };
      const command = new UploadPartCommand({
        ...one(file),
        PartNumber: number,
        ContentLength: size,
        ChecksumSHA256: headers[checksumHeader],
      });
      // A header that is signed has to be sent; in the query it would only be written down.
      const unhoistableHeaders = new Set([checksumHeader]);
      const expires_at = expiry();
      const url = await getSignedUrl(clients[by], command, { expiresIn: signedSeconds, unhoistableHeaders }).catch(
        translate,
      );
      return { number, url, headers, expires_at };
    },
    parts: async (file) => {
      const parts: StoredPart[] = [];
      try {
        for await (const page of paginateListParts({ client }, one(file))) {
          for (const { PartNumber = 0, Size = 0, ETag = '', ChecksumSHA256 } of page.Parts ?? [])
            parts.push({ number: PartNumber, size: Size, etag: ETag, sha256: toHex(ChecksumSHA256) });
        }
        return parts;
      } catch (error) {
        if (error instanceof Error && error.name === 'NoSuchUpload') return undefined;
        throw storageError(bucket, error);
      }
    },
    join: async (file, parts) => {
      const Parts = parts.map(({ number, etag, sha256 }) => ({
        PartNumber: number,
        ETag: etag,
        ChecksumSHA256: toBase64(sha256),
      }));
      await client
        .send(new CompleteMultipartUploadCommand({ ...one(file), MultipartUpload: { Parts } }))
        .catch(translate);
    },
    sizeOf: async (key) => {
      try {
        return (await client.send(new HeadObjectCommand(at(key)))).ContentLength;
      } catch (error) {
        // Who may not list is told 403 of what isn't there.
        if ([403, 404].includes(awsStatus(error) ?? 0)) return undefined;
        throw storageError(bucket, error);
      }
    },
    signRead: async (key, by, name) => {
      const command = new GetObjectCommand({
        ...at(key),
        // Nothing of a sandbox's is shown as a page of the bucket's.
        ResponseContentType: 'application/octet-stream',
        ...(name === undefined
          ? {}
          : { ResponseContentDisposition: `attachment; filename*=UTF-8''${encodeURIComponent(name)}` }),
      });
      const expires_at = expiry();
      return {
        url: await getSignedUrl(clients[by], command, { expiresIn: signedSeconds }).catch(translate),
        expires_at,
      };
    },
    remove: async (file) => {
      await client.send(new AbortMultipartUploadCommand(one(file))).catch((error) => {
        if (!(error instanceof Error) || error.name !== 'NoSuchUpload') translate(error);
      });
      await client.send(new DeleteObjectCommand(at(file.key))).catch(translate);
    },
  };
}
