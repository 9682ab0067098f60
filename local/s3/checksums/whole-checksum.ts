import { Buffer } from 'node:buffer';
import { AwsError } from '../../aws/aws-error.ts';
import type { PartRecord, StoredChecksum, UploadRecord } from '../store/records.ts';
import type { Headers } from '../wire/call.ts';
import { algorithmOf } from './algorithms.ts';
import { CrcCombiner } from './combine-crc.ts';
import { checksumHeader } from './declared-checksum.ts';

/** The checksum of an object from those of its parts. */
export function wholeChecksum(parts: readonly PartRecord[], wanted: UploadRecord['checksum']): StoredChecksum | null {
  if (!wanted) return null;
  const { crc, start } = algorithmOf(wanted.algorithm);
  const sums: Buffer[] = parts.map(({ checksum }) => Buffer.from(checksum?.value ?? '', 'base64'));
  if (wanted.type === 'COMPOSITE' || !crc) {
    const sum = start();
    for (const each of sums) sum.update(each);
    return { ...wanted, value: `${sum.digest().toString('base64')}-${parts.length}` };
  }
  const combiner = new CrcCombiner(crc);
  const value = sums.reduce((before, each, index) => combiner.combine(before, each, parts[index]?.blob.size ?? 0));
  return { ...wanted, value: value.toString('base64') };
}

/** Throws when a caller gives another checksum for the whole. */
export function checkWholeChecksum(headers: Headers, checksum: StoredChecksum | null): void {
  if (!checksum) return;
  const given = headers[checksumHeader(checksum.algorithm)];
  if (given === undefined || [checksum.value, checksum.value.replace(/-\d+$/, '')].includes(given)) return;
  const message = `The ${checksum.algorithm} you specified did not match the calculated checksum.`;
  throw new AwsError('BadDigest', message, 400);
}
