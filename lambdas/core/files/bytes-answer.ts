import { createHash } from 'node:crypto';
import { SandboxError } from '../../../contract/api/errors.ts';
import { fileHeaders } from '../../../contract/api/files/file-bytes.ts';
import type { BytesAnswer } from '../operation.ts';

interface ReadBytes {
  readonly bytes: Uint8Array;
  /** Where in the file they begin. */
  readonly offset: number;
  /** Of the whole file. */
  readonly size: number;
  readonly isRange: boolean;
  /** What else is said of the file. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A file, or a range of it, as an answer. */
export const bytesAnswer = ({ bytes, offset, size, isRange, headers }: ReadBytes): BytesAnswer => ({
  status: isRange ? 206 : 200,
  bytes,
  headers: {
    'accept-ranges': 'bytes',
    [fileHeaders.size]: String(size),
    [fileHeaders.sha256]: createHash('sha256').update(bytes).digest('hex'),
    ...headers,
    ...(isRange ? { 'content-range': `bytes ${offset}-${offset + bytes.length - 1}/${size}` } : {}),
  },
});

/** Refuses a range of which a file of this size has nothing. */
export const rangeNotSatisfiable = (range: string, size: number): SandboxError =>
  new SandboxError('range_not_satisfiable', `the file has ${size} bytes, and none of the range`, {
    details: { field: 'range', value: range, size },
  });
