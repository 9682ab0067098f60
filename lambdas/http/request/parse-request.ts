import type { APIGatewayProxyEvent } from 'aws-lambda';
import * as z from 'zod';
import { SandboxError } from '../../../contract/api/errors.ts';
import type { Route } from '../../../contract/api/route.ts';
import { foldQuery } from './fold-query.ts';
import { inputError } from './input-error.ts';
import { readBody, readBytes } from './read-body.ts';

const nothing = z.strictObject({});

function parse(schema: z.ZodObject | undefined, input: unknown, prefix?: string): unknown {
  const result = (schema ?? nothing).safeParse(input);
  if (result.success) return result.data;
  throw inputError(schema ?? nothing, result.error, input, prefix);
}

const lowerCase = (headers: Readonly<Record<string, string | undefined>> | null): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));

function parseBody(row: Route, event: APIGatewayProxyEvent): unknown {
  if (row.bytes === 'body') return readBytes(event, headerOf(event, 'content-type'));
  const body = readBody(event);
  if (row.body !== undefined) return parse(row.body, body);
  const isEmpty = typeof body === 'object' && body !== null && Object.keys(body).length === 0;
  if (isEmpty) return {};
  throw new SandboxError('invalid_request', `${row.method} ${row.path} takes no body`, {
    details: { field: 'body', rule: 'expected none' },
  });
}

/** Everything a request brings, checked by its row. Throws `invalid_request` and `too_large`. */
export const parseRequest = (row: Route, event: APIGatewayProxyEvent) => ({
  params: parse(row.params, event.pathParameters ?? {}),
  query: parse(row.query, foldQuery(event.multiValueQueryStringParameters), 'query.'),
  headers: row.headers === undefined ? {} : parse(row.headers, lowerCase(event.headers)),
  body: parseBody(row, event),
});

/** A header by its name in lower case. */
export const headerOf = (event: APIGatewayProxyEvent, name: string): string | undefined =>
  lowerCase(event.headers)[name];
