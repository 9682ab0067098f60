import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Assignment, Heartbeat, HeartbeatReply, OutcomeReport } from '../../../contract/api/agent-reports.ts';

import type { StorageCredentials } from '../../../contract/home/credentials.ts';
import { forwardTo } from '../../../local/link/forward.ts';

/** How one call is answered instead of well. */
export type Fault = (request: IncomingMessage, response: ServerResponse) => void;

/** The control plane and the credentials' endpoint as an agent meets them: a real HTTP server on a Unix socket. */
export interface FakeControlPlane extends AsyncDisposable {
  readonly linkSocket: string;
  readonly assignment: Assignment;
  readonly heartbeats: Heartbeat[];
  readonly outcomes: OutcomeReport[];
  /** What `complete` and `error` were told. */
  readonly words: object[];
  /** Every request as `<host> <path>`, credentials included. */
  readonly requests: string[];
  /** What the next heartbeats are told. */
  reply: HeartbeatReply;
  /** Answers whatever it applies to, until it is taken away. */
  fault: Fault | undefined;
  /** Storage, and what it gives for it. */
  homes: PlayedHomes | undefined;
}

/** Real storage behind the link, with credentials for one user each. */
export interface PlayedHomes {
  readonly s3Url: string;
  credentialsFor(userId: string): StorageCredentials;
}

export const credentialsPath = '/v2/credentials/4d1e9f0a';

const refuse = (response: ServerResponse, status: number, code: string) =>
  response
    .writeHead(status)
    .end(
      JSON.stringify({ error: { code, message: 'a fault', hint: '', retry: true, request_id: 'req_1', details: {} } }),
    );

/** A fault by status and code. */
export const refusal =
  (status: number, code: string): Fault =>
  (_request, response) =>
    refuse(response, status, code);

export async function startControlPlane(overrides: Partial<Assignment> = {}): Promise<FakeControlPlane> {
  const folder = await mkdtemp(join(tmpdir(), 'matrx-control-'));
  const linkSocket = join(folder, 'link.sock');
  const assignment: Assignment = {
    sandbox_id: `sbx_${'0'.repeat(26)}`,
    user_id: 'ada',
    generation: 1,
    expires_at: new Date(Date.now() + 3_600_000).toISOString(),
    idle_timeout_seconds: 0,
    env: {},
    on_ready: null,
    channel_key: randomBytes(32).toString('base64'),
    heartbeat_seconds: 60,
    ...overrides,
  };
  const plane: Omit<FakeControlPlane, typeof Symbol.asyncDispose> = {
    linkSocket,
    assignment,
    heartbeats: [],
    outcomes: [],
    words: [],
    requests: [],
    reply: {
      expires_at: assignment.expires_at,
      idle_timeout_seconds: assignment.idle_timeout_seconds,
      stop: 'no',
      revoked_grants: [],
    },
    fault: undefined,
    homes: undefined,
  };
  const server = createServer((request, response) => void answer(plane, request, response));
  await new Promise<void>((resolve) => server.listen(linkSocket, resolve));
  return Object.assign(plane, {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true });
    },
  });
}

type Plane = Omit<FakeControlPlane, typeof Symbol.asyncDispose>;

async function answer(plane: Plane, request: IncomingMessage, response: ServerResponse): Promise<void> {
  plane.requests.push(`${request.headers.host} ${request.url}`);
  if (plane.fault) return plane.fault(request, response);
  if (request.headers.host === '169.254.170.2') return credentials(request, response);
  const { homes } = plane;
  if (homes && request.headers.host?.endsWith('.amazonaws.com')) return forwardTo(() => homes.s3Url)(request, response);
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = JSON.parse(Buffer.concat(chunks).toString() || '{}');
  if (!request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 '))
    return void refuse(response, 401, 'unauthenticated');
  const answers: Record<string, () => unknown> = {
    hello: () => plane.assignment,
    heartbeat: () => {
      plane.heartbeats.push(body);
      return plane.reply;
    },
    outcomes: () => {
      plane.outcomes.push(...body.outcomes);
      return { accepted: body.outcomes.length };
    },
    ...(homes && { credentials: () => homes.credentialsFor(plane.assignment.user_id) }),
    complete: () => hear(plane, 'completed', body),
    error: () => hear(plane, 'error', body),
  };
  const last = request.url?.split('/').at(-1) ?? '';
  const found = answers[last];
  if (!request.url?.startsWith('/agent/v1/') || !found) return void refuse(response, 404, 'not_found');
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(found()));
}

/** The first word counts, as in the control plane. */
function hear({ words }: Plane, stop_reason: string, body: object) {
  words.push({ stop_reason, ...body });
  return { status: 'shutting_down', stop_reason, accepted: words.length === 1 };
}

function credentials(request: IncomingMessage, response: ServerResponse): void {
  if (request.url !== credentialsPath) return void response.writeHead(404).end();
  const Expiration = new Date(Date.now() + 6 * 3_600_000).toISOString();
  response.writeHead(200).end(
    JSON.stringify({
      RoleArn: '',
      AccessKeyId: 'ASIAEXAMPLE',
      SecretAccessKey: 'secret',
      Token: 'token',
      Expiration,
    }),
  );
}
