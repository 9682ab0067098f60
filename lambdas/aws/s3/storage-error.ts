import { SandboxError } from '../../../contract/api/errors.ts';
import { awsStatus } from '../translate-error.ts';

type Reason = 'bucket_missing' | 'bucket_foreign' | 'storage_forbidden' | 'storage_unavailable';

// By the name of the exception; what S3 says in words is for people and may change.
const reasons: Readonly<Record<string, Reason>> = {
  NoSuchBucket: 'bucket_missing',
  PermanentRedirect: 'bucket_foreign',
  TemporaryRedirect: 'bucket_foreign',
  AuthorizationHeaderMalformed: 'bucket_foreign',
  IllegalLocationConstraintException: 'bucket_foreign',
  AccessDenied: 'storage_forbidden',
  AllAccessDisabled: 'storage_forbidden',
  InvalidAccessKeyId: 'storage_forbidden',
  InvalidToken: 'storage_forbidden',
  ExpiredToken: 'storage_forbidden',
  SignatureDoesNotMatch: 'storage_forbidden',
};

const byStatus: Readonly<Record<number, Reason>> = { 301: 'bucket_foreign', 403: 'storage_forbidden' };

const words: Readonly<Record<Reason, string>> = {
  bucket_missing: 'is not there',
  bucket_foreign: 'is in another region',
  storage_forbidden: 'is another account’s, or its policy or ours forbids this',
  storage_unavailable: 'does not answer as it should',
};

const retrySeconds = 2;

/** A failed call of S3, by what is wrong with the bucket, which it names. Keeps the cause. */
export function storageError(bucket: string, error: unknown): SandboxError {
  if (error instanceof SandboxError) return error;
  const name = error instanceof Error ? error.name : '';
  const reason = reasons[name] ?? byStatus[awsStatus(error) ?? 0] ?? 'storage_unavailable';
  return new SandboxError('storage_unavailable', `storage: the bucket ${bucket} ${words[reason]}`, {
    details: { part: 'storage', bucket, reason },
    cause: error,
    retryAfterSeconds: retrySeconds,
  });
}
