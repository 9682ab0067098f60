import { commandControlRoutes } from '../../../contract/api/commands/command-control.ts';
import type { Connection } from '../../connection.ts';
import { streamType } from '../../http/read/read-stream.ts';
import { buildRequest } from '../../http/request.ts';
import { send } from '../../http/send/send.ts';
import { bytesOf } from '../output/bytes-of.ts';
import type { CommandTransport, RawOutput, ReadUpTo, WantedOutput } from './command-transport.ts';
import { execEvents } from './exec-events.ts';
import { readEvents } from './read-events.ts';

const paramsOf = ({ sandboxId, commandId }: WantedOutput) => ({ sandbox_id: sandboxId, command_id: commandId });

function followEvents(connection: Connection, wanted: WantedOutput, from: ReadUpTo, signal: AbortSignal) {
  const { stream } = wanted;
  const offsets = stream ? { stream, offset: from[stream] } : { offset: from.stdout, stderr_offset: from.stderr };
  const input = { params: paramsOf(wanted), query: { ...offsets, follow: true } };
  const headers = { accept: streamType };
  return readEvents(connection, buildRequest(connection, commandControlRoutes.readOutput, input, headers), signal);
}

/** Page after page of what there is, one stream after the other: between two streams there is no order. */
async function* readPages(
  connection: Connection,
  wanted: WantedOutput,
  from: ReadUpTo,
  signal: AbortSignal,
): AsyncGenerator<RawOutput> {
  for (const stream of wanted.stream ? [wanted.stream] : (['stdout', 'stderr'] as const)) {
    // What is printed meanwhile is not waited for, or reading might never end.
    let end = Number.POSITIVE_INFINITY;
    for (let offset = from[stream]; offset < end; ) {
      const input = { params: paramsOf(wanted), query: { stream, offset } };
      const page = await send(connection, 'readOutput', input, { signal });
      const bytes = bytesOf(page);
      if (bytes.length > 0) yield { event: stream, offset: page.offset, bytes };
      end = Math.min(end, page.produced_bytes);
      if (page.next_offset <= offset) break;
      offset = page.next_offset;
    }
  }
}

/** Commands by the API, each question a request of its own. Nothing has to be ended. */
export const httpTransport = (connection: Connection): CommandTransport => ({
  events: (call, _, signal) => execEvents(connection, call, signal),
  follow: (wanted, from, signal) => followEvents(connection, wanted, from, signal),
  read: (wanted, from, signal) => readPages(connection, wanted, from, signal),
  ask: (name, input, options) => send(connection, name, input, options),
  [Symbol.asyncDispose]: async () => undefined,
});
