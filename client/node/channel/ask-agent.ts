import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import { readWhole } from '../../../channel/near/read-whole.ts';
import { type ChannelAnswer, type ChannelRequest, sendRequest } from '../../../channel/near/request.ts';
import { readRefusal } from '../../../contract/agent/told-error.ts';
import { SandboxError } from '../../../contract/api/errors.ts';
import type { Clock } from '../../../contract/clock.ts';

// A working agent answers in milliseconds, a busy one on a quarter of a core in a second; a cut takes some to get over.
const answersWithinMs = 20_000;

interface Options {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Of what is answered when its work is done. @default that of a short question */
  readonly headersWithinMs?: number;
}

/**
 * Asks the agent through a channel and resolves with its answer, whose body is still to be read. Throws SandboxError: what the agent refuses, or
 * `connection_lost` when nobody knows whether it has heard; the reason of the signal when that aborts.
 */
export async function reachAgent(
  http: ClientHttp2Session,
  request: ChannelRequest,
  { clock, signal, headersWithinMs = answersWithinMs }: Options,
): Promise<ChannelAnswer> {
  const answer = await sendRequest(http, request, { clock, headersWithinMs, signal }).catch((cause) => {
    signal.throwIfAborted();
    throw channelLost(cause);
  });
  if (answer.status === 200) return answer;
  const patience = { withinMs: answersWithinMs, clock };
  throw await readWhole(answer.body, patience, (chunks) => readRefusal(answer.status, chunks)).catch(channelLost);
}

/** The body of what `reachAgent` resolves with. */
export async function askAgent(
  http: ClientHttp2Session,
  request: ChannelRequest,
  options: Options,
): Promise<ClientHttp2Stream> {
  return (await reachAgent(http, request, options)).body;
}

/** The channel broke; what was asked may have been done. */
export const channelLost = (cause: unknown): SandboxError =>
  new SandboxError('connection_lost', 'the channel to the sandbox broke', { cause });
