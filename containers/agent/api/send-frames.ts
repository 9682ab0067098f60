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

/**
 * Lets a client follow a command. The last frame is `finished` or `error`; of the rest no more than one is held for a
 * client that is slow. A client that goes takes nothing but its own place with it.
 */
export async function sendFrames(
  stream: ServerHttp2Stream,
  command: Command,
  follow: Follow,
  clock: Clock,
  log: Log,
): Promise<void> {
  const gone = new AbortController();
  stream.once('close', () => gone.abort());
  if (stream.destroyed) return;
  stream.respond({ ':status': 200, 'content-type': framesType });
  try {
    for await (const frame of followFrames(command, follow, clock, gone.signal)) {
      if (!stream.write(encodeFrame(frame))) await once(stream, 'drain', { signal: gone.signal });
    }
  } catch (error) {
    if (gone.signal.aborted) return;
    log.error('follower.failed', error);
    stream.write(encodeFrame({ kind: 'error', json: agentErrorBody(error).body }));
  }
  if (!gone.signal.aborted) stream.end();
}
