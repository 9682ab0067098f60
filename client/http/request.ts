import { doors } from '../../contract/api/doors.ts';
import { bytesType } from '../../contract/api/files/file-bytes.ts';
import type { Route } from '../../contract/api/route.ts';
import type { Connection } from '../connection.ts';

/** A request before it is authorised. */
export interface HttpRequest {
  readonly method: string;
  /** Whole, with its query. */
  readonly url: URL;
  /** The query again, decoded, as a signature wants it. */
  readonly query: readonly (readonly [string, string])[];
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer> | undefined;
  /** Whether anybody may send it: no credentials go with it. */
  readonly open: boolean;
}

/** What a caller fills a route's row with. Undefined entries are left out. */
export interface RouteInput {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  /** A body that is no JSON, in the place of one that is. */
  readonly bytes?: Uint8Array<ArrayBuffer>;
}

// encodeURIComponent leaves these five alone, and a signature's canonical form does not.
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);

/** `{ label: { team: 'x' }, limit: 5 }` as `label.team` and `limit`. */
function flatten(query: Readonly<Record<string, unknown>>, prefix = ''): [string, string][] {
  return Object.entries(query).flatMap(([name, value]) => {
    if (value === undefined) return [];
    if (typeof value === 'object' && value !== null) {
      return flatten(value as Record<string, unknown>, `${prefix}${name}.`);
    }
    return [[`${prefix}${name}`, String(value)] as [string, string]];
  });
}

function contentType({ body, bytes }: RouteInput): Record<string, string> {
  if (bytes !== undefined) return { 'content-type': bytesType };
  return body === undefined ? {} : { 'content-type': 'application/json' };
}

/** The request for a route, through the door that the connection's credentials open. */
export function buildRequest(
  { url, credentials }: Pick<Connection, 'url' | 'credentials'>,
  row: Route,
  input: RouteInput,
  headers: Readonly<Record<string, string>>,
): HttpRequest {
  const caller = 'token' in credentials ? doors.person : doors.service;
  const open = row.doors.includes('open');
  const door = open ? doors.open : caller;
  const path = row.path.replace(/\{(\w+)\}/g, (_, name: string) => encode(input.params?.[name] ?? ''));
  const query = flatten(input.query ?? {});
  const search = query.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
  return {
    method: row.method,
    url: new URL(`${url}${door.prefix}${path}${search ? `?${search}` : ''}`),
    query,
    headers: {
      accept: 'application/json',
      ...headers,
      ...contentType(input),
    },
    body: input.bytes ?? (input.body === undefined ? undefined : JSON.stringify(input.body)),
    open,
  };
}
