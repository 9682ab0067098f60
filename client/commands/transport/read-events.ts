import { ExecEvent } from '../../../contract/api/commands/commands.ts';
import type { Connection } from '../../connection.ts';
import { readStream } from '../../http/read/read-stream.ts';
import type { HttpRequest } from '../../http/request.ts';

// Many times what the service puts into one event.
const maxEventBytes = 8 * 1024 * 1024;

/** One attempt at a stream about a command: its events as `readStream` has them. */
export const readEvents = (
  connection: Connection,
  request: HttpRequest,
  signal: AbortSignal,
): AsyncGenerator<ExecEvent> => readStream(connection, request, ExecEvent, signal, maxEventBytes);
