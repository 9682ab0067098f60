import type { Buffer } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { APIGatewayEventIdentity, APIGatewayProxyEvent } from 'aws-lambda';
import type { Caller } from './authorize.ts';
import type { FoundRoute } from './find-route.ts';
import { gather, queryPairs } from './multi-values.ts';

export interface ProxyRequest {
  readonly request: IncomingMessage;
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  readonly body: Buffer;
  readonly found: FoundRoute;
  readonly caller: Caller;
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  readonly accountId: string;
}

const apiId = 'local';
const stage = 'local';
// The API's binaryMediaTypes. A body of any other type reaches the function as text.
const binaryType = /^application\/octet-stream\b/i;

/** The event of Lambda proxy integration, as a REST API makes it. */
export function proxyEvent(given: ProxyRequest): APIGatewayProxyEvent {
  const { request, path, body, found, caller, requestId, receivedAt, accountId } = given;
  const { route, pathParameters } = found;
  const headers = gather(headerPairs(request));
  const query = gather(queryPairs(given.query));
  const isBase64Encoded = binaryType.test(request.headers['content-type'] ?? '');
  const host = request.headers.host ?? '';
  return {
    resource: route.resource,
    path,
    httpMethod: route.method,
    headers: headers.last,
    multiValueHeaders: headers.all,
    queryStringParameters: query.isEmpty ? null : query.last,
    multiValueQueryStringParameters: query.isEmpty ? null : query.all,
    pathParameters: Object.keys(pathParameters).length > 0 ? { ...pathParameters } : null,
    stageVariables: null,
    requestContext: {
      accountId,
      apiId,
      authorizer: caller.kind === 'person' ? { claims: caller.claims } : null,
      domainName: host,
      domainPrefix: host.split('.')[0],
      extendedRequestId: requestId,
      httpMethod: route.method,
      identity: identity(request, caller),
      path,
      protocol: `HTTP/${request.httpVersion}`,
      requestId,
      requestTime: logTime(receivedAt),
      requestTimeEpoch: receivedAt,
      resourceId: 'local',
      resourcePath: route.resource,
      stage,
    },
    body: body.length === 0 ? null : body.toString(isBase64Encoded ? 'base64' : 'utf8'),
    isBase64Encoded,
  };
}

function headerPairs(request: IncomingMessage): [string, string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    pairs.push([request.rawHeaders[index] ?? '', request.rawHeaders[index + 1] ?? '']);
  }
  const forwarded = (request.headers['x-forwarded-for'] ?? '').toString();
  const client = request.socket.remoteAddress ?? '';
  return [
    ...pairs.filter(([name]) => !/^x-forwarded-(for|port|proto)$/i.test(name)),
    ['X-Forwarded-For', forwarded ? `${forwarded}, ${client}` : client],
    ['X-Forwarded-Port', String(request.socket.localPort)],
    ['X-Forwarded-Proto', 'http'],
  ];
}

function identity(request: IncomingMessage, caller: Caller): APIGatewayEventIdentity {
  const principal = caller.kind === 'principal' ? caller.principal : undefined;
  return {
    accessKey: principal?.accessKeyId ?? null,
    accountId: principal?.accountId ?? null,
    apiKey: null,
    apiKeyId: null,
    caller: principal?.callerId ?? null,
    clientCert: null,
    cognitoAuthenticationProvider: null,
    cognitoAuthenticationType: null,
    cognitoIdentityId: null,
    cognitoIdentityPoolId: null,
    principalOrgId: null,
    sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
    user: principal?.callerId ?? null,
    userAgent: request.headers['user-agent'] ?? null,
    userArn: principal?.arn ?? null,
  };
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** As web servers log it: 22/Nov/2026:23:30:14 +0000. */
function logTime(time: number): string {
  const [, year, month, day, clock] = /^(\d+)-(\d+)-(\d+)T([\d:]+)/.exec(new Date(time).toISOString()) ?? [];
  return `${day}/${months[Number(month) - 1]}/${year}:${clock} +0000`;
}
