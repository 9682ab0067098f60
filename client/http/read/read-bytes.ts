import { SandboxError } from '../../../contract/api/errors.ts';
import type { Answer } from '../send/attempt.ts';
import { joinBytes } from './join-bytes.ts';

/** The whole body as it is. Throws `bad_answer` above `maxBytes`. */
export async function readBytes({ chunks }: Answer, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new SandboxError('bad_answer', 'a file is longer than what was asked');
    parts.push(chunk);
  }
  return joinBytes(parts);
}
