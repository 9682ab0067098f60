import middy from '@middy/core';
import { executionModeStreamifyResponse } from '@middy/core/StreamifyResponse';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { ApiFunction } from '../../contract/api/route.ts';
import type { RouteName } from '../../contract/api/routes.ts';
import type { Clock } from '../../contract/clock.ts';
import type { Log } from '../core/log.ts';
import type { Operation, OperationsOf, RowsOf } from '../core/operation.ts';
import { writeAccess } from './access-log.ts';
import { assertScope, callerOf, type TaskRole } from './caller.ts';
import { type Exchange, openExchange } from './exchange.ts';
import { corsHeaders } from './reply/cors-headers.ts';
import { errorReply } from './reply/error-reply.ts';
import { type Reply, replyTo } from './reply/reply.ts';
import { acceptedStream } from './request/body-forms.ts';
import { type Match, routeMatcher } from './request/match-route.ts';
import { headerOf, parseRequest } from './request/parse-request.ts';

/** What an endpoint works with: the ports of its operations and what it needs itself. */
export interface Services<Ports> {
  readonly ports: Ports;
  readonly clock: Clock;
  readonly log: Log;
  /** Only where agents call. */
  readonly taskRole?: TaskRole;
  /** Web pages that may read the answers. */
  readonly corsOrigins?: readonly string[];
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
 * The handler of one function: finds the route among its rows, knows the caller, checks what it sent, runs the operation,
 * checks and writes the answer. Every failure becomes an answer from the table of errors; every request leaves one line in
 * the log. Rows of other functions may be among them: they are not found.
 */
export function endpoint<F extends ApiFunction, Ports>(
  name: F,
  rows: RowsOf<F>,
  services: Services<Ports>,
  operations: OperationsOf<F, Ports>,
) {
  const match = routeMatcher(name, rows);
  const table = operations as unknown as Readonly<Record<string, Operation<RouteName, unknown> | undefined>>;
  const exchanges = new WeakMap<object, Exchange>();
  const readable = (reply: Reply, event: APIGatewayProxyEvent): Reply => ({
    ...reply,
    headers: { ...reply.headers, ...corsHeaders(event, services.corsOrigins ?? []) },
  });
  return middy<APIGatewayProxyEvent, Reply>({ executionMode: executionModeStreamifyResponse })
    .before(({ event }) => {
      exchanges.set(event, openExchange(event));
    })
    .onError((request) => {
      const exchange = exchanges.get(request.event) ?? openExchange(request.event);
      const reply = errorReply(request.error, exchange.requestId);
      exchange.bytesOut = Buffer.byteLength(reply.body);
      writeAccess(services.log, exchange, reply.statusCode, request.error);
      return readable(reply, request.event);
    })
    .handler(async (event: APIGatewayProxyEvent) => {
      const exchange = exchanges.get(event) ?? openExchange(event);
      const found = match(event);
      const operation = table[found.name];
      if (operation === undefined) throw new Error(`no operation for ${found.name}`);
      return readable(await serve(exchange, found, services, operation), event);
    });
}
