import { AwsError } from '../../aws/aws-error.ts';
import { malformedXml } from '../bodies/read-xml.ts';
import type { PartRecord, UploadRecord } from '../store/records.ts';

const smallestPart = 5 * 1024 ** 2;

/** The parts that a caller completes an upload with. Throws what S3 answers for a list that doesn't fit what has come. */
export function readPartList(
  document: Record<string, unknown>,
  present: ReadonlyMap<number, PartRecord>,
  checksum: UploadRecord['checksum'],
): PartRecord[] {
  const list = (document['CompleteMultipartUpload'] as { Part?: unknown } | undefined)?.Part;
  if (!Array.isArray(list) || list.length === 0) throw malformedXml();
  const parts: PartRecord[] = [];
  let before = 0;
  for (const named of list as Record<string, unknown>[]) {
    const number = Number(named['PartNumber']);
    if (!Number.isInteger(number)) throw malformedXml();
    if (number <= before) {
      throw new AwsError('InvalidPartOrder', 'The list of parts was not in ascending order.', 400);
    }
    before = number;
    parts.push(findPart(named, number, present, checksum));
  }
  const small = parts.slice(0, -1).find(({ blob }) => blob.size < smallestPart);
  if (!small) return parts;
  throw new AwsError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', 400, {
    ProposedSize: small.blob.size,
    MinSizeAllowed: smallestPart,
    ETag: small.md5,
  });
}

function findPart(
  named: Record<string, unknown>,
  number: number,
  present: ReadonlyMap<number, PartRecord>,
  checksum: UploadRecord['checksum'],
): PartRecord {
  const part = present.get(number);
  if (!part || part.md5 !== String(named['ETag']).replaceAll('"', '')) throw invalidPart(number);
  if (!checksum) return part;
  const given = named[`Checksum${checksum.algorithm}`];
  if (given === undefined && checksum.type === 'COMPOSITE') {
    const name = checksum.algorithm.toLowerCase();
    const message = `The upload was created using a ${name} checksum. The complete request must include the checksum for each part. It was missing for part ${number} in the request.`;
    throw new AwsError('InvalidRequest', message, 400);
  }
  if (given !== undefined && given !== part.checksum?.value) throw invalidPart(number);
  return part;
}

const invalidPart = (number: number) =>
  new AwsError(
    'InvalidPart',
    'One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match.',
    400,
    { PartNumber: number },
  );
