import type { LogLine as LineRecord } from '../../contract/api/logs.ts';
import { LogEvent, logRoutes } from '../../contract/api/logs.ts';
import type { Connection } from '../connection.ts';
import { Deadline } from '../http/deadline.ts';
import { readStream, streamType } from '../http/read-stream.ts';
import { buildRequest } from '../http/request.ts';
import { Retries } from '../http/retries.ts';
import { send } from '../http/send.ts';

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

interface Place {
  cursor: string | undefined;
  /** The sandbox has ended, and all was read. */
  isComplete: boolean;
}

/** One stream, which moves the place on; to its end. */
async function* one(connection: Connection, sandboxId: string, place: Place, signal: AbortSignal) {
  const query = { cursor: place.cursor, limit: pageLines, follow: 'true' };
  const input = { params: { sandbox_id: sandboxId }, query };
  const request = buildRequest(connection, logRoutes.readLog, input, { accept: streamType });
  for await (const event of readStream(connection, request, LogEvent, signal)) {
    if (event.event !== 'lines' && event.event !== 'finished') continue;
    place.cursor = event.next_cursor ?? undefined;
    if (event.event === 'finished') place.isComplete = event.complete;
    else yield event.lines.map(toLine);
  }
}

/** One stream after the other, each from where the last one was. */
async function* follow(connection: Connection, sandboxId: string, signal?: AbortSignal): AsyncGenerator<LogLine> {
  const { clock, attempts } = connection;
  const place: Place = { cursor: undefined, isComplete: false };
  while (!place.isComplete) {
    using deadline = new Deadline(clock, streamMs, 'following the log', signal);
    const retries = new Retries({ clock, attempts, deadline, repeatable: true });
    for (let isOver = false; !isOver; ) {
      try {
        for await (const lines of one(connection, sandboxId, place, deadline.signal)) {
          retries.progress();
          yield* lines;
        }
        isOver = true;
      } catch (error) {
        await retries.again(error);
      }
    }
  }
}

/**
 * The lines of a sandbox's log, oldest first, each once: a stream that breaks is gone on with where it was. Throws SandboxError, or the
 * reason of `signal`.
 */
export const readLog = (connection: Connection, sandboxId: string, options: LogOptions = {}): AsyncGenerator<LogLine> =>
  (options.follow ? follow : pages)(connection, sandboxId, options.signal);
