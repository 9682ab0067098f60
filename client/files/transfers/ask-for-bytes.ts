import { SandboxError } from '../../../contract/api/errors.ts';
import { fileHeaders } from '../../../contract/api/files/file-bytes.ts';
import { limits } from '../../../contract/api/limits.ts';
import type { Connection } from '../../connection.ts';
import { errorAnswer } from '../../http/error-answer.ts';
import { readBody } from '../../http/read/read-answer.ts';
import { readBytes } from '../../http/read/read-bytes.ts';
import type { HttpRequest } from '../../http/request.ts';
import { attempt } from '../../http/send/attempt.ts';
import { repeatCall } from '../../http/send/repeat-call.ts';
import { sha256Of } from './sha256-of.ts';

/**
 * The bytes of a file, or of a range of it, that answer a request; what was cut on its way is asked for again. Throws `bad_answer` for more
 * than 4 MB, and SandboxError as the service told it.
 */
export const askForBytes = (
  connection: Connection,
  request: HttpRequest,
  signal: AbortSignal | undefined,
): Promise<Uint8Array<ArrayBuffer>> =>
  repeatCall(connection, { what: 'reading a file', repeatable: true, signal }, async (attempted) => {
    using answer = await attempt(connection, request, attempted);
    const { status, headers } = answer;
    if (status !== 200 && status !== 206) throw errorAnswer(status, headers, await readBody(answer));
    const bytes = await readBytes(answer, limits.files.inlineBytes);
    if ((await sha256Of(bytes)) === headers.get(fileHeaders.sha256)) return bytes;
    throw new SandboxError('connection_lost', 'the file was cut on its way');
  });
