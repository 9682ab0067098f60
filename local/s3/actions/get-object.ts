import { AwsError } from '../../aws/aws-error.ts';
import { bucketArn } from '../access.ts';
import { readContents } from '../bodies/read-contents.ts';
import { checksumHeaders } from '../checksums/checksum-answer.ts';
import { describingHeaders } from '../described.ts';
import { isUnchanged, noSuchKey } from '../preconditions.ts';
import type { ObjectRecord } from '../store/records.ts';
import type { S3Answer, S3Call, S3Operation } from '../wire/call.ts';

/** The contents of an object or a range of them, as they are when the answer begins. */
export const getObject: S3Operation = async (call) => {
  const { store, bucket, key } = call;
  const pinned = await store.pinObject(bucket, key);
  if (!pinned) throw absent(call);
  try {
    const { start, end, ...answer } = answerFor(call, pinned.record);
    if (end >= start) {
      const { record, release } = pinned;
      return { ...answer, body: { read: (room) => readContents(store.blobs, record, { start, end }, room), release } };
    }
    await pinned.release();
    return answer;
  } catch (error) {
    await pinned.release();
    throw error;
  }
};

/** What GetObject would say, without the contents. */
export const headObject: S3Operation = async (call) => {
  const record = await call.store.object(call.bucket, call.key);
  if (!record) throw absent(call);
  const { start: _start, end: _end, ...answer } = answerFor(call, record);
  return answer;
};

/** Who may not list a bucket doesn't learn what isn't in it. */
export function absent({ access, bucket, key }: S3Call): AwsError {
  access.require('s3:ListBucket', bucketArn(bucket));
  return noSuchKey(key);
}

interface Portion extends S3Answer {
  readonly start: number;
  /** Less than `start` when there is nothing to send. */
  readonly end: number;
}

function answerFor({ headers, query }: S3Call, record: ObjectRecord): Portion {
  const described = { ...describingHeaders(record), ...overrides(query) };
  if (isUnchanged(headers, record)) return { status: 304, headers: { etag: `"${record.etag}"` }, start: 0, end: -1 };
  const range = rangeOf(headers['range'], record.size);
  const { start, end } = range ?? { start: 0, end: record.size - 1 };
  const wantsChecksum = headers['x-amz-checksum-mode']?.toUpperCase() === 'ENABLED' && !range;
  return {
    start,
    end,
    status: range ? 206 : 200,
    headers: {
      ...described,
      ...(wantsChecksum && checksumHeaders(record.checksum)),
      ...(range && { 'content-range': `bytes ${start}-${end}/${record.size}` }),
      'content-length': String(end - start + 1),
    },
  };
}

/** `response-content-type` and the like. */
const overrides = (query: S3Call['query']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(query).flatMap(([name, value]) =>
      name.startsWith('response-') && value !== undefined ? [[name.slice('response-'.length), value]] : [],
    ),
  );

/** Undefined for the whole, also where the header is one that S3 doesn't serve by pieces. */
function rangeOf(header: string | undefined, size: number): { start: number; end: number } | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  const start = first === '' ? Math.max(size - Number(last), 0) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (start > end) {
    throw new AwsError('InvalidRange', 'The requested range is not satisfiable', 416, {
      RangeRequested: header,
      ActualObjectSize: size,
    });
  }
  return { start, end };
}
