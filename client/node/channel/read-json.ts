import type { ClientHttp2Stream } from 'node:http2';
import { readChunks } from '../../../channel/near/read-chunks.ts';
import { SandboxError } from '../../../contract/api/errors.ts';
import { channelLost } from './ask-agent.ts';

const shortBytes = 1024 * 1024;

/** An answer of the agent's, a short one unless it is told otherwise. Throws `bad_answer` for what is no JSON or too long, `connection_lost` when it is cut. */
export async function readJson(body: ClientHttp2Stream, maxBytes = shortBytes): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of readChunks(body)) {
      bytes += chunk.length;
      if (bytes > maxBytes) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw channelLost(cause);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch (cause) {
    throw new SandboxError('bad_answer', "the agent's answer is not JSON", { cause });
  }
}
