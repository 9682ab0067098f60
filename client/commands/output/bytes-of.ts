import { SandboxError } from '../../../contract/api/errors.ts';
import { fromBase64 } from './base64.ts';

/** The bytes of a piece of output as the API tells it. Throws `bad_answer` for base64 that is none. */
export function bytesOf({
  data,
  encoding,
}: {
  readonly data: string;
  readonly encoding: 'utf8' | 'base64';
}): Uint8Array {
  if (encoding === 'utf8') return new TextEncoder().encode(data);
  try {
    return fromBase64(data);
  } catch (cause) {
    throw new SandboxError('bad_answer', 'output marked as base64 is not', { cause });
  }
}
