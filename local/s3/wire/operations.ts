import { abortMultipartUpload } from '../actions/abort-multipart-upload.ts';
import { completeMultipartUpload } from '../actions/complete-multipart-upload.ts';
import { copyObject } from '../actions/copy-object.ts';
import { createBucket } from '../actions/create-bucket.ts';
import { createMultipartUpload } from '../actions/create-multipart-upload.ts';
import { deleteBucket } from '../actions/delete-bucket.ts';
import { deleteObject } from '../actions/delete-object.ts';
import { deleteObjects } from '../actions/delete-objects.ts';
import { getBucketLocation } from '../actions/get-bucket-location.ts';
import { getObject, headObject } from '../actions/get-object.ts';
import { getObjectAttributes } from '../actions/get-object-attributes.ts';
import { headBucket } from '../actions/head-bucket.ts';
import { listBuckets } from '../actions/list-buckets.ts';
import { listMultipartUploads } from '../actions/list-multipart-uploads.ts';
import { listObjects } from '../actions/list-objects.ts';
import { listParts } from '../actions/list-parts.ts';
import { putObject } from '../actions/put-object.ts';
import { uploadPart } from '../actions/upload-part.ts';
import { uploadPartCopy } from '../actions/upload-part-copy.ts';
import type { S3Operation } from './call.ts';

/** How a request is known for an operation, and the right that it needs. */
export interface OperationRow {
  readonly name: string;
  readonly method: string;
  readonly on: 'service' | 'bucket' | 'object';
  /** Names that the query has. `list-type` counts with the value 2 only. */
  readonly has?: readonly string[];
  /** Names that the query may have. */
  readonly takes?: readonly string[];
  /** Whether it is the one with `x-amz-copy-source`. */
  readonly copies?: boolean;
  /** Undefined where the operation asks for each object itself. */
  readonly right: string | undefined;
  readonly run: S3Operation;
}

const overrides = ['type', 'language', 'disposition', 'encoding'].map((name) => `response-content-${name}`);
const readerTakes = [...overrides, 'response-cache-control', 'response-expires'];
const listTakes = [
  'prefix',
  'delimiter',
  'max-keys',
  'start-after',
  'continuation-token',
  'encoding-type',
  'fetch-owner',
];
const uploadsTake = ['prefix', 'max-uploads', 'key-marker', 'upload-id-marker'];

const row = (
  name: string,
  method: string,
  on: OperationRow['on'],
  right: string | undefined,
  run: S3Operation,
  more: Pick<OperationRow, 'has' | 'takes' | 'copies'> = {},
): OperationRow => ({ name, method, on, right, run, ...more });

/** Every operation this stand-in has. Versions, tags, ACLs and a bucket's settings it has not: they are refused by name. */
export const operations: readonly OperationRow[] = [
  row('ListBuckets', 'GET', 'service', 's3:ListAllMyBuckets', listBuckets),
  row('CreateBucket', 'PUT', 'bucket', 's3:CreateBucket', createBucket),
  row('HeadBucket', 'HEAD', 'bucket', 's3:ListBucket', headBucket),
  row('DeleteBucket', 'DELETE', 'bucket', 's3:DeleteBucket', deleteBucket),
  row('GetBucketLocation', 'GET', 'bucket', 's3:GetBucketLocation', getBucketLocation, { has: ['location'] }),
  row('ListObjectsV2', 'GET', 'bucket', 's3:ListBucket', listObjects, { has: ['list-type'], takes: listTakes }),
  row('ListMultipartUploads', 'GET', 'bucket', 's3:ListBucketMultipartUploads', listMultipartUploads, {
    has: ['uploads'],
    takes: uploadsTake,
  }),
  row('DeleteObjects', 'POST', 'bucket', undefined, deleteObjects, { has: ['delete'] }),
  row('GetObject', 'GET', 'object', 's3:GetObject', getObject, { takes: readerTakes }),
  row('HeadObject', 'HEAD', 'object', 's3:GetObject', headObject, { takes: readerTakes }),
  row('GetObjectAttributes', 'GET', 'object', 's3:GetObject', getObjectAttributes, { has: ['attributes'] }),
  row('PutObject', 'PUT', 'object', 's3:PutObject', putObject),
  row('CopyObject', 'PUT', 'object', 's3:PutObject', copyObject, { copies: true }),
  row('DeleteObject', 'DELETE', 'object', 's3:DeleteObject', deleteObject),
  row('CreateMultipartUpload', 'POST', 'object', 's3:PutObject', createMultipartUpload, { has: ['uploads'] }),
  row('UploadPart', 'PUT', 'object', 's3:PutObject', uploadPart, { has: ['uploadId', 'partNumber'] }),
  row('UploadPartCopy', 'PUT', 'object', 's3:PutObject', uploadPartCopy, {
    has: ['uploadId', 'partNumber'],
    copies: true,
  }),
  row('ListParts', 'GET', 'object', 's3:ListMultipartUploadParts', listParts, {
    has: ['uploadId'],
    takes: ['max-parts', 'part-number-marker'],
  }),
  row('CompleteMultipartUpload', 'POST', 'object', 's3:PutObject', completeMultipartUpload, { has: ['uploadId'] }),
  row('AbortMultipartUpload', 'DELETE', 'object', 's3:AbortMultipartUpload', abortMultipartUpload, {
    has: ['uploadId'],
  }),
];
