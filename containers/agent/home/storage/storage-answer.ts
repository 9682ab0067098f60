import { HomeFault } from '../home-fault.ts';

/** What storage said, as far as it matters. */
export interface Refusal {
  readonly status: number;
  /** S3's own name for it, where it gives one. */
  readonly code: string;
}

/** A failure that may be over when it is tried again. */
export class Passing extends Error {
  override readonly name = 'Passing';
}

const staleCredentials = new Set(['ExpiredToken', 'InvalidAccessKeyId', 'InvalidToken', 'TokenRefreshRequired']);
const otherRegion = new Set([
  'AuthorizationHeaderMalformed',
  'PermanentRedirect',
  'TemporaryRedirect',
  'IncorrectEndpoint',
]);

/** S3's name for a failure, out of its XML. */
export const codeOf = (xml: string): string => /<Code>([A-Za-z0-9]{1,64})<\/Code>/.exec(xml)?.[1] ?? '';

/** Whether it is the credentials that were refused, so that new ones may help. */
export const isStale = ({ status, code }: Refusal): boolean =>
  (status === 403 || status === 400) && staleCredentials.has(code);

/** What a refusal means, with the bucket's name: Passing, or a HomeFault. */
export function refused({ status, code }: Refusal, bucket: string): Passing | HomeFault {
  const said = `storage answers ${status} ${code}`.trim();
  if (status >= 500 || status === 429 || status === 408 || code === 'RequestTimeout' || code === 'SlowDown')
    return new Passing(`${said} for bucket ${bucket}`);
  if (code === 'NoSuchBucket') return new HomeFault('bucket_missing', `there is no bucket ${bucket}`);
  if (otherRegion.has(code) || (status >= 300 && status < 400))
    return new HomeFault('bucket_foreign', `the bucket ${bucket} is in another region, or another's: ${said}`);
  if (status === 403)
    return new HomeFault('storage_forbidden', `the bucket ${bucket} refuses this home's credentials: ${said}`);
  return new HomeFault('internal', `${said} for bucket ${bucket}`);
}
