import type { ChannelRequest } from '../../../channel/near/request.ts';
import { ChannelBroken } from '../../../contract/agent/channel-broken.ts';
import type { Offsets } from '../../../contract/agent/command-frames.ts';
import type { StartCommand } from '../../../contract/agent/commands.ts';
import { agentApi } from '../../../contract/agent/commands.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { AgentChannel, ChannelTarget, CommandRecords, Log } from '../../core/ports.ts';
import { isoTime } from '../../core/time.ts';
import { agentRequest } from './agent-request.ts';
import { channelLost, FollowedCommand, type Following, isDefinite } from './followed-command.ts';
import { KeptChannels, type KeptOptions } from './kept-channels.ts';
import type { Acquaintance } from './open-channel.ts';
import { wantedMs } from './wait-for-slot.ts';
import { waitWithoutChannel } from './wait-without-channel.ts';

export interface AgentChannelOptions extends Omit<KeptOptions, 'most'> {
  readonly clock: Clock;
  readonly log: Log;
  /** Where commands' ends are known without a channel. */
  readonly reports: Pick<CommandRecords, 'outcomeOf'>;
}

interface Ask {
  readonly target: ChannelTarget;
  readonly request: ChannelRequest;
  readonly signal: AbortSignal;
}

// A kept channel that is dead says nothing; a working agent answers in milliseconds, a busy one on a quarter of a core in a second.
const headersWithinMs = 3_000;
const patientHeadersMs = 15_000;
// For a slot. Who only follows has all the time that its caller has.
const startPatienceMs = 45_000;
const followPatienceMs = 900_000;

interface Try {
  readonly machine: Acquaintance;
  readonly headersWithinMs: number;
  readonly patienceMs: number;
}

/** The agents of sandboxes, reached through channels that are kept from one call to the next. */
export function agentChannel(options: AgentChannelOptions): AgentChannel & AsyncDisposable {
  const { clock, log, reports } = options;
  const channels = new KeptChannels(options);

  /** One try: a turn on the kept channel, or on a new one. The turn is over when it throws. */
  const ask = async ({ target, request, signal }: Ask, how: Try): Promise<Following> => {
    const { machine, patienceMs, headersWithinMs } = how;
    const turn = await channels.take(target, { machine, patienceMs, signal });
    try {
      return { turn, body: await agentRequest(turn.channel.http, request, { clock, headersWithinMs, signal }) };
    } catch (error) {
      await turn.end(error instanceof ChannelBroken && !signal.aborted ? 'broken' : 'well');
      throw error;
    }
  };

  /** The target as it is since the channel was given to others: they are served first. */
  const crowded = (target: ChannelTarget): ChannelTarget => ({
    ...target,
    wantedUntil: isoTime(clock.now() + wantedMs),
  });

  const askAgain = (what: Ask, patienceMs = startPatienceMs) =>
    ask(what, { machine: 'known', headersWithinMs: patientHeadersMs, patienceMs });

  /** Tries again on a new channel when the one there is is dead. Every request here is harmless to repeat. */
  const follow = async (what: Ask, commandId: string): Promise<Following> => {
    try {
      return await ask(what, { machine: 'new', headersWithinMs, patienceMs: startPatienceMs });
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
      const again = (offsets: Offsets) => ({ target, request: followRequest(commandId, offsets, streamBytes), signal });
      return new FollowedCommand({
        commandId,
        first,
        reopen: (offsets) => askAgain(again(offsets)),
        rejoin: (offsets) =>
          waitWithoutChannel({
            clock,
            reports,
            target,
            commandId,
            offsets,
            streamBytes,
            signal,
            follow: (either) =>
              askAgain({ ...again(offsets), target: crowded(target), signal: either }, followPatienceMs),
          }),
        signal,
      });
    },
    [Symbol.asyncDispose]: () => channels[Symbol.asyncDispose](),
  };
}

const streamQuery = (streamBytes: number | undefined): Record<string, string> =>
  streamBytes === undefined ? {} : { stream_bytes: String(streamBytes) };

function startRequest(order: StartCommand, streamBytes: number | undefined): ChannelRequest {
  const { method, path } = agentApi.startCommand;
  return { method, path: `${path}?${new URLSearchParams(streamQuery(streamBytes))}`, body: order };
}

function followRequest(commandId: string, offsets: Offsets, streamBytes: number | undefined): ChannelRequest {
  const { method, path } = agentApi.followCommand;
  const query = new URLSearchParams({
    stdout_offset: String(offsets.stdout),
    stderr_offset: String(offsets.stderr),
    ...streamQuery(streamBytes),
  });
  return { method, path: `${path.replace('{command_id}', commandId)}?${query}` };
}
