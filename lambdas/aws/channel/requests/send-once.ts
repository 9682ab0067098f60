import type { IncomingHttpHeaders } from 'node:http2';
import type { ChannelRequest } from '../../../../channel/near/request.ts';
import { ChannelBroken } from '../../../../contract/agent/channel-broken.ts';
import { SandboxError } from '../../../../contract/api/errors.ts';
import type { Clock } from '../../../../contract/clock.ts';
import type { ChannelTarget } from '../../../core/agent/channel-ports.ts';
import type { Following } from '../commands/followed-command.ts';
import type { KeptChannels } from '../kept/kept-channels.ts';
import type { Acquaintance } from '../kept/open-channel.ts';
import { proveAlive } from '../kept/prove-alive.ts';
import { agentRequest } from './agent-request.ts';
import { unheard } from './unheard.ts';

/** What an agent is asked, and how it may be. */
export interface Ask {
  readonly target: ChannelTarget;
  readonly request: ChannelRequest;
  readonly signal: AbortSignal;
  /** Whether nobody may send it twice. */
  readonly once?: boolean;
  /** The order in it, where whoever has a channel may send that. */
  readonly order?: string | undefined;
  /** How long its answer may take to begin, where that is more than a moment. */
  readonly withinMs?: number | undefined;
}

/** How one try is made. */
export interface Try {
  readonly machine: Acquaintance;
  readonly headersWithinMs: number;
  /** For a slot. */
  readonly patienceMs: number;
}

/** What is on its way, and what was said before it. */
export interface Answering extends Following {
  readonly headers: IncomingHttpHeaders;
}

export interface SendTools {
  readonly clock: Clock;
  readonly channels: Pick<KeptChannels, 'take'>;
}

/** How long a busy agent, on a quarter of a core, may take to begin an answer. */
export const patientHeadersMs = 15_000;

const isBroken = (error: unknown): boolean =>
  error instanceof ChannelBroken || (error instanceof SandboxError && error.code === 'channel_lost');

/**
 * One try: a turn on the kept channel, or on a new one. Undefined when somebody else has sent its order. The turn is over when it
 * throws: ChannelBroken where a second try may help, `channel_lost` where nobody may make one, and what the agent refuses.
 */
export async function sendOrWait(
  { clock, channels }: SendTools,
  { target, request, signal, once, withinMs, order }: Ask,
  { machine, patienceMs, headersWithinMs }: Try,
): Promise<Answering | undefined> {
  const turn = await channels.take(target, { machine, patienceMs, signal, order });
  if (turn === undefined) return undefined;
  const { http } = turn.channel;
  try {
    if (once || withinMs !== undefined) await proveAlive(http, { clock, withinMs: headersWithinMs });
    const moment = once ? patientHeadersMs : headersWithinMs;
    const patience = { clock, signal, headersWithinMs: withinMs ?? moment };
    const { headers, body } = await agentRequest(http, request, patience).catch((cause) => {
      throw once && cause instanceof ChannelBroken ? unheard(cause) : cause;
    });
    return { turn, body, headers };
  } catch (error) {
    await turn.end(isBroken(error) && !signal.aborted ? 'broken' : 'well');
    throw error;
  }
}

/** As `sendOrWait`, of what only its owner may send. */
export async function sendOnce(tools: SendTools, ask: Omit<Ask, 'order'>, how: Try): Promise<Answering> {
  const answering = await sendOrWait(tools, ask, how);
  if (answering === undefined) throw new Error('nobody was offered an order, and somebody has sent it');
  return answering;
}
