import type { LogLine as LineRecord } from '../../contract/api/sandboxes/logs.ts';
import { LogEvent, logRoutes } from '../../contract/api/sandboxes/logs.ts';
import type { Connection } from '../connection.ts';
import { followStreams } from '../http/read/follow-streams.ts';
import { readStream, streamType } from '../http/read/read-stream.ts';
import { buildRequest } from '../http/request.ts';
import { send } from '../http/send/send.ts';

/** One line of what a container printed. */
export interface LogLine {
  readonly time: Date;
  readonly message: string;
  /** Whether its end was cut off: it was longer than 16 KB. */
  readonly truncated: boolean;
}

export interface LogOptions {
  /** Go on with new lines until the sandbox has ended, in the place of ending where the log ends now. @default false */
  readonly follow?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

// The service lets a follower go after 280 s, with the place to go on from.
const streamMs = 400_000;
const pageLines = 1_000;

const toLine = ({ time, message, truncated }: LineRecord): LogLine => ({ time: new Date(time), message, truncated });

async function* pages(connection: Connection, sandboxId: string, signal?: AbortSignal): AsyncGenerator<LogLine> {
  for (let cursor: string | undefined; ; ) {
    const query = { cursor, limit: pageLines };
    const page = await send(connection, 'readLog', { params: { sandbox_id: sandboxId }, query }, { signal });
    for (const line of page.lines) yield toLine(line);
    if (page.at_end) return;
    cursor = page.next_cursor ?? undefined;
  }
}

/** One stream after the other, each from where the last one was. */
async function* follow(connection: Connection, sandboxId: string, signal?: AbortSignal): AsyncGenerator<LogLine> {
  let cursor: string | undefined;
  let isComplete = false;
  async function* open(until: AbortSignal): AsyncGenerator<readonly LogLine[]> {
    const query = { cursor, limit: pageLines, follow: 'true' };
    const input = { params: { sandbox_id: sandboxId }, query };
    const request = buildRequest(connection, logRoutes.readLog, input, { accept: streamType });
    for await (const event of readStream(connection, request, LogEvent, until)) {
      if (event.event !== 'lines' && event.event !== 'finished') continue;
      cursor = event.next_cursor ?? undefined;
      if (event.event === 'finished') isComplete = event.complete;
      else yield event.lines.map(toLine);
    }
  }
  yield* followStreams(connection, { what: 'following the log', streamMs, signal, open, goesOn: () => !isComplete });
}

/**
 * The lines of a sandbox's log, oldest first, each once: a stream that breaks is gone on with where it was. Throws SandboxError, or the
 * reason of `signal`.
 */
export const readLog = (connection: Connection, sandboxId: string, options: LogOptions = {}): AsyncGenerator<LogLine> =>
  (options.follow ? follow : pages)(connection, sandboxId, options.signal);
