import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import { AgentError, agentErrors } from '../../../contract/agent/errors.ts';
import type { Clock } from '../../../contract/clock.ts';
import { agentErrorBody } from '../api/respond.ts';
import type { Log } from '../log.ts';
import { answerInside, type InsideAnswer, type InsideTools } from './answer-inside.ts';
import { CallRate } from './call-rate.ts';

interface Options extends InsideTools {
  readonly clock: Clock;
  readonly log: Log;
  /** Of the machine's own time, for a whole request. @default 10 s */
  readonly requestMs?: number;
}

/** The one place where the code in the sandbox can speak to the service. */
export interface InsideDoor extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
}

const connections = 32;
const burst = 40;
const callsPerSecond = 10;

/**
 * Opens the door on a port of the loopback device that is free. It takes one request a connection, and knows nobody: whoever can
 * connect and knows the sandbox's id is the code in the sandbox. Rejects where there is no loopback device.
 */
export async function openInsideDoor(options: Options): Promise<InsideDoor> {
  const { requestMs = 10_000, clock, log } = options;
  const rate = new CallRate(clock, burst, callsPerSecond);
  const timeouts = {
    headersTimeout: requestMs / 2,
    requestTimeout: requestMs,
    connectionsCheckingInterval: requestMs / 10,
  };
  const server: Server = createServer({ maxHeaderSize: 8_192, ...timeouts }, (request, response) => {
    request.on('error', () => {}); // Who goes in the middle of a request is owed no answer.
    void answer(request, options, { rate, host: hostsOf(server) })
      .catch((error) => refusal(error, log))
      .then((given) => respond(request, response, given));
  });
  // What follows a request over the same connection is never looked at.
  server.maxRequestsPerSocket = 1;
  server.maxConnections = connections;
  server.timeout = requestMs;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const hostsOf = (server: Server): readonly string[] => [`127.0.0.1:${portOf(server)}`, `localhost:${portOf(server)}`];

/** Pages in a browser have no business here, whatever name they found the way by. */
function assertNoPage({ headers }: IncomingMessage, hosts: readonly string[]): void {
  if (hosts.includes(headers.host ?? '') && headers.origin === undefined && headers['sec-fetch-site'] === undefined)
    return;
  const rule = `expected ${hosts.join(' or ')}, and no page`;
  throw new AgentError('permission_denied', `host: ${rule}`, { details: { field: 'host', rule } });
}

async function answer(
  request: IncomingMessage,
  tools: InsideTools,
  { rate, host }: { readonly rate: CallRate; readonly host: readonly string[] },
): Promise<InsideAnswer> {
  if (!rate.take()) throw new AgentError('too_many_calls', `expected at most ${callsPerSecond} calls a second`);
  assertNoPage(request, host);
  return answerInside(request, tools);
}

function refusal(error: unknown, log: Log): InsideAnswer {
  const { code, body } = agentErrorBody(error);
  if (code === 'internal') log.error('inside.failed', error);
  // Programs written for the service before this one look for `detail`.
  return { status: agentErrors[code].status, body: { ...body, detail: body.error.message } };
}

/** A caller that still sends hears the answer when it has sent everything: one that is hung up on hears nothing. */
async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  { status, body }: InsideAnswer,
): Promise<void> {
  await finished(request.resume()).catch(() => {});
  if (response.destroyed) return;
  const retry = status === 429 ? { 'retry-after': '1' } : {};
  const headers = { 'content-type': 'application/json', connection: 'close', ...retry };
  response.writeHead(status, headers).end(JSON.stringify(body));
}
