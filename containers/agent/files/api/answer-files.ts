import type { ServerHttp2Stream } from 'node:http2';
import type * as z from 'zod';
import { filesApi } from '../../../../contract/agent/files.ts';
import { limits } from '../../../../contract/api/limits.ts';
import type { Clock } from '../../../../contract/clock.ts';
import { noRoute } from '../../api/match-route.ts';
import { parse } from '../../api/parse.ts';
import { readBody } from '../../api/read-body.ts';
import { respondJson } from '../../api/respond.ts';
import type { FileDoor, FileRoute } from '../file-door.ts';
import { receiveFile } from '../transfer/receive-file.ts';
import { sendFile } from '../transfer/send-file.ts';
import type { HelperOperation } from '../wire/operations.ts';
import { assertExpression } from './assert-expression.ts';
import { listPage } from './list-page.ts';
import { receivedBytes } from './received-bytes.ts';
import { sendBytes } from './send-bytes.ts';
import { sendEvents } from './send-events.ts';
import { writeFiles } from './write-files.ts';

export interface FileApiTools {
  readonly door: FileDoor;
  readonly clock: Clock;
  /** Ends every operation, with its reason for an answer: an AgentError. */
  readonly ended?: AbortSignal | undefined;
}

interface Request {
  readonly stream: ServerHttp2Stream;
  readonly query: Readonly<Record<string, string>>;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

type Handler = (request: Request, tools: FileApiTools) => Promise<void>;

const routes = new Map(
  Object.entries(filesApi).map(([name, { method, path }]) => [`${method} ${path}`, name as FileRoute]),
);

/** Routes that are no more than a question to the helper. */
const asked = {
  statFile: 'stat',
  hashFile: 'hash',
  removeFile: 'remove',
  moveFile: 'move',
  makeFolder: 'makeFolder',
  changeMode: 'changeMode',
} as const satisfies Partial<Record<FileRoute, HelperOperation>>;
type Asked = keyof typeof asked;

const bodyOf = async <T extends z.ZodType>({ stream }: Request, schema: T): Promise<z.infer<T>> =>
  parse(schema, await readBody(stream));

const handlers: Record<Exclude<FileRoute, Asked>, Handler> = {
  readFile: async ({ stream, query, signal }, { door }) =>
    sendBytes(stream, parse(filesApi.readFile.query, query), door.files, signal),
  writeFile: async ({ stream, query, signal }, { door }) => {
    const input = parse(filesApi.writeFile.query, query);
    respondJson(stream, 200, await door.files.write(input, receivedBytes(stream), signal));
  },
  writeFiles: async (request, { door }) => {
    const input = await bodyOf(request, filesApi.writeFiles.body);
    respondJson(request.stream, 200, await writeFiles(input, door.files, request.signal));
  },
  listFiles: async ({ stream, query, signal }, { door }) =>
    respondJson(stream, 200, await listPage(parse(filesApi.listFiles.query, query), door.files, signal)),
  watchFiles: async ({ stream, query, signal }, { door, clock, ended }) => {
    const input = parse(filesApi.watchFiles.query, query);
    await sendEvents(stream, { clock, signal, ended }, (emit) => door.files.follow('watch', input, emit, signal));
  },
  searchFiles: async (request, { door, clock, ended }) => {
    const input = await bodyOf(request, filesApi.searchFiles.body);
    assertExpression(input.pattern);
    const { stream, signal } = request;
    await sendEvents(stream, { clock, signal, ended }, async (emit) => {
      const found = await door.files.follow('search', input, emit, signal);
      await emit({ event: 'finished', ...found });
    });
  },
  sendFile: async (request, { door, clock, ended }) => {
    const order = await bodyOf(request, filesApi.sendFile.body);
    const { stream, signal } = request;
    await sendEvents(stream, { clock, signal, ended }, (emit) => sendFile(order, { ...door, clock, signal }, emit));
  },
  receiveFile: async (request, { door, clock, ended }) => {
    const order = await bodyOf(request, filesApi.receiveFile.body);
    const { stream, signal } = request;
    await sendEvents(stream, { clock, signal, ended }, (emit) => receiveFile(order, { ...door, clock, signal }, emit));
  },
};

/** One question to the helper, one answer. */
async function ask(route: Asked, request: Request, { door }: FileApiTools): Promise<void> {
  const row = filesApi[route];
  const input = 'query' in row ? parse(row.query, request.query) : await bodyOf(request, row.body);
  // Each row's input is its operation's own, which the types of a union don't show.
  respondJson(request.stream, 200, await door.files.ask(asked[route], input as never, request.signal));
}

const isAsked = (route: FileRoute): route is Asked => route in asked;

/** Whether a path is one of the files' own. */
export const isFilePath = (path: string): boolean => path === '/files' || path.startsWith('/files/');

/** Answers what is asked about files. Rejects with AgentError, as long as there is somebody to tell. */
export async function answerFiles(
  stream: ServerHttp2Stream,
  method: string,
  url: URL,
  tools: FileApiTools,
): Promise<void> {
  const route = routes.get(`${method} ${url.pathname}`);
  if (route === undefined) throw noRoute({ method, path: url.pathname.slice(0, limits.pathBytes) });
  using _ = tools.door.enter(route);
  const gone = new AbortController();
  stream.once('close', () => gone.abort());
  if (stream.destroyed) return;
  const signal = tools.ended ? AbortSignal.any([gone.signal, tools.ended]) : gone.signal;
  try {
    const request = { stream, query: Object.fromEntries(url.searchParams), signal };
    await (isAsked(route) ? ask(route, request, tools) : handlers[route](request, tools));
  } catch (error) {
    if (gone.signal.aborted) return;
    tools.ended?.throwIfAborted();
    throw error;
  }
}
