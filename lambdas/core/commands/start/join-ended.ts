import type { CommandEvent } from '../../../../contract/agent/command-frames.ts';
import type { OutcomeReport } from '../../../../contract/api/agent-reports.ts';
import { SandboxError } from '../../../../contract/api/errors.ts';
import type { AgentChannel, ChannelTarget, FollowOptions } from '../../agent/channel-ports.ts';
import { keptEvents } from '../kept/kept-output.ts';

const fromStart = { stdout: 0, stderr: 0 };

/**
 * Follows a command that has ended, by what was reported where its agent has forgotten it: whoever starts it again with its key finds its
 * end, and it is not run a second time.
 */
export async function joinEnded(
  channel: Pick<AgentChannel, 'follow'>,
  target: ChannelTarget,
  report: OutcomeReport,
  options: FollowOptions,
): Promise<AsyncIterable<CommandEvent>> {
  try {
    return await channel.follow(target, report.command_id, { ...options, offsets: fromStart });
  } catch (error) {
    if (error instanceof SandboxError && error.code === 'not_found') return keptEvents(report, fromStart);
    throw error;
  }
}
