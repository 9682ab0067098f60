import { textElement } from '../../aws/xml.ts';
import type { StoredChecksum } from '../store/records.ts';
import { checksumHeader } from './declared-checksum.ts';

type Told = Omit<StoredChecksum, 'type'> & Partial<Pick<StoredChecksum, 'type'>>;

/** A checksum as answers have it in their headers. */
export const checksumHeaders = (checksum: Told | null): Record<string, string> =>
  checksum
    ? {
        [checksumHeader(checksum.algorithm)]: checksum.value,
        ...(checksum.type && { 'x-amz-checksum-type': checksum.type }),
      }
    : {};

/** The same in a document. */
export const checksumElements = (checksum: Told | null): string =>
  checksum
    ? textElement(`Checksum${checksum.algorithm}`, checksum.value) + textElement('ChecksumType', checksum.type)
    : '';
