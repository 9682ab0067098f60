import { once } from 'node:events';
import type { ServerHttp2Stream } from 'node:http2';
import type { Follow } from '../../../contract/agent/commands.ts';
import { framesType } from '../../../contract/agent/commands.ts';
import { encodeFrame } from '../../../contract/agent/frames.ts';
import type { Clock } from '../../../contract/clock.ts';
import type { Command } from '../commands/command.ts';
import type { Log } from '../log.ts';
import { followFrames } from './follow-frames.ts';
import { agentErrorBody } from './respond.ts';

interface SendOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Ends the following, with its reason as the last frame: an AgentError. */
  readonly ended?: AbortSignal | undefined;
}

/**
 * Lets a client follow a command. The last frame is `finished` or `error`; of the rest no more than one is held for a
 * client that is slow. A client that goes takes nothing but its own place with it.
 */
export async function sendFrames(
  stream: ServerHttp2Stream,
  command: Command,
  follow: Follow,
  { clock, log, ended }: SendOptions,
): Promise<void> {
  const gone = new AbortController();
  stream.once('close', () => gone.abort());
  if (stream.destroyed) return;
  stream.respond({ ':status': 200, 'content-type': framesType });
  const over = ended ? AbortSignal.any([gone.signal, ended]) : gone.signal;
  try {
    for await (const frame of followFrames(command, follow, clock, over)) {
      if (!stream.write(encodeFrame(frame))) await once(stream, 'drain', { signal: over });
    }
    ended?.throwIfAborted();
  } catch (thrown) {
    if (gone.signal.aborted) return;
    const error: unknown = ended?.aborted ? ended.reason : thrown;
    if (!ended?.aborted) log.error('follower.failed', error);
    stream.write(encodeFrame({ kind: 'error', json: agentErrorBody(error).body }));
  }
  if (!gone.signal.aborted) stream.end();
}
