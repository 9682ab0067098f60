import type { ChannelRequest } from '../../../../channel/near/request.ts';
import type { Offsets } from '../../../../contract/agent/command-frames.ts';
import { agentApi, type Follow, type StartCommand } from '../../../../contract/agent/commands.ts';

/** How much of a command is wanted; see the port. */
export interface Wanted {
  readonly streamBytes: number | undefined;
  readonly until?: Follow['until'];
}

// The agent counts from where it is asked to begin, in each stream the same.
const streamQuery = ({ streamBytes, until }: Wanted, from: number): Record<string, string> => ({
  ...(streamBytes === undefined ? {} : { stream_bytes: String(Math.max(0, streamBytes - from)) }),
  ...(until === undefined ? {} : { until }),
});

/** Starts a command, or joins it. */
export function startRequest(order: StartCommand, wanted: Wanted): ChannelRequest {
  const { method, path } = agentApi.startCommand;
  return { method, path: `${path}?${new URLSearchParams(streamQuery(wanted, 0))}`, body: order };
}

/** Follows a command that was started, from these offsets. */
export function followRequest(commandId: string, offsets: Offsets, wanted: Wanted): ChannelRequest {
  const { method, path } = agentApi.followCommand;
  const query = new URLSearchParams({
    stdout_offset: String(offsets.stdout),
    stderr_offset: String(offsets.stderr),
    ...streamQuery(wanted, Math.min(offsets.stdout, offsets.stderr)),
  });
  return { method, path: `${path.replace('{command_id}', commandId)}?${query}` };
}
