import { SandboxError } from '../../../../contract/api/errors.ts';
import { limits } from '../../../../contract/api/limits.ts';
import type { LogEvent } from '../../../../contract/api/sandboxes/logs.ts';
import type { Clock } from '../../../../contract/clock.ts';
import { errorEvent } from '../../error-event.ts';
import type { SandboxRecords } from '../ports.ts';
import { hasEnded, type SandboxRecord } from '../record.ts';
import { cursorOf } from './log-cursor.ts';
import type { SandboxLogs } from './ports.ts';
import { type Page, readPage } from './read-page.ts';

export interface LogPorts {
  readonly records: Pick<SandboxRecords, 'get'>;
  readonly logs: SandboxLogs;
  readonly clock: Clock;
}

interface Reading {
  readonly limit: number;
  readonly follow: boolean;
  readonly requestId: string;
  readonly signal: AbortSignal;
}

// The account's reads of logs are few a second, for all callers together: a silent log is asked for less often.
const shortestPauseMs = 1_000;
const longestPauseMs = 5_000;
// What a container prints at its very end is delivered some seconds after the end itself.
const deliveryMs = 15_000;

/** Whether nothing more can come. */
const isComplete = (record: SandboxRecord, { atEnd }: Page, nowMs: number): boolean =>
  atEnd && hasEnded(record) && nowMs - Date.parse(record.ended_at) > deliveryMs;

/** Nothing for now, where asking again may help; throws what stays wrong. */
function passing(error: unknown, token: string | undefined): Page {
  if (error instanceof SandboxError && error.retry) return { lines: [], token, atEnd: false };
  throw error;
}

type First = { readonly record: SandboxRecord; readonly page: Page };

/** Ends with `finished`; throws what can't be read. */
async function* pages(ports: LogPorts, first: First, reading: Reading): AsyncGenerator<LogEvent, LogEvent> {
  const { records, logs, clock } = ports;
  const { limit, follow, signal } = reading;
  const until = clock.now() + limits.waitSeconds.max * 1000;
  let { record, page } = first;
  let pauseMs = shortestPauseMs;
  for (;;) {
    const { lines, token, atEnd } = page;
    if (lines.length > 0) yield { event: 'lines', lines: [...lines], next_cursor: cursorOf(token) };
    const complete = isComplete(record, page, clock.now());
    const isLast = complete || signal.aborted || clock.now() + pauseMs >= until || (atEnd && !follow);
    if (isLast) return { event: 'finished', next_cursor: cursorOf(token), complete };
    pauseMs = lines.length > 0 ? shortestPauseMs : Math.min(longestPauseMs, pauseMs * 1.5);
    if (lines.length === 0) {
      await clock.sleep(pauseMs, signal).catch(() => undefined);
      // Read before the log: of what has ended by then nothing is printed later.
      record = (await records.get(record.sandbox_id).catch(() => undefined)) ?? record;
    }
    page = await readPage(logs, record, { token, limit }).catch((error) => passing(error, token));
  }
}

/**
 * A log as a stream, from its first page on: to its present end, or followed until the sandbox has ended, at most 280 s. The last
 * event is `finished`, with where to read on, or `error`; never throws.
 */
export async function* logEvents(ports: LogPorts, first: First, reading: Reading): AsyncGenerator<LogEvent> {
  try {
    yield yield* pages(ports, first, reading);
  } catch (cause) {
    yield errorEvent(cause, reading.requestId);
  }
}
