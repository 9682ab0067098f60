import { commandRoutes } from '../../../contract/api/commands/commands.ts';
import type { Connection } from '../../connection.ts';
import { streamType } from '../../http/read/read-stream.ts';
import { buildRequest } from '../../http/request.ts';
import type { ExecCall } from './exec-call.ts';
import { readEvents } from './read-events.ts';

/** One attempt at a streamed exec: its events as `readEvents` has them. */
export function execEvents(connection: Connection, call: ExecCall, signal: AbortSignal) {
  const input = { params: { sandbox_id: call.sandboxId }, body: call.body };
  const headers = { accept: streamType, 'idempotency-key': call.idempotencyKey };
  return readEvents(connection, buildRequest(connection, commandRoutes.execCommand, input, headers), signal);
}
