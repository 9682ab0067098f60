import type { StartCommand } from '../../../contract/agent/commands.ts';
import { agentApi } from '../../../contract/agent/commands.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { AgentChannel, ChannelTarget, Log } from '../../core/ports.ts';
import type { SlotLeases } from '../dynamodb/slot-leases.ts';
import { type AgentRequest, agentRequest, ChannelBroken } from './agent-request.ts';
import type { Offsets } from './command-frames.ts';
import { channelLost, FollowedCommand, type Following, isDefinite } from './followed-command.ts';
import { KeptChannels, type KeptOptions } from './kept-channels.ts';
import type { Acquaintance } from './open-channel.ts';

export interface AgentChannelOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly leases: SlotLeases;
  readonly open: KeptOptions['open'];
}

interface Ask {
  readonly target: ChannelTarget;
  readonly request: AgentRequest;
  readonly signal: AbortSignal;
}

// A kept channel that is dead says nothing; a working agent answers in milliseconds, a busy one on a quarter of a core in a second.
const headersWithinMs = 3_000;
const patientHeadersMs = 15_000;

/** The agents of sandboxes, reached through channels that are kept from one call to the next. */
export function agentChannel({ clock, log, leases, open }: AgentChannelOptions): AgentChannel & AsyncDisposable {
  const channels = new KeptChannels({ clock, leases, open });

  /** One try: a turn on the kept channel, or on a new one. The turn is over when it throws. */
  const ask = async ({ target, request, signal }: Ask, machine: Acquaintance, withinMs: number): Promise<Following> => {
    const turn = await channels.take(target, machine);
    try {
      const options = { clock, headersWithinMs: withinMs, signal };
      return { turn, body: await agentRequest(turn.channel.http, request, options) };
    } catch (error) {
      await turn.end(error instanceof ChannelBroken && !signal.aborted ? 'broken' : 'well');
      throw error;
    }
  };

  const askAgain = (what: Ask) => ask(what, 'known', patientHeadersMs);

  /** Tries again on a new channel when the one there was is dead. Every request here is harmless to repeat. */
  const follow = async (what: Ask, commandId: string): Promise<Following> => {
    try {
      return await ask(what, 'new', headersWithinMs);
    } catch (error) {
      if (!(error instanceof ChannelBroken) || what.signal.aborted) throw error;
      log.info('channel', { event: 'channel.reopen', outcome: 'ok', sandboxId: what.target.sandboxId, error });
      return await askAgain(what).catch((cause) => {
        // The first try may have reached the agent.
        throw isDefinite(cause) ? cause : channelLost(commandId, cause);
      });
    }
  };

  return {
    run: async (target, order, { streamBytes, signal }) => {
      const commandId = order.command_id;
      const first = await follow({ target, request: startRequest(order, streamBytes), signal }, commandId);
      const reopen = (offsets: Offsets) =>
        askAgain({ target, request: followRequest(commandId, offsets, streamBytes), signal });
      return new FollowedCommand({ commandId, first, reopen, signal });
    },
    [Symbol.asyncDispose]: () => channels[Symbol.asyncDispose](),
  };
}

const streamQuery = (streamBytes: number | undefined): Record<string, string> =>
  streamBytes === undefined ? {} : { stream_bytes: String(streamBytes) };

function startRequest(order: StartCommand, streamBytes: number | undefined): AgentRequest {
  const { method, path } = agentApi.startCommand;
  return { method, path: `${path}?${new URLSearchParams(streamQuery(streamBytes))}`, body: order };
}

function followRequest(commandId: string, offsets: Offsets, streamBytes: number | undefined): AgentRequest {
  const { method, path } = agentApi.followCommand;
  const query = new URLSearchParams({
    stdout_offset: String(offsets.stdout),
    stderr_offset: String(offsets.stderr),
    ...streamQuery(streamBytes),
  });
  return { method, path: `${path.replace('{command_id}', commandId)}?${query}` };
}
