import type { APIGatewayProxyEvent } from 'aws-lambda';
import { type Door, doors } from '../../../contract/api/doors.ts';
import { type RouteName, routes } from '../../../contract/api/routes.ts';

interface Request {
  readonly door?: Door;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** The body as it is. */
  readonly text?: string;
  readonly isBase64Encoded?: boolean;
  readonly identity?: object;
  readonly claims?: object | undefined;
}

const serviceIdentity = {
  accountId: '000000000000',
  caller: 'AROABACKEND:any-name',
  userArn: 'arn:aws:sts::000000000000:assumed-role/backend/any-name',
};

export const agentIdentity = (taskId: string) => ({
  accountId: '000000000000',
  caller: `AROATASK:${taskId}`,
  userArn: `arn:aws:sts::000000000000:assumed-role/task/${taskId}`,
});

export const claimsOf = (sub: string) => ({
  sub,
  token_use: 'access',
  scope: 'matrx/sandbox.read matrx/sandbox.write matrx/sandbox.exec',
});

/** The event that API Gateway's REST proxy integration makes of a request. */
export function gatewayEvent(name: RouteName, request: Request = {}): APIGatewayProxyEvent {
  const row = routes[name];
  const { door = row.doors.at(-1) ?? 'open', params, query = {}, headers = {}, body, text } = request;
  const resource = `${doors[door].prefix}${row.path}`;
  const identity = { sourceIp: '203.0.113.7', ...(door === 'service' ? serviceIdentity : {}), ...request.identity };
  const claims = 'claims' in request ? request.claims : door === 'person' ? claimsOf('ada') : undefined;
  const event = {
    resource,
    path: resource,
    httpMethod: row.method,
    headers,
    multiValueHeaders: {},
    pathParameters: params ?? null,
    queryStringParameters: null,
    multiValueQueryStringParameters: Object.fromEntries(
      Object.entries(query).map(([key, value]) => [key, [value].flat()]),
    ),
    stageVariables: null,
    body: text ?? (body === undefined ? null : JSON.stringify(body)),
    isBase64Encoded: request.isBase64Encoded ?? false,
    requestContext: {
      requestId: '0f8fad5b-d9cb-469f-a165-70867728950e',
      resourcePath: resource,
      httpMethod: row.method,
      identity,
      ...(claims === undefined ? {} : { authorizer: { claims } }),
    },
  };
  // What no function of ours reads is left out.
  return event as unknown as APIGatewayProxyEvent;
}
