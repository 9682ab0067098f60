import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import { readChunks } from '../../../channel/near/read-chunks.ts';
import type { ChannelRequest } from '../../../channel/near/request.ts';
import { type FileWritten, filesApi, readHeaders } from '../../../contract/agent/files.ts';
import { SandboxError } from '../../../contract/api/errors.ts';
import { fileRoutes } from '../../../contract/api/files/files.ts';
import { limits } from '../../../contract/api/limits.ts';
import type { Connection } from '../../connection.ts';
import { pathFields } from '../../files/file-path.ts';
import type { RangeOptions } from '../../files/transfers/read-range.ts';
import { sha256Of } from '../../files/transfers/sha256-of.ts';
import type { FileQuestion, FileTransport } from '../../files/transport/file-transport.ts';
import { parseAnswer } from '../../http/read/read-answer.ts';
import { repeatCall } from '../../http/send/repeat-call.ts';
import type { SendOptions } from '../../http/send/send.ts';
import { channelLost, reachAgent } from './ask-agent.ts';
import { readJson } from './read-json.ts';
import { withQuery } from './with-query.ts';

const { inlineBytes } = limits.files;
// Many times what the agent puts into a page.
const mostAnswerBytes = 8 * 1024 * 1024;
// The bytes go first; a thousand files are written in turn before the answer.
const writtenWithinMs = 120_000;

/** What any of the questions may hold. */
interface Parts {
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly bytes?: Uint8Array<ArrayBuffer>;
}

function requestOf(name: FileQuestion, { query, body, bytes }: Parts, { headers }: SendOptions): ChannelRequest {
  const { method, path } = filesApi[name];
  const written = bytes && { size: bytes.length, if_none_match: headers?.['if-none-match'] };
  const whole = withQuery(path, { ...query, ...written });
  return { method, path: whole, ...(body === undefined ? {} : { body }), ...(bytes && { bytes }) };
}

/** Nobody hears that a file is written when other bytes have landed. */
async function assertSame({ sha256 }: FileWritten, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  if (sha256 !== (await sha256Of(bytes))) throw new SandboxError('bad_answer', 'the agent has written other bytes');
}

/** All of an answer's bytes. Throws `connection_lost` when it is cut, `bad_answer` when it is longer than was asked. */
async function wholeOf(body: ClientHttp2Stream, length: number): Promise<Uint8Array<ArrayBuffer>> {
  if (!(length <= inlineBytes)) throw new SandboxError('bad_answer', 'a file is longer than what was asked');
  const whole = new Uint8Array(length);
  let at = 0;
  try {
    for await (const chunk of readChunks(body)) {
      if (at + chunk.length > length) break;
      whole.set(chunk, at);
      at += chunk.length;
    }
  } catch (cause) {
    throw channelLost(cause);
  }
  if (at < length) throw channelLost(new Error(`${at} of ${length} bytes came`));
  return whole;
}

const isRange = ({ offset = 0, length }: RangeOptions): boolean => offset > 0 || length !== undefined;

/**
 * Files asked of the agent itself, through a channel that this process holds; it answers as the service would. Throws SandboxError,
 * or the reason of the signal.
 */
export function channelFiles(connection: Connection, open: () => Promise<ClientHttp2Session>): FileTransport {
  const { clock } = connection;
  return {
    async ask(name, input, options) {
      // A row's input is some of these, which the type of all rows doesn't show.
      const parts = input as Parts;
      const repeatable = options.repeatable ?? fileRoutes[name].repeatable !== 'never';
      const request = requestOf(name, parts, options);
      const call = { what: name, repeatable, signal: options.signal };
      const answer = await repeatCall(connection, call, async (signal) => {
        const asked = { clock, signal, headersWithinMs: writtenWithinMs };
        const { body } = await reachAgent(await open(), request, asked);
        using _ = closedBy(body, signal);
        const said = await readJson(body, mostAnswerBytes);
        return parseAnswer(filesApi[name].answer, said, 'the answer');
      });
      if (parts.bytes) await assertSame(answer as FileWritten, parts.bytes);
      // The schema of the row has made it so.
      return answer as never;
    },

    read(_sandboxId, path, options) {
      const { offset, length, signal: given } = options;
      const query = { ...pathFields(path), offset, length, max_bytes: inlineBytes };
      const request = { method: 'GET', path: withQuery(filesApi.readFile.path, query) } as const;
      const call = { what: 'reading a file', repeatable: true, signal: given };
      return repeatCall(connection, call, async (signal) => {
        const { headers, body } = await reachAgent(await open(), request, { clock, signal });
        using _ = closedBy(body, signal);
        const bytes = await wholeOf(body, Number(headers['content-length']));
        if (bytes.length > 0 || !isRange(options)) return bytes;
        const size = Number(headers[readHeaders.size]);
        throw new SandboxError('range_not_satisfiable', `the file has ${size} bytes, and none of the range`, {
          details: { field: 'range', value: `${offset ?? 0}, ${length ?? 'to the end'}`, size },
        });
      });
    },
  };
}

/** Closes a stream when nobody waits for it any more, at the latest with its block. */
function closedBy(body: ClientHttp2Stream, signal: AbortSignal): Disposable {
  const close = () => body.on('error', () => undefined).close();
  signal.addEventListener('abort', close, { once: true });
  return {
    [Symbol.dispose]: () => {
      signal.removeEventListener('abort', close);
      close();
    },
  };
}
