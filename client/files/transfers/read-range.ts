import { SandboxError } from '../../../contract/api/errors.ts';
import { fileHeaders } from '../../../contract/api/files/file-bytes.ts';
import { fileRoutes } from '../../../contract/api/files/files.ts';
import { limits } from '../../../contract/api/limits.ts';
import type { Connection } from '../../connection.ts';
import { errorAnswer } from '../../http/error-answer.ts';
import { readBody } from '../../http/read/read-answer.ts';
import { readBytes } from '../../http/read/read-bytes.ts';
import { buildRequest } from '../../http/request.ts';
import { attempt } from '../../http/send/attempt.ts';
import { repeatCall } from '../../http/send/repeat-call.ts';
import { type FilePath, pathFields } from '../file-path.ts';
import { sha256Of } from './sha256-of.ts';

export interface RangeOptions {
  /** The first byte. @default 0 */
  readonly offset?: number | undefined;
  /** At most so many. @default to the end */
  readonly length?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const rangeHeader = ({ offset = 0, length }: RangeOptions): Record<string, string> =>
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
  return repeatCall(
    connection,
    { what: 'reading a file', repeatable: true, signal: options.signal },
    async (signal) => {
      using answer = await attempt(connection, request, signal);
      const { status, headers } = answer;
      if (status !== 200 && status !== 206) throw errorAnswer(status, headers, await readBody(answer));
      const bytes = await readBytes(answer, limits.files.inlineBytes);
      if ((await sha256Of(bytes)) === headers.get(fileHeaders.sha256)) return bytes;
      throw new SandboxError('connection_lost', 'the file was cut on its way');
    },
  );
}
