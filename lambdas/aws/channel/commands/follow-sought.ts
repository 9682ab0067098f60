import type { ChannelRequest } from '../../../../channel/near/request.ts';
import type { Offsets } from '../../../../contract/agent/command-frames.ts';
import type { ChannelTarget } from '../../../core/agent/channel-ports.ts';
import type { CommandRecords } from '../../../core/commands/ports.ts';
import type { Log } from '../../../core/log.ts';
import { isoTime } from '../../../core/time.ts';
import { wantedMs } from '../kept/wait-for-slot.ts';
import { insist, known } from '../requests/insist.ts';
import { type SendTools, sendOnce, sendOrWait } from '../requests/send-once.ts';
import { followRequest, type Wanted } from './command-requests.ts';
import { channelLost, FollowedCommand, isDefinite } from './followed-command.ts';
import { waitWithoutChannel } from './wait-without-channel.ts';

/** A command that is to be followed, and how much of it. */
export interface Sought extends Wanted {
  readonly target: ChannelTarget;
  readonly commandId: string;
  readonly onStarted?: (cwd: string) => void;
  readonly signal: AbortSignal;
}

interface Tools extends SendTools {
  readonly log: Log;
  /** Where commands' ends are known without a channel. */
  readonly reports: Pick<CommandRecords, 'outcomeOf'>;
}

interface Beginning {
  readonly request: ChannelRequest;
  readonly offsets: Offsets;
  /** The order in the request, where whoever has a channel may send that. */
  readonly order?: string | undefined;
}

// Who only follows has all the time that its caller has.
const followPatienceMs = 900_000;
const sentElsewhereMs = 1_000;

/**
 * Follows a command from its first request to its end, by whichever channel there is. Throws `channel_lost`, and what the agent
 * refuses.
 */
export async function followSought(
  tools: Tools,
  sought: Sought,
  { request, offsets, order }: Beginning,
): Promise<FollowedCommand> {
  const { clock, log, reports } = tools;
  const { target, commandId, signal } = sought;
  const ask = { target, request, signal, order };
  const first = await insist(log, ask, {
    take: (how) => sendOrWait(tools, ask, how),
    // The first try may have reached the agent.
    lost: (cause) => (isDefinite(cause) ? cause : channelLost(commandId, cause)),
  });
  const again = (from: Offsets) => ({ target, request: followRequest(commandId, from, sought), signal });
  // The target as it is since the channel was given to others: they are served first.
  const crowded = (): ChannelTarget => ({ ...target, wantedUntil: isoTime(clock.now() + wantedMs) });
  return new FollowedCommand({
    ...sought,
    first,
    offsets,
    reopen: (from) => sendOnce(tools, again(from), known()),
    rejoin: (from) =>
      waitWithoutChannel({
        ...sought,
        clock,
        reports,
        offsets: from,
        // Most of what others have sent is over soon, and a report says so.
        restMs: first === undefined ? sentElsewhereMs : 0,
        follow: (either) =>
          sendOnce(tools, { ...again(from), target: crowded(), signal: either }, known(followPatienceMs)),
      }),
  });
}
