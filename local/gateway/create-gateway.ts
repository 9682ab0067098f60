import { Buffer } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type GatewayResponseType, gatewayResponseBody } from '../../contract/api/gateway-responses.ts';
import type { Clock } from '../../contract/clock.ts';
import { type Listening, listen } from '../aws/listen.ts';
import { readBody } from '../aws/read-body.ts';
import type { Functions } from '../lambda/create-functions.ts';
import { FunctionError, InvocationRefused } from '../lambda/function-error.ts';
import type { FunctionResponse } from '../lambda/function-response.ts';
import { type Authorizers, authorize } from './authorize.ts';
import { findRoute } from './find-route.ts';
import { GatewayError } from './gateway-error.ts';
import { gatewayLimits } from './limits.ts';
import { proxyEvent } from './proxy-event.ts';
import { relay } from './relay.ts';
import { sendGatewayResponse } from './send-gateway-response.ts';

export interface GatewayOptions extends Authorizers {
  readonly functions: Pick<Functions, 'invoke'>;
  readonly accountId: string;
  readonly clock: Clock;
  /** @default 0, a free one */
  readonly port?: number;
  /** Gets a line for each request that no function answered. */
  readonly onLog: (line: string) => void;
}

export interface Gateway extends Listening {
  /** From now on only agents get in; what has begun goes on. */
  refuseCallers(): void;
}

interface Serving extends GatewayOptions {
  callersRefused: boolean;
}

/** API Gateway on loopback: the doors and routes of the contract, their authorizers and their limits. */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const serving: Serving = { ...options, callersRefused: false };
  const listening = await listen((request, response) => serve(request, response, serving), options.port);
  listening.server.on('clientError', refuseUnreadable);
  const refuseCallers = () => {
    serving.callersRefused = true;
  };
  return { ...listening, refuseCallers };
}

async function serve(request: IncomingMessage, response: ServerResponse, options: Serving): Promise<void> {
  const requestId = randomUUID();
  response.setHeader('x-amzn-requestid', requestId);
  // A connection that breaks is noticed by who reads or writes next.
  response.on('error', () => undefined);
  try {
    const { streaming, body } = await answer(request, requestId, options);
    if (!streaming) {
      body.destroy();
      throw new GatewayError('DEFAULT_5XX', 'the function answered in a form that is not streamed');
    }
    await relay(body, response, options.clock);
  } catch (error) {
    const refusal = asGatewayError(error);
    options.onLog(`${requestId} ${request.method} ${pathOf(request)} ${refusal.type} ${refusal.message}`);
    if (!response.headersSent && !response.destroyed) sendGatewayResponse(response, refusal.type, requestId);
  }
}

async function answer(request: IncomingMessage, requestId: string, options: Serving): Promise<FunctionResponse> {
  const { functions, accountId, clock } = options;
  const path = pathOf(request);
  const found = findRoute(request.method ?? '', path);
  if (!found) throw new GatewayError('MISSING_AUTHENTICATION_TOKEN', 'there is no such route');
  if (options.callersRefused && found.route.door !== 'agent') {
    throw new GatewayError('INTEGRATION_FAILURE', 'the service is stopping');
  }
  if (headerBytes(request) > gatewayLimits.headerBytes) {
    throw new GatewayError('REQUEST_TOO_LARGE', `headers are at most ${gatewayLimits.headerBytes} bytes`);
  }
  const body = await readBody(request, gatewayLimits.requestBytes);
  if (!body) throw new GatewayError('REQUEST_TOO_LARGE', `a body is at most ${gatewayLimits.requestBytes} bytes`);
  const caller = await authorize(found.route, request, body, options);
  const query = request.url?.slice(path.length + 1) ?? '';
  const event = proxyEvent({
    request,
    path,
    query,
    body,
    found,
    caller,
    requestId,
    receivedAt: clock.now(),
    accountId,
  });
  return functions.invoke(found.route.function, event);
}

function asGatewayError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  const { message } = error as Error;
  if (error instanceof InvocationRefused) {
    const types = { throttled: 'THROTTLED', too_large: 'REQUEST_TOO_LARGE', stopped: 'INTEGRATION_FAILURE' } as const;
    return new GatewayError(types[error.reason], message, error);
  }
  if (error instanceof FunctionError) return new GatewayError('DEFAULT_5XX', `${error.errorType}: ${message}`, error);
  return new GatewayError('DEFAULT_5XX', String(error), error);
}

const pathOf = (request: IncomingMessage): string => /^[^?]*/.exec(request.url ?? '')?.[0] ?? '';

const headerBytes = (request: IncomingMessage): number =>
  request.rawHeaders.reduce((sum, part) => sum + Buffer.byteLength(part), 0);

/** What Node's parser doesn't take never becomes a request; it is answered all the same. */
function refuseUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable) return void socket.destroy();
  const [type, status]: [GatewayResponseType, string] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ['REQUEST_TOO_LARGE', '413 Payload Too Large']
      : ['BAD_REQUEST_PARAMETERS', '400 Bad Request'];
  const requestId = randomUUID();
  const body = JSON.stringify(gatewayResponseBody(type, requestId));
  const head = [
    `HTTP/1.1 ${status}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
