import { once } from 'node:events';
import type { ServerHttp2Stream } from 'node:http2';
import { eventsType } from '../../../../contract/agent/files.ts';
import { limits } from '../../../../contract/api/limits.ts';
import type { Clock } from '../../../../contract/clock.ts';
import { agentErrorBody } from '../../api/respond.ts';

interface Options {
  readonly clock: Clock;
  /** Aborts when nobody hears. */
  readonly signal: AbortSignal;
  /** Why nothing more may be said: an AgentError. */
  readonly ended?: AbortSignal | undefined;
}

/**
 * Answers with events, a line each, and a heartbeat whenever nothing was said for `limits.heartbeatSeconds`. What fails
 * before the first one is an ordinary refusal, what fails later the last event.
 */
export async function sendEvents(
  stream: ServerHttp2Stream,
  { clock, signal, ended }: Options,
  produce: (emit: (event: object) => Promise<void>) => Promise<unknown>,
): Promise<void> {
  let heartbeat: Disposable | undefined;
  const write = (event: object): boolean => {
    heartbeat?.[Symbol.dispose]();
    heartbeat = clock.after(limits.heartbeatSeconds * 1000, () => write({ event: 'heartbeat' }));
    if (stream.destroyed) return true;
    if (!stream.headersSent) stream.respond({ ':status': 200, 'content-type': eventsType });
    return stream.write(`${JSON.stringify(event)}\n`);
  };
  const emit = async (event: object) => {
    if (!write(event)) await once(stream, 'drain', { signal });
  };
  try {
    heartbeat = clock.after(limits.heartbeatSeconds * 1000, () => write({ event: 'heartbeat' }));
    await produce(emit);
  } catch (thrown) {
    if (!stream.headersSent || stream.destroyed) throw thrown;
    write({ event: 'error', ...agentErrorBody(ended?.aborted ? ended.reason : thrown).body });
  } finally {
    heartbeat?.[Symbol.dispose]();
  }
  if (!stream.headersSent) stream.respond({ ':status': 200, 'content-type': eventsType });
  stream.end();
}
