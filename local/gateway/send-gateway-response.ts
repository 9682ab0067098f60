import { Buffer } from 'node:buffer';
import type { ServerResponse } from 'node:http';
import { errors } from '../../contract/api/errors.ts';
import {
  type GatewayResponseType,
  gatewayResponseBody,
  gatewayResponses,
  gatewayRetryAfterSeconds,
} from '../../contract/api/gateway-responses.ts';

/** Answers in the place of a function. */
export function sendGatewayResponse(response: ServerResponse, type: GatewayResponseType, requestId: string): void {
  const { status, retry } = errors[gatewayResponses[type].code];
  const body = Buffer.from(JSON.stringify(gatewayResponseBody(type, requestId)));
  // What is left of a request that was refused unread would be taken for the next one.
  if (!response.req.complete) response.setHeader('connection', 'close');
  if (retry) response.setHeader('retry-after', gatewayRetryAfterSeconds);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': body.length,
    'x-request-id': requestId,
    'x-amzn-errortype': type,
  });
  response.end(body);
}
