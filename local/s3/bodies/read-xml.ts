import { createHash } from 'node:crypto';
import { XMLParser } from 'fast-xml-parser';
import { AwsError } from '../../aws/aws-error.ts';
import { readBody } from '../../aws/read-body.ts';
import { algorithmOf } from '../checksums/algorithms.ts';
import { declaredChecksum } from '../checksums/declared-checksum.ts';
import type { S3Call } from '../wire/call.ts';

/** A document of 10,000 parts with their checksums fits. */
const largestBytes = 4 * 1024 * 1024;

const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: false,
  htmlEntities: true,
  isArray: (name) => name === 'Object' || name === 'Part',
});

/** A request's body as a tree of elements, which is what the sender says and no more. Checked against its hash and checksum. */
export async function readXml(call: S3Call): Promise<Record<string, unknown>> {
  const body = await readBody(call.request, largestBytes);
  if (!body) throw new AwsError('MaxMessageLengthExceeded', 'Your request was too large.', 400);
  const { payloadHash } = call.signature;
  const isHashed = /^[0-9a-f]{64}$/.test(payloadHash);
  if (isHashed && createHash('sha256').update(body).digest('hex') !== payloadHash) {
    throw new AwsError('XAmzContentSHA256Mismatch', "The provided 'x-amz-content-sha256' header does not match.", 400);
  }
  const declared = declaredBodyChecksum(call);
  if (declared?.value !== undefined) {
    const sum = algorithmOf(declared.algorithm).start();
    sum.update(body);
    if (sum.digest().toString('base64') !== declared.value) {
      throw new AwsError('BadDigest', `The ${declared.algorithm} you specified did not match.`, 400);
    }
  }
  const text = body.toString('utf8');
  // Entities of a document's own could make much of little.
  if (text.includes('<!DOCTYPE')) throw malformedXml();
  try {
    return parser.parse(text);
  } catch {
    throw malformedXml();
  }
}

/** Completing an upload, the header with a checksum is about the object, not about this body. */
const declaredBodyChecksum = (call: S3Call) =>
  call.query['uploadId'] === undefined ? declaredChecksum(call.headers) : undefined;

/** S3's answer to a document that isn't what it expects. */
export const malformedXml = () =>
  new AwsError('MalformedXML', 'The XML you provided was not well-formed or did not validate.', 400);
