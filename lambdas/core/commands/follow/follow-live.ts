import type { CommandInfo } from '../../../../contract/api/commands/command-info.ts';
import { limits } from '../../../../contract/api/limits.ts';
import type { Clock } from '../../../../contract/clock.ts';
import type { AgentChannel, FollowOptions } from '../../agent/channel-ports.ts';
import type { ReadyRecord } from '../../sandboxes/record.ts';
import { channelTarget } from '../agent/channel-target.ts';
import { type WantedOutput, wantedOffsets } from '../output/wanted-output.ts';
import type { RunningCommand } from './running-command.ts';

interface LivePorts {
  readonly channel: Pick<AgentChannel, 'follow'>;
  readonly clock: Clock;
}

interface Live extends Omit<FollowOptions, 'signal'> {
  readonly record: ReadyRecord;
  readonly info: CommandInfo;
  readonly wanted: WantedOutput;
  /** Of the call. */
  readonly signal: AbortSignal;
}

/** Follows a command that the agent knows, for as long as one call may wait. */
export async function followLive({ channel, clock }: LivePorts, live: Live): Promise<RunningCommand> {
  const { record, info, wanted, streamBytes, until } = live;
  const follower = new AbortController();
  const signal = AbortSignal.any([live.signal, follower.signal]);
  const options = { offsets: wantedOffsets(wanted), streamBytes, until, signal };
  const events = await channel.follow(channelTarget(record), info.command_id, options);
  return {
    sandboxId: record.sandbox_id,
    command: info,
    events,
    from: { stdout: info.stdout_bytes, stderr: info.stderr_bytes, ...wanted },
    waitUntilMs: clock.now() + limits.waitSeconds.max * 1000,
    letGo: () => follower.abort(),
  };
}
