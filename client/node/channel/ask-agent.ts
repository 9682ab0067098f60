import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import { readChunks } from '../../../channel/near/read-chunks.ts';
import { type ChannelRequest, sendRequest } from '../../../channel/near/request.ts';
import { readRefusal } from '../../../contract/agent/told-error.ts';
import { SandboxError } from '../../../contract/api/errors.ts';
import type { Clock } from '../../../contract/clock.ts';

// A working agent answers in milliseconds, a busy one on a quarter of a core in a second; a cut takes some to get over.
const headersWithinMs = 20_000;

/**
 * Asks the agent through a channel and resolves with the body of its answer. Throws SandboxError: what the agent refuses, or
 * `connection_lost` when nobody knows whether it has heard; the reason of the signal when that aborts.
 */
export async function askAgent(
  http: ClientHttp2Session,
  request: ChannelRequest,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<ClientHttp2Stream> {
  const { status, body } = await sendRequest(http, request, { clock, headersWithinMs, signal }).catch((cause) => {
    signal.throwIfAborted();
    throw channelLost(cause);
  });
  if (status === 200) return body;
  throw await readRefusal(status, readChunks(body)).catch(channelLost);
}

/** The channel broke; what was asked may have been done. */
export const channelLost = (cause: unknown): SandboxError =>
  new SandboxError('connection_lost', 'the channel to the sandbox broke', { cause });
