import { SandboxError } from '../../../../contract/api/errors.ts';
import type { Answer, Call } from '../../operation.ts';
import { readOwned } from '../owned.ts';
import { cursorOf, tokenOf } from './log-cursor.ts';
import { type LogPorts, logEvents } from './log-events.ts';
import { readPage } from './read-page.ts';

function assertStreamed({ query, streamed }: Call<'readLog'>): void {
  if (!query.follow || streamed) return;
  const rule = 'expected Accept: application/x-ndjson or text/event-stream';
  throw new SandboxError('invalid_request', `follow is a stream, ${rule}`, {
    details: { field: 'query.follow', value: 'true', rule },
  });
}

/** Reads the log of a sandbox of the caller, a page or as a stream. It outlives the sandbox as long as its record does. */
export async function readLog(ports: LogPorts, call: Call<'readLog'>): Promise<Answer<'readLog'>> {
  const { limit, follow, cursor } = call.query;
  assertStreamed(call);
  const record = await readOwned(ports.records, call.params.sandbox_id, call.caller);
  call.note({ sandboxId: record.sandbox_id, userId: record.user_id });
  const page = await readPage(ports.logs, record, { token: tokenOf(cursor), limit });
  if (call.streamed) {
    const reading = { limit, follow, requestId: call.requestId, signal: call.signal };
    return { status: 200, events: logEvents(ports, { record, page }, reading) };
  }
  const { lines, token, atEnd } = page;
  return { status: 200, body: { lines: [...lines], next_cursor: cursorOf(token), at_end: atEnd } };
}
