import { AwsError } from '../../aws/aws-error.ts';
import { element, textElement } from '../../aws/xml.ts';
import { objectArn } from '../access.ts';
import { malformedXml, readXml } from '../bodies/read-xml.ts';
import type { S3Call, S3Operation } from '../wire/call.ts';
import { s3Document } from '../wire/s3-document.ts';

const mostKeys = 1000;

/** Removes up to a thousand objects; what becomes of each is in the answer. */
export const deleteObjects: S3Operation = async (call) => {
  const { headers } = call;
  const isChecked = 'content-md5' in headers || Object.keys(headers).some((name) => name.startsWith('x-amz-checksum-'));
  if (!isChecked) throw new AwsError('InvalidRequest', 'Missing required header for this request: Content-MD5', 400);
  const document = (await readXml(call))['Delete'] as { Quiet?: string; Object?: unknown } | undefined;
  const keys = keysOf(document?.Object);
  const results: string[] = [];
  for (const key of keys) results.push(await remove(call, key, document?.Quiet === 'true'));
  return { xml: s3Document('DeleteResult', ...results) };
};

async function remove({ store, access, bucket }: S3Call, key: string, isQuiet: boolean): Promise<string> {
  try {
    access.require('s3:DeleteObject', objectArn(bucket, key));
    await store.remove(bucket, key);
    return isQuiet ? '' : element('Deleted', textElement('Key', key));
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const told = [textElement('Code', error.name), textElement('Message', error.message)];
    return element('Error', textElement('Key', key), ...told);
  }
}

function keysOf(objects: unknown): string[] {
  if (!Array.isArray(objects) || objects.length > mostKeys) throw malformedXml();
  return objects.map((each: unknown) => {
    const { Key, ...others } = (each ?? {}) as Record<string, unknown>;
    const unknown = Object.keys(others).filter((name) => name !== '#text');
    if (typeof Key !== 'string' || Key === '' || unknown.length > 0) throw malformedXml();
    return Key;
  });
}
