import { Buffer } from 'node:buffer';
import type { Readable } from 'node:stream';
import { AgentError } from '../../../contract/agent/errors.ts';
import { limits } from '../../../contract/api/limits.ts';

/** Reads a whole JSON body of at most `maxBytes`. Rejects with `too_large` or `invalid_request`. */
export async function readBody(source: Readable, maxBytes: number = limits.requestBytes): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // The stream outlives a refusal, which is answered on it.
  for await (const chunk of source.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      throw new AgentError('too_large', `the body is larger than ${maxBytes} bytes`, {
        details: { field: 'body', rule: `expected at most ${maxBytes} bytes` },
      });
    }
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch (cause) {
    throw new AgentError('invalid_request', 'the body is not JSON', {
      details: { field: 'body', rule: 'expected JSON' },
      cause,
    });
  }
}
