import { toldError } from '../../../contract/agent/told-error.ts';
import { SandboxError } from '../../../contract/api/errors.ts';

/** What the agent's last event says went wrong, as callers get it. */
export const failureTold = (event: { readonly event: 'error'; readonly error: unknown }): SandboxError =>
  toldError(event, 'the agent says what is no error');

/** Refuses a call of what is a stream and nothing else. */
export function assertStreamed({ streamed }: { readonly streamed: boolean }): void {
  if (streamed) return;
  const rule = 'expected Accept: application/x-ndjson or text/event-stream';
  throw new SandboxError('invalid_request', `this is a stream, ${rule}`, { details: { field: 'accept', rule } });
}
