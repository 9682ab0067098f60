import { readdirSync, readFileSync } from 'node:fs';
import type { ClientHttp2Session, IncomingHttpHeaders } from 'node:http2';
import type { Readable } from 'node:stream';
import type * as z from 'zod';
import { FileList, type FileWritten } from '../../../contract/agent/files.ts';
import type { FileEntry } from '../../../contract/api/files/file-entry.ts';

export interface FileAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A path as a query has it: text, or bytes. */
export const at = (path: string | Buffer): string =>
  typeof path === 'string'
    ? `path=${encodeURIComponent(path)}`
    : `path_base64=${encodeURIComponent(path.toString('base64'))}`;

/** One request over a session, its body whole or streamed; rejects when its answer breaks off. */
export async function request(
  http: ClientHttp2Session,
  method: string,
  path: string,
  body?: string | Buffer | Readable,
): Promise<FileAnswer> {
  const stream = http.request({ ':method': method, ':path': path });
  const headers = new Promise<IncomingHttpHeaders>((resolve, reject) => {
    stream.once('response', resolve).once('error', reject);
  });
  headers.catch(() => {});
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) stream.end(body);
  else body.pipe(stream);
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  const answered = await headers;
  return { status: Number(answered[':status']), headers: answered, body: Buffer.concat(chunks) };
}

/** The agent's files API as tests speak it: what succeeds is parsed, what is refused throws its body. */
export function fileCalls(http: ClientHttp2Session) {
  const ask = async (method: string, path: string, body?: object) => {
    const answer = await request(http, method, path, body && JSON.stringify(body));
    const said = JSON.parse(answer.body.toString());
    if (answer.status !== 200) throw new Refused(answer.status, said.error.code, said.error);
    return said;
  };
  return {
    ask,
    async read(path: string | Buffer, query = ''): Promise<Buffer> {
      const { status, body } = await request(http, 'GET', `/files?${at(path)}${query}`);
      if (status === 200) return body;
      const { error } = JSON.parse(body.toString());
      throw new Refused(status, error.code, error);
    },
    async write(
      path: string | Buffer,
      body: string | Buffer | Readable,
      query = '',
    ): Promise<z.infer<typeof FileWritten>> {
      const answer = await request(http, 'PUT', `/files?${at(path)}${query}`, body);
      const said = JSON.parse(answer.body.toString());
      if (answer.status !== 200) throw new Refused(answer.status, said.error.code, said.error);
      return said;
    },
    stat: (path: string | Buffer): Promise<FileEntry> => ask('GET', `/files/stat?${at(path)}`),
    list: async (path: string | Buffer, query = '') =>
      FileList.parse(await ask('GET', `/files/list?${at(path)}${query}`)),
    remove: (path: string | Buffer): Promise<{ removed: number }> => ask('DELETE', `/files?${at(path)}&recursive=true`),
    async events(method: string, path: string, body?: object): Promise<{ readonly event: string }[]> {
      const answer = await request(http, method, path, body && JSON.stringify(body));
      return answer.body
        .toString()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
    },
  };
}

/** A refusal, to be matched by its code. */
class Refused extends Error {
  readonly status: number;
  readonly code: string;
  readonly body: object;

  constructor(status: number, code: string, body: object) {
    super(`${status} ${code}: ${JSON.stringify(body)}`);
    this.status = status;
    this.code = code;
    this.body = body;
  }
}

/** The processes of the helpers that were bundled into a folder. */
export const helpersOf = (folder: string): number[] =>
  readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && isHelper(pid, folder));

function isHelper(pid: number, folder: string): boolean {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
    return words[0] === process.execPath && words.some((word) => word === `${folder}/files-helper.cjs`);
  } catch {
    return false;
  }
}
