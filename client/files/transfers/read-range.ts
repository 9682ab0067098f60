import { fileRoutes } from '../../../contract/api/files/files.ts';
import type { Connection } from '../../connection.ts';
import { buildRequest } from '../../http/request.ts';
import { type FilePath, pathFields } from '../file-path.ts';
import { askForBytes } from './ask-for-bytes.ts';

export interface RangeOptions {
  /** The first byte. @default 0 */
  readonly offset?: number | undefined;
  /** At most so many. @default to the end */
  readonly length?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The header that asks for a range; none for the whole. */
export const rangeHeader = ({ offset = 0, length }: RangeOptions): Record<string, string> =>
  offset === 0 && length === undefined
    ? {}
    : { range: `bytes=${offset}-${length === undefined ? '' : offset + length - 1}` };

/**
 * The bytes of a file or of a range of it, whole: what was cut on its way is read again. Throws `too_large` for more than 4 MB, and
 * SandboxError as the service told it.
 */
export function readRange(
  connection: Connection,
  sandboxId: string,
  path: FilePath,
  options: RangeOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const input = { params: { sandbox_id: sandboxId }, query: pathFields(path) };
  const request = buildRequest(connection, fileRoutes.readFile, input, rangeHeader(options));
  return askForBytes(connection, request, options.signal);
}
