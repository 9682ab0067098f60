import type { ChannelTarget } from '../../agent/channel-ports.ts';
import type { ReadyRecord } from '../../sandboxes/record.ts';

/** Where a channel to a sandbox leads. */
export const channelTarget = (
  record: Pick<ReadyRecord, 'sandbox_id' | 'generation' | 'task' | 'agent' | 'channel_wanted_until'>,
): ChannelTarget => ({
  sandboxId: record.sandbox_id,
  generation: record.generation,
  taskArn: record.task.arn,
  agent: record.agent,
  wantedUntil: record.channel_wanted_until,
});
