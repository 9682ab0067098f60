import type { APIGatewayProxyEvent } from 'aws-lambda';
import { fileHeaders } from '../../../contract/api/files/file-bytes.ts';
import { headerOf } from '../request/parse-request.ts';

const exposed = ['x-request-id', 'retry-after', 'content-range', ...Object.values(fileHeaders)].join(', ');

/** What lets a web page of one of the origins read the answer; nothing for others, and for callers that are no page. */
export function corsHeaders(event: APIGatewayProxyEvent, origins: readonly string[]): Record<string, string> {
  const origin = headerOf(event, 'origin');
  if (origins.length === 0) return {};
  // Caches in between must not give one page's answer to another.
  if (origin === undefined || !origins.includes(origin)) return { vary: 'origin' };
  return {
    vary: 'origin',
    'access-control-allow-origin': origin,
    'access-control-expose-headers': exposed,
  };
}
