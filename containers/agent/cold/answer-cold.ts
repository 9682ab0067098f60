import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { AgentError } from '../../../contract/agent/errors.ts';
import { noRoute } from '../api/match-route.ts';
import { coldLimits } from './cold-limits.ts';
import { parseColdName, parseColdPrefix } from './cold-name.ts';
import { type ColdStorage, statOf } from './cold-storage.ts';

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  readonly cold: Pick<ColdStorage, 'list' | 'stat' | 'get' | 'put' | 'remove'>;
  readonly signal: AbortSignal;
}

const refuse = (field: string, rule: string): AgentError =>
  new AgentError('invalid_request', `${field}: ${rule}`, { details: { field, rule } });

const nameIn = (query: URLSearchParams): string => parseColdName(query.get('name') ?? '');

function sendJson(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json', connection: 'close' }).end(JSON.stringify(body));
}

async function list({ query, response, cold, signal }: Exchange): Promise<void> {
  const after = query.get('after');
  if (after !== null && after.length > 2_048) throw refuse('after', 'expected what an answer had as next');
  const order = { prefix: parseColdPrefix(query.get('prefix') ?? ''), recursive: query.get('recursive') === 'true' };
  sendJson(response, await cold.list({ ...order, ...(after === null ? {} : { after }) }, signal));
}

async function get({ request, query, response, cold, signal }: Exchange): Promise<void> {
  const name = nameIn(query);
  const { range } = request.headers;
  if (range !== undefined && !/^bytes=(\d{1,15}-\d{0,15}|-\d{1,15})$/.test(range))
    throw refuse('range', 'expected one range, as in bytes=0-99');
  const answer = await cold.get(name, range, signal);
  const { 'content-length': length = '0', 'content-range': part } = answer.headers;
  const size = Number(part?.split('/')[1] ?? length);
  response.writeHead(part === undefined ? 200 : 206, {
    'content-type': 'application/octet-stream',
    'content-length': length,
    connection: 'close',
    'x-matrx-stat': encodeURIComponent(JSON.stringify(statOf(name, answer.headers, size))),
    ...(part === undefined ? {} : { 'content-range': part }),
  });
  await pipeline(answer, response, { signal });
}

async function put({ request, query, response, cold, signal }: Exchange): Promise<void> {
  const name = nameIn(query);
  const size = Number(request.headers['content-length'] ?? Number.NaN);
  if (!Number.isSafeInteger(size)) throw refuse('content-length', 'expected the size of the file');
  if (size > coldLimits.objectBytes)
    throw new AgentError('too_large', `a cold file has at most ${coldLimits.objectBytes} bytes, not ${size}`);
  const sha256 = request.headers['x-matrx-sha256'];
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256))
    throw refuse('x-matrx-sha256', 'expected the SHA-256 of the file, in hex');
  const overwrite = request.headers['if-none-match'] !== '*';
  await cold.put(name, { size, sha256, overwrite, pieces: request }, signal);
  sendJson(response, { name, size, sha256 });
}

const answerers: Readonly<Record<string, (exchange: Exchange) => Promise<void>>> = {
  'GET /list': list,
  'GET /stat': async ({ query, response, cold, signal }) => sendJson(response, await cold.stat(nameIn(query), signal)),
  'GET /file': get,
  'PUT /file': put,
  'DELETE /file': async ({ query, response, cold, signal }) => {
    const name = nameIn(query);
    // What isn't there is told apart here: storage says of both that it is gone.
    await cold.stat(name, signal);
    await cold.remove(name, signal);
    sendJson(response, { name });
  },
};

/** Answers one request for cold files. Rejects with AgentError; once an answer has begun, it is broken off. */
export async function answerCold(exchange: Omit<Exchange, 'query'>): Promise<void> {
  const url = new URL(exchange.request.url ?? '/', 'http://cold');
  const answerer = answerers[`${exchange.request.method} ${url.pathname}`];
  if (answerer === undefined) throw noRoute();
  await answerer({ ...exchange, query: url.searchParams });
}
