import { AwsError } from '../aws/aws-error.ts';
import type { Condition } from './store/object-store.ts';
import type { ObjectRecord } from './store/records.ts';
import type { Headers } from './wire/call.ts';

const names = (header: string, etag: string): boolean =>
  header === '*' || header.split(',').some((one) => one.trim().replace(/^"|"$/g, '') === etag);

/** What a write demands of the object that is there. Throws at once for a demand that S3 doesn't know. */
export function writeCondition(headers: Headers): Condition {
  const [match, noneMatch] = [headers['if-match'], headers['if-none-match']];
  if (noneMatch !== undefined && (noneMatch !== '*' || match !== undefined)) {
    throw new AwsError('NotImplemented', 'A header you provided implies functionality that is not implemented', 501, {
      Header: 'If-None-Match',
    });
  }
  return (current) => {
    if (noneMatch === '*' && current) throw failed('If-None-Match');
    if (match === undefined) return;
    if (!current) throw noSuchKey();
    if (!names(match, current.etag)) throw failed('If-Match');
  };
}

/** Whether what is there is not to be sent: its reader has it already. Throws PreconditionFailed for a reader of another. */
export function isUnchanged(headers: Headers, { etag, modifiedAt }: ObjectRecord): boolean {
  const [match, noneMatch] = [headers['if-match'], headers['if-none-match']];
  const seconds = Math.floor(modifiedAt / 1000) * 1000;
  if (match !== undefined) {
    if (!names(match, etag)) throw failed('If-Match');
  } else if (seconds > dateOf(headers['if-unmodified-since'])) throw failed('If-Unmodified-Since');
  if (noneMatch !== undefined) return names(noneMatch, etag);
  const since = dateOf(headers['if-modified-since']);
  return Number.isFinite(since) && seconds <= since;
}

/** Endless when it isn't there or no date, so that such a header is as none. */
const dateOf = (header: string | undefined): number => {
  const time = Date.parse(header ?? '');
  return Number.isNaN(time) ? Number.POSITIVE_INFINITY : time;
};

const failed = (condition: string) =>
  new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412, {
    Condition: condition,
  });

/** S3's answer to a key with no object. */
export const noSuchKey = (key?: string) =>
  new AwsError('NoSuchKey', 'The specified key does not exist.', 404, key === undefined ? {} : { Key: key });
