import type * as z from 'zod';
import type { ErrorBody } from '../../../contract/api/error-body.ts';
import { SandboxError } from '../../../contract/api/errors.ts';
import type { Connection } from '../../connection.ts';
import { errorAnswer, toldError } from '../error-answer.ts';
import type { HttpRequest } from '../request.ts';
import { attempt } from '../send/attempt.ts';
import { parseAnswer, readBody } from './read-answer.ts';
import { readLines } from './read-lines.ts';

/** What a request has to accept to be answered with a stream. */
export const streamType = 'application/x-ndjson';

// Many times what the service puts into one event.
const longestEventBytes = 32 * 1024 * 1024;

/** What all events of a stream have in common: the one named `error` tells a failure. */
type StreamEvent = { readonly event: string };

// The schemas of all streams have it so.
const isError = (event: StreamEvent): event is StreamEvent & ErrorBody => event.event === 'error';

function parseEvent<Schema extends z.ZodType<StreamEvent>>(schema: Schema, line: string): z.output<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new SandboxError('bad_answer', 'an event is not JSON', { cause });
  }
  const event = parseAnswer(schema, value, 'an event');
  if (isError(event)) throw toldError(event);
  return event;
}

/**
 * One attempt at a streamed answer: its events as they come, the last one `finished`. Whatever follows that is not read.
 * Throws the error the service told, and `connection_lost` when the stream ends without either.
 */
export async function* readStream<Schema extends z.ZodType<StreamEvent>>(
  connection: Connection,
  request: HttpRequest,
  schema: Schema,
  signal: AbortSignal,
  maxEventBytes = longestEventBytes,
): AsyncGenerator<z.output<Schema>> {
  using answer = await attempt(connection, request, signal);
  if (answer.status !== 200) throw errorAnswer(answer.status, answer.headers, await readBody(answer));
  const type = answer.headers.get('content-type') ?? '';
  if (!type.startsWith(streamType)) {
    throw new SandboxError('bad_answer', `a stream answered "${type.slice(0, 100)}", expected ${streamType}`);
  }
  for await (const line of readLines(answer.chunks, maxEventBytes)) {
    const event = parseEvent(schema, line);
    yield event;
    if (event.event === 'finished') return;
  }
  throw new SandboxError('connection_lost', 'the stream ended without an end');
}
