import type { StartCommand } from '../../../contract/agent/commands.ts';
import { agentApi } from '../../../contract/agent/commands.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { AgentChannel, ChannelTarget, Log } from '../../core/ports.ts';
import type { SlotLeases } from '../dynamodb/slot-leases.ts';
import { type AgentRequest, agentRequest, ChannelBroken } from './agent-request.ts';
import type { Offsets } from './command-frames.ts';
import { channelLost, FollowedCommand, type Following } from './followed-command.ts';
import { KeptChannels } from './kept-channels.ts';
import { openChannel, type Sessions } from './open-channel.ts';

export interface AgentChannelOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly leases: SlotLeases;
  readonly sessions: Sessions;
}

// A kept channel that is dead says nothing; a working agent answers in milliseconds, a busy one on a quarter of a core in a second.
const headersWithinMs = 3_000;
const patientHeadersMs = 15_000;
/** The agents of sandboxes, reached through ECS Exec. */
export function agentChannel({ clock, log, leases, sessions }: AgentChannelOptions): AgentChannel & AsyncDisposable {
  const channels = new KeptChannels({ clock, leases, open: (target) => openChannel(sessions, target, clock) });

  /** One try: a turn on the kept channel, or on a new one. The turn is over when it throws. */
  const ask = async (target: ChannelTarget, request: AgentRequest, withinMs: number, signal: AbortSignal) => {
    const turn = await channels.take(target);
    try {
      const options = { clock, headersWithinMs: withinMs, signal };
      return { turn, body: await agentRequest(turn.channel.http, request, options) };
    } catch (error) {
      await turn.end(error instanceof ChannelBroken && !signal.aborted ? 'broken' : 'well');
      throw error;
    }
  };

  /** Tries again on a new channel when the one there was is dead. Every request here is harmless to repeat. */
  const follow = async (target: ChannelTarget, request: AgentRequest, signal: AbortSignal): Promise<Following> => {
    try {
      return await ask(target, request, headersWithinMs, signal);
    } catch (error) {
      if (!(error instanceof ChannelBroken) || signal.aborted) throw error;
      log.info('channel', { event: 'channel.reopen', outcome: 'ok', sandboxId: target.sandboxId, error });
      return await ask(target, request, patientHeadersMs, signal);
    }
  };

  return {
    run: async (target, order, { streamBytes, signal }) => {
      const commandId = order.command_id;
      const first = await follow(target, startRequest(order, streamBytes), signal).catch((error) => {
        throw error instanceof ChannelBroken ? channelLost(commandId, error) : error;
      });
      const reopen = (offsets: Offsets) => follow(target, followRequest(commandId, offsets, streamBytes), signal);
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
