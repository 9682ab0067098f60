import { limits } from '../../contract/api/limits.ts';
import { storageRoutes } from '../../contract/api/storage.ts';
import type { Connection } from '../connection.ts';
import { errorAnswer } from '../http/error-answer.ts';
import { readBody } from '../http/read/read-answer.ts';
import { readBytes } from '../http/read/read-bytes.ts';
import { buildRequest } from '../http/request.ts';
import { attempt } from '../http/send/attempt.ts';
import { repeatCall } from '../http/send/repeat-call.ts';

export interface KeptFile {
  readonly userId: string;
  readonly checkpointId: string;
  readonly path: string;
}

export interface ReadKeptOptions {
  readonly signal?: AbortSignal | undefined;
  /** The first byte that is wanted. @default 0 */
  readonly offset?: number | undefined;
  /** How many bytes are wanted, at most 4 MB. @default up to the end */
  readonly length?: number | undefined;
}

const row = storageRoutes.readCheckpointFile;

function rangeOf({ offset, length }: ReadKeptOptions): Record<string, string> {
  if (offset === undefined && length === undefined) return {};
  const from = offset ?? 0;
  return { range: `bytes=${from}-${length === undefined ? '' : from + length - 1}` };
}

/** The bytes of a file of a checkpoint. Throws `too_large` above 4 MB without a range, `bad_answer` when more comes. */
export async function readKeptFile(
  connection: Connection,
  { userId, checkpointId, path }: KeptFile,
  options: ReadKeptOptions,
): Promise<Uint8Array> {
  const input = { params: { user_id: userId, checkpoint_id: checkpointId }, query: { path } };
  const request = buildRequest(connection, row, input, rangeOf(options));
  const what = `${row.method} ${request.url.pathname}`;
  return repeatCall(connection, { what, repeatable: true, signal: options.signal }, async (signal) => {
    using answer = await attempt(connection, request, signal);
    if (answer.status >= 300) throw errorAnswer(answer.status, answer.headers, await readBody(answer));
    return await readBytes(answer, limits.files.inlineBytes);
  });
}
