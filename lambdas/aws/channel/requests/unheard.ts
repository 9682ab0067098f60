import { ChannelBroken } from '../../../../contract/agent/channel-broken.ts';
import { SandboxError } from '../../../../contract/api/errors.ts';

/** Nobody knows whether the agent has heard what it was asked, which is not harmless to ask twice. */
export const unheard = (cause: unknown): SandboxError =>
  new SandboxError('channel_lost', 'the channel broke before the answer; what was asked may have been done', { cause });

/** The same where it is a channel that broke. */
export const unheardIfBroken = (cause: unknown): unknown => (cause instanceof ChannelBroken ? unheard(cause) : cause);
