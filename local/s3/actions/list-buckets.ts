import { element, textElement } from '../../aws/xml.ts';
import type { S3Operation } from '../wire/call.ts';
import { s3Document } from '../wire/s3-document.ts';

/** All of them; they are few. */
export const listBuckets: S3Operation = async ({ store }) => {
  const found: string[] = [];
  for await (const { name, value } of store.buckets()) {
    const created = textElement('CreationDate', new Date(value.createdAt).toISOString());
    found.push(element('Bucket', textElement('Name', name), created));
  }
  return { xml: s3Document('ListAllMyBucketsResult', element('Buckets', ...found)) };
};
