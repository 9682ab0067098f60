import type * as z from 'zod';
import type { ApiFunction } from '../../contract/api/route.ts';
import type { RouteName, routes } from '../../contract/api/routes.ts';
import type { AgentCaller, Anybody, UserCaller } from './caller.ts';

type Row<N extends RouteName> = (typeof routes)[N];
type Parsed<R, Part extends string> =
  R extends Readonly<Record<Part, infer Schema extends z.ZodType>> ? z.output<Schema> : Readonly<Record<string, never>>;
type BodyOf<R> = R extends { readonly bytes: 'body' } ? Uint8Array : Parsed<R, 'body'>;
type CallerOf<N extends RouteName> = Row<N>['doors'][number] extends 'agent'
  ? AgentCaller
  : Row<N>['doors'][number] extends 'open'
    ? Anybody
    : UserCaller;

/** Facts for the record of a call: ids, counts and names; never values a caller may want to keep to itself. */
type Note = (facts: Readonly<Record<string, string | number | boolean | null>>) => void;

/** One call of a route, known and checked: whatever is wrong with it has been refused before. */
export interface Call<N extends RouteName> {
  readonly caller: CallerOf<N>;
  readonly params: Parsed<Row<N>, 'params'>;
  readonly query: Parsed<Row<N>, 'query'>;
  readonly headers: Parsed<Row<N>, 'headers'>;
  readonly body: BodyOf<Row<N>>;
  readonly note: Note;
  /** Whether the caller wants events in the place of a body; only where the route has them. */
  readonly streamed: boolean;
  readonly requestId: string;
  /** Aborts when nobody reads the answer any more. */
  readonly signal: AbortSignal;
}

type Answers<N extends RouteName> = Row<N>['answers'];

interface Body<N extends RouteName> {
  readonly status: keyof Answers<N>;
  readonly body: Answers<N>[keyof Answers<N>] extends infer Schema extends z.ZodType ? z.input<Schema> : never;
}

/** A file's own bytes, and what is said of them. */
export interface BytesAnswer {
  readonly status: 200 | 206;
  readonly bytes: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** A body that comes later; its status is already true, so it never rejects. */
interface LaterBody<N extends RouteName> {
  readonly status: Body<N>['status'];
  readonly later: () => Promise<Body<N>['body']>;
}

/** What happens, as it happens; the last event is the outcome or the error, so it never throws. */
interface Events<N extends RouteName> {
  readonly status: 200;
  readonly events: AsyncIterable<EventOf<N>>;
}

type EventOf<N extends RouteName> =
  Row<N> extends { readonly events: infer Schema extends z.ZodType } ? z.input<Schema> : never;

type BytesOf<N extends RouteName> = Row<N> extends { readonly bytes: 'answer' } ? BytesAnswer : never;

export type Answer<N extends RouteName> = Body<N> | BytesOf<N> | LaterBody<N> | Events<N>;

/** What a route does, given its ports. Throws SandboxError for every failure it knows. */
export type Operation<N extends RouteName, Ports> = (ports: Ports, call: Call<N>) => Promise<Answer<N>>;

type RouteOf<F extends ApiFunction> = { [N in RouteName]: Row<N>['function'] extends F ? N : never }[RouteName];

/** Tables that have every route of a function; one with all routes would make each function load them all. */
export type RowsOf<F extends ApiFunction> = { readonly [N in RouteOf<F>]: Row<N> };

/** One operation for each route of a function: no more, no less. */
export type OperationsOf<F extends ApiFunction, Ports> = { readonly [N in RouteOf<F>]: Operation<N, Ports> };
