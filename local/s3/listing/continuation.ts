import { Buffer } from 'node:buffer';
import { AwsError } from '../../aws/aws-error.ts';
import type { Entry } from './list-entries.ts';

/** Where a listing goes on. */
export interface Continuation {
  readonly after: Buffer;
  /** Whether everything that begins with it has been answered, as one common prefix. */
  readonly isPrefix: boolean;
}

/** The token by which the listing goes on after this entry. */
export const writeContinuation = ({ name, record }: Entry): string =>
  Buffer.from(`${record ? 'k' : 'p'}${name}`).toString('base64url');

/** Reads what a caller hands back, which may be anything. */
export function readContinuation(token: string | undefined): Continuation | undefined {
  if (token === undefined) return undefined;
  const bytes = Buffer.from(token, 'base64url');
  const kind = bytes.subarray(0, 1).toString();
  if (kind !== 'k' && kind !== 'p') {
    throw new AwsError('InvalidArgument', 'The continuation token provided is incorrect', 400, {
      ArgumentName: 'continuation-token',
    });
  }
  return { after: bytes.subarray(1), isPrefix: kind === 'p' };
}
