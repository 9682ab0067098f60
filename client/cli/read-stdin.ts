import { Buffer } from 'node:buffer';
import type { Readable } from 'node:stream';
import { SandboxError } from '../../contract/api/errors.ts';
import { limits } from '../../contract/api/limits.ts';

/** All of the input. Throws `too_large` above what one command takes. */
export async function readStdin(stdin: Readable): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stdin) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > limits.stdinBytes) {
      throw new SandboxError('too_large', `standard input is longer than ${limits.stdinBytes} bytes`, {
        details: { field: 'stdin', rule: `at most ${limits.stdinBytes} bytes` },
      });
    }
    chunks.push(part);
  }
  return Buffer.concat(chunks);
}
