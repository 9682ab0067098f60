import { type ErrorCode, SandboxError } from '../../../contract/api/errors.ts';
import type { Connection } from '../../connection.ts';
import { readBody } from '../../http/read/read-answer.ts';
import { type Answer, attempt } from '../../http/send/attempt.ts';

interface StorageRequest {
  readonly method: 'GET' | 'PUT';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
}

// A part at a time over a line of half a megabit a second, or four at once over one of two.
const slowestBytesPerMs = 64;

/** The connection with as much more time as so many bytes need on a slow line: an answer begins when all are sent. */
export function withTimeToSend<C extends Pick<Connection, 'timeouts'>>(connection: C, bytes: number): C {
  const { answerMs, totalMs } = connection.timeouts;
  const sendingMs = Math.ceil(bytes / slowestBytesPerMs);
  const timeouts = { ...connection.timeouts, answerMs: answerMs + sendingMs, totalMs: totalMs + 2 * sendingMs };
  return { ...connection, timeouts };
}

/** One try at a request of storage, by a URL that says for itself who may. No credentials go with it. */
export const askStorage = (
  connection: Connection,
  { method, url, headers, body }: StorageRequest,
  signal: AbortSignal,
): Promise<Answer> => attempt(connection, { method, url: new URL(url), query: [], headers, body, open: true }, signal);

/** What storage refused, and whether it may take it later. */
export async function storageRefusal(answer: Answer): Promise<SandboxError> {
  const text = String(await readBody(answer).catch(() => ''));
  const said = /<Code>(\w{1,64})<\/Code>/.exec(text)?.[1] ?? 'nothing';
  const isPassing = answer.status >= 500 || answer.status === 429 || said === 'RequestTimeout';
  const code: ErrorCode = isPassing ? 'storage_unavailable' : 'bad_answer';
  return new SandboxError(code, `storage answers ${answer.status} and says ${said}`, {
    details: { status: answer.status },
  });
}
