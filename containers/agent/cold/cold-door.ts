import { once } from 'node:events';
import { chmod, mkdir, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import { finished } from 'node:stream/promises';
import { AgentError, agentErrors } from '../../../contract/agent/errors.ts';
import type { Clock } from '../../../contract/clock.ts';
import { agentErrorBody } from '../api/respond.ts';
import { CallRate } from '../inside/call-rate.ts';
import type { Log } from '../log.ts';
import { answerCold } from './answer-cold.ts';
import { coldLimits } from './cold-limits.ts';
import type { ColdStorage } from './cold-storage.ts';

interface Options {
  /** In a folder of its own: everybody in the machine can connect. */
  readonly socketPath: string;
  readonly cold: Pick<ColdStorage, 'list' | 'stat' | 'get' | 'put' | 'remove'>;
  readonly clock: Clock;
  readonly log: Log;
  /** The sandbox is in use. */
  readonly onUse: () => void;
}

const connections = 16;
const burst = 200;
const callsPerSecond = 20;
const headMs = 5_000;
const silentMs = 120_000;

const tooMany = (): AgentError =>
  new AgentError('too_many_calls', `expected at most ${callsPerSecond} calls a second`, { details: { retry: true } });

/** Opens the door by which the code in a sandbox reaches cold files: HTTP/1.1 on a Unix socket, one request a connection. */
export async function openColdDoor({ socketPath, cold, clock, log, onUse }: Options): Promise<AsyncDisposable> {
  const rate = new CallRate(clock, burst, callsPerSecond);
  const timeouts = { headersTimeout: headMs, requestTimeout: coldLimits.operationMs };
  const server = createServer({ maxHeaderSize: 16_384, ...timeouts }, (request, response) => {
    request.on('error', () => {});
    response.on('error', () => {}); // Who goes in the middle ends the operation by its close.
    onUse();
    void serve(request, response);
  });
  server.maxRequestsPerSocket = 1;
  server.maxConnections = connections;
  server.timeout = silentMs;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const over = new AbortController();
    const late = new AgentError('transfer_failed', `it took longer than ${coldLimits.operationMs} ms`, {
      details: { fault: 'time_ran_out', retry: false },
    });
    using _ = clock.after(coldLimits.operationMs, () => over.abort(late));
    response.once('close', () => over.abort(new Error('whoever asked has gone')));
    try {
      if (!rate.take()) throw tooMany();
      await answerCold({ request, response, cold, signal: over.signal });
    } catch (error) {
      await refuse(request, response, error);
    }
  }

  async function refuse(request: IncomingMessage, response: ServerResponse, error: unknown): Promise<void> {
    if (response.headersSent) return void response.destroy();
    const { code, body } = agentErrorBody(error);
    if (code === 'internal') log.error('cold.failed', error);
    // A caller that still sends hears of it when it has sent everything, unless that has no end to wait for.
    if (code !== 'too_large') await finished(request.resume()).catch(() => {});
    if (response.destroyed) return;
    const headers = { 'content-type': 'application/json', connection: 'close' };
    response.writeHead(agentErrors[code].status, headers).end(JSON.stringify(body));
  }

  await mkdir(dirname(socketPath), { recursive: true, mode: 0o755 });
  await rm(socketPath, { force: true });
  server.listen(socketPath);
  await once(server, 'listening');
  await chmod(dirname(socketPath), 0o755);
  await chmod(socketPath, 0o666);
  return {
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}
