import { ExecEvent } from '../../../contract/api/commands.ts';
import { SandboxError } from '../../../contract/api/errors.ts';
import type { Connection } from '../../connection.ts';
import { attempt } from '../../http/attempt.ts';
import { errorAnswer, toldError } from '../../http/error-answer.ts';
import { parseAnswer, readBody } from '../../http/read-answer.ts';
import { readLines } from '../../http/read-lines.ts';
import type { HttpRequest } from '../../http/request.ts';

// Many times what the service puts into one event.
const maxEventBytes = 8 * 1024 * 1024;

function parseEvent(line: string): ExecEvent {
  try {
    return parseAnswer(ExecEvent, JSON.parse(line), 'an event');
  } catch (cause) {
    if (cause instanceof SandboxError) throw cause;
    throw new SandboxError('bad_answer', 'an event is not JSON', { cause });
  }
}

/**
 * One attempt at a stream about a command: its events as they come, the last one `finished`. Whatever follows that is not
 * read. Throws the error the service told, and `connection_lost` when the stream ends without either.
 */
export async function* readEvents(
  connection: Connection,
  request: HttpRequest,
  signal: AbortSignal,
): AsyncGenerator<ExecEvent> {
  using answer = await attempt(connection, request, signal);
  if (answer.status !== 200) throw errorAnswer(answer.status, answer.headers, await readBody(answer));
  const type = answer.headers.get('content-type') ?? '';
  if (!type.startsWith('application/x-ndjson')) {
    throw new SandboxError('bad_answer', `a command answered "${type.slice(0, 100)}", expected application/x-ndjson`);
  }
  for await (const line of readLines(answer.chunks, maxEventBytes)) {
    const event = parseEvent(line);
    if (event.event === 'error') throw toldError(event);
    yield event;
    if (event.event === 'finished') return;
  }
  throw new SandboxError('connection_lost', 'the stream ended before the command did');
}
