import { constants, type ServerHttp2Stream } from 'node:http2';
import { AgentError, agentErrors } from '../../../contract/agent/errors.ts';

/** A failure as it goes out, in an answer's body or in the last frame. What nobody foresaw says no more than that. */
export function agentErrorBody(error: unknown) {
  const known = error instanceof AgentError ? error : new AgentError('internal', 'internal error', { cause: error });
  return { code: known.code, body: { error: { code: known.code, message: known.message, details: known.details } } };
}

/** Answers with JSON, unless the client has gone. */
export function respondJson(stream: ServerHttp2Stream, status: number, body: unknown): void {
  if (stream.destroyed || stream.headersSent) return;
  const bytes = JSON.stringify(body);
  stream.respond({ ':status': status, 'content-type': 'application/json' });
  stream.end(bytes);
  // A body that nobody reads any more must not keep the channel's window.
  if (!stream.readableEnded) stream.once('finish', () => stream.close(constants.NGHTTP2_NO_ERROR));
}

/** Answers with a failure; once an answer has begun only the stream itself can tell. */
export function respondError(stream: ServerHttp2Stream, error: unknown): void {
  const { code, body } = agentErrorBody(error);
  if (stream.headersSent) stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  else respondJson(stream, agentErrors[code].status, body);
}
