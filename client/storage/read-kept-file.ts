import { storageRoutes } from '../../contract/api/storage.ts';
import type { Connection } from '../connection.ts';
import { type FilePath, pathFields } from '../files/file-path.ts';
import { askForBytes } from '../files/transfers/ask-for-bytes.ts';
import { rangeHeader } from '../files/transfers/read-range.ts';
import { buildRequest } from '../http/request.ts';

export interface KeptFile {
  readonly userId: string;
  readonly checkpointId: string;
  readonly path: FilePath;
}

export interface ReadKeptOptions {
  readonly signal?: AbortSignal | undefined;
  /** The first byte that is wanted. @default 0 */
  readonly offset?: number | undefined;
  /** How many bytes are wanted, at most 4 MB. @default up to the end */
  readonly length?: number | undefined;
}

/** The bytes of a file of a checkpoint, checked by their hash. Throws `too_large` above 4 MB, `bad_answer` when more comes. */
export function readKeptFile(
  connection: Connection,
  { userId, checkpointId, path }: KeptFile,
  options: ReadKeptOptions,
): Promise<Uint8Array> {
  const input = { params: { user_id: userId, checkpoint_id: checkpointId }, query: pathFields(path) };
  const request = buildRequest(connection, storageRoutes.readCheckpointFile, input, rangeHeader(options));
  return askForBytes(connection, request, options.signal);
}
