/** Whether a host is one that S3 answers at, on AWS or at `url`: a presigned URL may name either. */
export const isStorageHost =
  (url: string) =>
  (host: string): boolean =>
    host === new URL(url).host || /(^|\.)s3(\.[a-z0-9-]+)?\.amazonaws\.com$/.test(host);
