import type * as z from 'zod';
import type { Door, Scope } from './doors.ts';
import type { ErrorCode } from './errors.ts';
import type { Need } from './needs.ts';

/** Which Lambda answers: one per set of rights. */
export type ApiFunction = 'query' | 'lifecycle' | 'commands' | 'storage' | 'agent';

/** One route, whole: everything the gateway, the function, the policy, the client and the documents know of it. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Behind the door's prefix; parameters in braces. */
  readonly path: `/${string}`;
  readonly summary: string;
  readonly doors: readonly Door[];
  /** What an access token must carry; only for routes with the person's door. */
  readonly scope?: Scope;
  readonly function: ApiFunction;
  readonly needs: readonly Need[];
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** Header names in lower case. */
  readonly headers?: z.ZodObject;
  readonly body?: z.ZodObject;
  /** Where a file's own bytes are in the place of JSON: in what the route takes, or in what it answers when it succeeds. */
  readonly bytes?: 'body' | 'answer';
  /** Each status that is a success (or 503 of health) and its body. */
  readonly answers: Readonly<Record<number, z.ZodType>>;
  /** The schema of one event, where the answer can also be a stream (SSE or NDJSON, by `Accept`). */
  readonly events?: z.ZodType;
  /** Failures this route can give beyond those every route can. */
  readonly errors: readonly ErrorCode[];
  /** Whether a caller may repeat the call when it can't know what became of it. */
  readonly repeatable: 'always' | 'with_idempotency_key' | 'never';
}

/** What any route can answer, whatever it does. */
export const commonErrors = ['invalid_request', 'too_large', 'rate_limited', 'internal', 'unavailable'] as const;

/** What any route behind a door with callers can answer. */
export const callerErrors = ['unauthenticated', 'forbidden'] as const;

/** What any call into a sandbox can be refused with, beyond that. */
export const reachErrors = [
  'not_found',
  'sandbox_not_ready',
  'sandbox_ended',
  'channel_lost',
  'capacity_unavailable',
] as const satisfies readonly ErrorCode[];

export type RouteTable = Readonly<Record<string, Route>>;
