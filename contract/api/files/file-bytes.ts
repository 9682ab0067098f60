import * as z from 'zod';

/** The content type of a file's own bytes, in a request and in an answer. */
export const bytesType = 'application/octet-stream';

/** A body that is a file's own bytes. */
export const FileBytes = z
  .custom<Uint8Array>((value) => value instanceof Uint8Array, 'expected bytes')
  .meta({ type: 'string', format: 'binary' });

/** Headers of an answer whose body is bytes, beside those of a range. */
export const fileHeaders = {
  /** Of the whole file, whatever part of it the body is. */
  size: 'matrx-file-size',
  mode: 'matrx-file-mode',
  modifiedAt: 'matrx-file-modified-at',
  /** Of the body: whoever reads it knows by that whether it came whole. */
  sha256: 'matrx-body-sha256',
} as const;

/** One range, as `bytes=0-99`, `bytes=100-` or `bytes=-100`. */
export const ByteRange = z.string().regex(/^bytes=(\d{1,15}-\d{0,15}|-\d{1,15})$/, 'expected one range, as bytes=0-99');
