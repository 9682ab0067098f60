import { SandboxError } from '../../../contract/api/errors.ts';
import type { ClientChannels } from './ports.ts';

/** Throws `forbidden` where the deployment doesn't let callers hold channels. */
export function offeredChannels(channels: ClientChannels | undefined): ClientChannels {
  if (channels !== undefined) return channels;
  throw new SandboxError('forbidden', 'this deployment lets no caller hold a channel: run commands by exec', {
    details: { rule: 'expected clientChannels: true in the deployment' },
  });
}
