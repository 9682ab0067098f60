import type * as z from 'zod';
import type { Route } from '../../../contract/api/route.ts';
import { routes } from '../../../contract/api/routes.ts';
import type { Connection } from '../../connection.ts';
import { readAnswer } from '../read/read-answer.ts';
import { buildRequest, type RouteInput } from '../request.ts';
import { attempt } from './attempt.ts';
import { repeatCall } from './repeat-call.ts';

/** Routes that are one request and one JSON answer. */
export type SimpleRoute = Exclude<
  keyof typeof routes,
  'execCommand' | 'readFile' | 'readCheckpointFile' | 'watchFiles' | 'hello' | 'heartbeat' | 'reportOutcomes'
>;

type Part<Row, Name extends string> =
  Row extends Readonly<Record<Name, infer Schema extends z.ZodType>>
    ? Readonly<Record<Name, z.input<Schema>>>
    : unknown;

/** What a route takes, by its row. A query may be left out. */
export type InputOf<Name extends SimpleRoute> = Part<(typeof routes)[Name], 'params'> &
  Partial<Part<(typeof routes)[Name], 'query'>> &
  Part<(typeof routes)[Name], 'body'> &
  ((typeof routes)[Name] extends { readonly bytes: 'body' } ? { readonly bytes: Uint8Array<ArrayBuffer> } : unknown);

type Answers<Name extends SimpleRoute> = (typeof routes)[Name]['answers'];

/** What a route answers when it succeeds, by its row. */
export type OutputOf<Name extends SimpleRoute> = z.output<Extract<Answers<Name>[keyof Answers<Name>], z.ZodType>>;

export interface SendOptions {
  readonly signal?: AbortSignal | undefined;
  /** Made for each call that needs one and gives none. */
  readonly idempotencyKey?: string | undefined;
  /** Whether the call may be made again when nobody knows what became of it. @default what the route's row says */
  readonly repeatable?: boolean | undefined;
  /** Beside those that every call has. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/**
 * Calls a route and resolves with its checked answer. Repeats the call as its row allows, within the connection's
 * total time. Throws SandboxError as the service told it or as the connection failed, or the reason of `signal`.
 */
export async function send<Name extends SimpleRoute>(
  connection: Connection,
  name: Name,
  input: InputOf<Name>,
  options: SendOptions = {},
): Promise<OutputOf<Name>> {
  const row: Route = routes[name];
  const keyed = row.repeatable === 'with_idempotency_key';
  const headers = keyed ? { 'idempotency-key': options.idempotencyKey ?? crypto.randomUUID() } : {};
  const request = buildRequest(connection, row, input as RouteInput, { ...options.headers, ...headers });
  const what = `${row.method} ${request.url.pathname}`;
  const repeatable = options.repeatable ?? row.repeatable !== 'never';
  return repeatCall(connection, { what, repeatable, signal: options.signal }, async (signal) => {
    using answer = await attempt(connection, request, signal);
    return (await readAnswer(row.answers, answer)) as OutputOf<Name>;
  });
}
