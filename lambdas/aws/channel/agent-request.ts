import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import { readChunks } from '../../../channel/near/read-chunks.ts';
import { type ChannelRequest, type RequestOptions, sendRequest } from '../../../channel/near/request.ts';
import { ChannelBroken } from '../../../contract/agent/channel-broken.ts';
import { readRefusal } from '../../../contract/agent/told-error.ts';

/**
 * Sends a request through a channel and answers with the stream of its body once the agent has said 200. Throws ChannelBroken when the
 * agent doesn't answer in `headersWithinMs` or the channel breaks, SandboxError for what the agent refuses.
 */
export async function agentRequest(
  http: ClientHttp2Session,
  request: ChannelRequest,
  options: RequestOptions,
): Promise<ClientHttp2Stream> {
  const { status, body } = await sendRequest(http, request, options).catch((cause) => {
    throw new ChannelBroken('the agent does not answer', { cause });
  });
  if (status === 200) return body;
  throw await readRefusal(status, readChunks(body)).catch(
    (cause) => new ChannelBroken('the refusal was cut', { cause }),
  );
}
