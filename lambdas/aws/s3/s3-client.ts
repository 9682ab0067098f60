import { S3Client } from '@aws-sdk/client-s3';
import { requestLimits } from '../request-limits.ts';

type Options = ConstructorParameters<typeof S3Client>[0];

const requestHandler = requestLimits(1_000, 10_000);

/** The bucket, and a client that gives up soon. Made once per environment. */
export interface Bucket {
  readonly client: S3Client;
  readonly name: string;
}

/** A client whose every operation has a time limit. */
export const s3Client = (options: Options = {}): S3Client =>
  new S3Client({ maxAttempts: 3, requestHandler, responseChecksumValidation: 'WHEN_REQUIRED', ...options });
