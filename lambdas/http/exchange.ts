import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Caller } from '../core/caller.ts';
import type { Match } from './request/match-route.ts';

/** What is known so far of one request and its answer. */
export interface Exchange {
  readonly requestId: string;
  readonly event: APIGatewayProxyEvent;
  readonly startedMs: number;
  match: Match | undefined;
  caller: Caller | undefined;
  readonly facts: Record<string, string | number | boolean | null>;
  bytesOut: number;
}

/** The beginning of an exchange; its id is the one that API Gateway's own answers carry too. */
export const openExchange = (event: APIGatewayProxyEvent): Exchange => ({
  requestId: `req_${event.requestContext.requestId}`,
  event,
  startedMs: performance.now(),
  match: undefined,
  caller: undefined,
  facts: {},
  bytesOut: 0,
});
