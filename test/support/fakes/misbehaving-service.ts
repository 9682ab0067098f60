import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ErrorBody } from '../../../contract/api/error-body.ts';
import { type ErrorCode, errors } from '../../../contract/api/errors.ts';
import type { Sandbox as SandboxRecord } from '../../../contract/api/sandboxes/sandbox-record.ts';

interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What the service does with one request. */
export type Behaviour = (response: ServerResponse, request: SeenRequest) => void | Promise<void>;

export interface MisbehavingService extends AsyncDisposable {
  readonly url: string;
  /** In the order they came. */
  readonly seen: readonly SeenRequest[];
}

/** A real HTTP server on loopback that does what it is told, one behaviour a request; the last one is repeated. */
export async function misbehavingService(...behaviours: Behaviour[]): Promise<MisbehavingService> {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const one = { method, url, headers, body: Buffer.concat(chunks).toString() };
      const behaviour = behaviours[Math.min(seen.length, behaviours.length - 1)];
      seen.push(one);
      void behaviour?.(response, one);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export const answer =
  (status: number, body: unknown, headers: Record<string, string> = {}): Behaviour =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };

export const errorOf = (code: ErrorCode, details: Record<string, unknown> = {}): ErrorBody => ({
  error: {
    code,
    message: `told ${code}`,
    hint: errors[code].hint,
    retry: errors[code].retry,
    request_id: 'req_1',
    details,
  },
});

export const fail = (code: ErrorCode, headers: Record<string, string> = {}): Behaviour =>
  answer(errors[code].status, errorOf(code), headers);

/** Never answers. */
export const hang: Behaviour = () => {};

/** Drops the connection without a word. */
export const hangUp: Behaviour = (response) => {
  response.destroy();
};

export const sandboxId = `sbx_${'0'.repeat(26)}`;
export const commandId = `cmd_${'0'.repeat(26)}`;

export const sandboxRecord = (changes: Partial<SandboxRecord> = {}): SandboxRecord => ({
  sandbox_id: sandboxId,
  user_id: 'ann',
  status: 'ready',
  created_at: '2026-01-01T00:00:00.000Z',
  ready_at: '2026-01-01T00:00:01.000Z',
  expires_at: '2026-01-01T02:00:00.000Z',
  ended_at: null,
  stop_reason: null,
  stop_detail: null,
  hot_path: '/home/agent',
  cold_path: null,
  home: null,
  template: 'base',
  image_digest: null,
  size: { name: 's', cpu: 0.5, memory_mb: 1_024, disk_gb: 20 },
  ttl_seconds: 7_200,
  idle_timeout_seconds: 0,
  labels: {},
  started_from: 'cold',
  cost_usd: 0.01,
  last_active_at: null,
  generation: 1,
  result: null,
  ...changes,
});

const outcome = (changes: Record<string, unknown> = {}) => ({
  command_id: commandId,
  outcome: 'exited',
  exit_code: 0,
  signal: null,
  stdout_bytes: 0,
  stderr_bytes: 0,
  cwd: '/home/agent',
  started_at: '2026-01-01T00:00:00.000Z',
  duration_ms: 5,
  ...changes,
});

export const commandInfo = (changes: Record<string, unknown> = {}) => ({
  ...outcome({ outcome: 'running', exit_code: null }),
  command: 'program',
  tty: false,
  session: null,
  user: 'agent',
  stdout_first_available: 0,
  stderr_first_available: 0,
  ...changes,
});

export const started = { event: 'started', command_id: commandId };
export const finished = (changes: Record<string, unknown> = {}) => ({ event: 'finished', result: outcome(changes) });
export const output = (stream: 'stdout' | 'stderr', offset: number, data: string, encoding = 'utf8') => ({
  event: stream,
  offset,
  data,
  encoding,
});

type Ending = 'end' | 'cut' | 'silence';

/** A stream of events that ends as told: whole, by a cut connection, or by saying nothing more. */
export const stream =
  (events: readonly (object | string)[], ending: Ending = 'end'): Behaviour =>
  (response) => {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    const lines = events.map((event) => (typeof event === 'string' ? event : `${JSON.stringify(event)}\n`)).join('');
    response.write(lines, () => {
      if (ending === 'end') response.end();
      // What was written before a cut has to get there first.
      if (ending === 'cut') setTimeout(() => response.destroy(), 20);
    });
  };
