import type { ClientHttp2Session } from 'node:http2';
import { readWhole } from '../../../../channel/near/read-whole.ts';
import {
  type ChannelAnswer,
  type ChannelRequest,
  type RequestOptions,
  sendRequest,
} from '../../../../channel/near/request.ts';
import { ChannelBroken } from '../../../../contract/agent/channel-broken.ts';
import { readRefusal } from '../../../../contract/agent/told-error.ts';

const refusalWithinMs = 10_000;

/**
 * Sends a request through a channel and answers with its head and the stream of its body once the agent has said 200. Throws
 * ChannelBroken when the agent doesn't answer in `headersWithinMs` or the channel breaks, SandboxError for what the agent refuses.
 */
export async function agentRequest(
  http: ClientHttp2Session,
  request: ChannelRequest,
  options: RequestOptions,
): Promise<ChannelAnswer> {
  const answer = await sendRequest(http, request, options).catch((cause) => {
    throw new ChannelBroken('the agent does not answer', { cause });
  });
  if (answer.status === 200) return answer;
  const patience = { withinMs: refusalWithinMs, clock: options.clock };
  throw await readWhole(answer.body, patience, (chunks) => readRefusal(answer.status, chunks)).catch(
    (cause) => new ChannelBroken('the refusal was cut', { cause }),
  );
}
