import { Readable } from 'node:stream';
import middy from '@middy/core';
import { executionModeStreamifyResponse } from '@middy/core/StreamifyResponse';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { ApiFunction } from '../../contract/api/route.ts';
import type { RouteName } from '../../contract/api/routes.ts';
import type { Clock } from '../../contract/clock.ts';
import type { Answer, Operation, OperationsOf } from '../core/operation.ts';
import type { Log } from '../core/ports.ts';
import { writeAccess } from './access-log.ts';
import { acceptedStream, eventStream, patientJson } from './body-forms.ts';
import { assertScope, callerOf, type TaskRole } from './caller.ts';
import { errorReply } from './error-reply.ts';
import { type Exchange, openExchange } from './exchange.ts';
import { answerHeaders, jsonType } from './headers.ts';
import { type Match, routeMatcher } from './match-route.ts';
import { headerOf, parseRequest } from './parse-request.ts';

/** What an endpoint works with: the ports of its operations and what it needs itself. */
export interface Services<Ports> {
  readonly ports: Ports;
  readonly clock: Clock;
  readonly log: Log;
  /** Only where agents call. */
  readonly taskRole?: TaskRole;
}

type Reply = {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string | Readable;
};

/** A body that comes in pieces. Its access line is written when the last one has left, or when nobody reads on. */
function pieces(
  body: AsyncIterable<string>,
  { log, exchange, status, letGo }: { log: Log; exchange: Exchange; status: number; letGo: () => void },
): Readable {
  let isOver = false;
  const end = (error?: unknown) => {
    if (isOver) return;
    isOver = true;
    letGo();
    writeAccess(log, exchange, status, error);
  };
  async function* counted() {
    try {
      for await (const piece of body) {
        exchange.bytesOut += Buffer.byteLength(piece);
        yield piece;
      }
      end();
    } catch (error) {
      end(error);
      throw error;
    }
  }
  return Readable.from(counted(), { objectMode: false }).once('close', () => end());
}

function replyTo(
  answer: Answer<RouteName>,
  { row }: Match,
  context: { services: Services<unknown>; exchange: Exchange; stream: string | undefined; abort: AbortController },
): Reply {
  const { services, exchange, stream, abort } = context;
  const schema = row.answers[answer.status];
  if (schema === undefined) throw new Error(`${row.path} answers ${answer.status}, which its row doesn't have`);
  const inPieces = { log: services.log, exchange, status: answer.status, letGo: () => abort.abort() };
  if ('body' in answer) {
    const body = JSON.stringify(schema.parse(answer.body));
    exchange.bytesOut = Buffer.byteLength(body);
    writeAccess(services.log, exchange, answer.status);
    return { statusCode: answer.status, headers: answerHeaders(jsonType, exchange.requestId), body };
  }
  if ('later' in answer) {
    const body = pieces(patientJson(answer.later, schema, services.clock), inPieces);
    return { statusCode: answer.status, headers: answerHeaders(jsonType, exchange.requestId), body };
  }
  const type = stream ?? '';
  if (row.events === undefined) throw new Error(`${row.path} answers with events, which its row doesn't have`);
  const body = pieces(eventStream(type, answer.events, row.events, services.clock), inPieces);
  return { statusCode: answer.status, headers: answerHeaders(type, exchange.requestId), body };
}

async function serve(
  exchange: Exchange,
  match: Match,
  services: Services<unknown>,
  operation: Operation<RouteName, unknown>,
): Promise<Reply> {
  const { event } = exchange;
  exchange.match = match;
  exchange.caller = callerOf(event, match.door, services.taskRole);
  assertScope(exchange.caller, match.row.scope);
  const stream = match.row.events && acceptedStream(headerOf(event, 'accept'));
  const abort = new AbortController();
  const call = {
    ...parseRequest(match.row, event),
    caller: exchange.caller,
    note: (facts: Exchange['facts']) => Object.assign(exchange.facts, facts),
    streamed: stream !== undefined,
    requestId: exchange.requestId,
    signal: abort.signal,
  };
  // The row's schemas and door have just made the call what the operation's type says.
  const answer = await operation(services.ports, call as Parameters<typeof operation>[1]);
  return replyTo(answer, match, { services, exchange, stream, abort });
}

/**
 * The handler of one function: finds the route, knows the caller, checks what it sent, runs the operation, checks and writes the
 * answer. Every failure becomes an answer from the table of errors; every request leaves one line in the log.
 */
export function endpoint<F extends ApiFunction, Ports>(
  name: F,
  services: Services<Ports>,
  operations: OperationsOf<F, Ports>,
) {
  const match = routeMatcher(name);
  const table = operations as unknown as Readonly<Record<string, Operation<RouteName, unknown> | undefined>>;
  const exchanges = new WeakMap<object, Exchange>();
  return middy<APIGatewayProxyEvent, Reply>({ executionMode: executionModeStreamifyResponse })
    .before(({ event }) => {
      exchanges.set(event, openExchange(event));
    })
    .onError((request) => {
      const exchange = exchanges.get(request.event) ?? openExchange(request.event);
      const reply = errorReply(request.error, exchange.requestId);
      exchange.bytesOut = Buffer.byteLength(reply.body);
      writeAccess(services.log, exchange, reply.statusCode, request.error);
      return reply;
    })
    .handler(async (event: APIGatewayProxyEvent) => {
      const exchange = exchanges.get(event) ?? openExchange(event);
      const found = match(event);
      const operation = table[found.name];
      if (operation === undefined) throw new Error(`no operation for ${found.name}`);
      return await serve(exchange, found, services, operation);
    });
}
