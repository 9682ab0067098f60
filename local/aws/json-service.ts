import { Buffer } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { crc32 } from 'node:zlib';
import type { Clock } from '../../contract/clock.ts';
import { AwsError } from './aws-error.ts';
import type { Principal, Principals } from './keys.ts';
import { type Listening, listen } from './listen.ts';
import { readBody } from './read-body.ts';
import { verifySignature } from './verify-signature.ts';
import type { Wire } from './wire.ts';

interface ActionContext {
  readonly principal: Principal;
  readonly requestId: string;
  readonly clock: Clock;
}

/**
 * One operation, in the SDK's own types: `satisfies Action<RunTaskCommandInput, RunTaskCommandOutput>`.
 * The input is what the caller sent and nobody has checked it. Throws AwsError for every answer that isn't a success.
 */
export type Action<Input, Output> = (
  input: Wire<Input>,
  context: ActionContext,
) => Promise<Wire<Output>> | Wire<Output>;

type AnyAction = (input: never, context: ActionContext) => unknown;

/** Runs before each operation. To throw an AwsError answers with it, anything else breaks the connection. */
export type BeforeAction = (operation: string, input: unknown) => void | Promise<void>;

/** Runs after each operation that was carried out. To throw breaks the connection: the caller can't tell what happened. */
export type AfterAction = (operation: string) => void | Promise<void>;

export interface JsonServiceOptions {
  /** What stands before the operation in `x-amz-target`: `DynamoDB_20120810`. */
  readonly target: string;
  /** The signing name: `dynamodb`. */
  readonly service: string;
  readonly region: string;
  readonly principals: Principals;
  readonly actions: Readonly<Record<string, AnyAction>>;
  readonly jsonVersion: '1.0' | '1.1';
  /** Handed to the actions. Signatures and expiries go by the clock of `principals`. */
  readonly clock: Clock;
  /** @default 1 MB */
  readonly maxBodyBytes?: number;
  /** The name this service gives to a failure of its own. @default InternalServerError */
  readonly internalError?: string;
  readonly before?: BeforeAction;
  readonly after?: AfterAction;
  /** Gets what an action threw that isn't an AwsError. @default printed on standard error */
  readonly onUnexpected?: (operation: string, error: unknown) => void;
}

export interface JsonService {
  readonly listener: RequestListener;
  /** Serves on 127.0.0.1; port 0, the default, takes a free one. */
  listen(port?: number): Promise<Listening>;
}

/** An AWS service that speaks awsJson: every request is signed, by no machine, bounded and for a known operation before it is run. */
export function createJsonService(options: JsonServiceOptions): JsonService {
  const maxBodyBytes = options.maxBodyBytes ?? 1024 * 1024;
  const onUnexpected = options.onUnexpected ?? ((operation, error) => console.error(operation, error));

  const carryOut = async (operation: string, run: () => unknown): Promise<unknown> => {
    try {
      return await run();
    } catch (error) {
      if (error instanceof AwsError) throw error;
      onUnexpected(operation, error);
      throw new AwsError(options.internalError ?? 'InternalServerError', 'The service failed unexpectedly.', 500);
    }
  };

  const answer = async (request: IncomingMessage, requestId: string): Promise<unknown> => {
    const body = await readBody(request, maxBodyBytes);
    if (!body)
      throw new AwsError('RequestEntityTooLargeException', `request is longer than ${maxBodyBytes} bytes`, 413);
    const verified = await verifySignature(request, body, options);
    if (!verified.ok) throw new AwsError(verified.name, verified.message);
    const [operation, action] = findAction(options, request);
    assertNoMachine(verified.principal, options.service, operation);
    const input = parseInput(body);
    await options.before?.(operation, input);
    const output = await carryOut(operation, () =>
      action(input as never, { principal: verified.principal, requestId, clock: options.clock }),
    );
    await options.after?.(operation);
    return output;
  };

  const listener: RequestListener = async (request, response) => {
    const requestId = randomUUID();
    try {
      send(response, options.jsonVersion, requestId, 200, (await answer(request, requestId)) ?? {});
    } catch (error) {
      // A caller that hung up in the middle of its body gets no answer and needs none.
      if (!(error instanceof AwsError)) return void response.destroy();
      const { name, message, status, extra } = error;
      // What is left of a body that was refused unread would be taken for the next request.
      if (!request.complete) response.setHeader('connection', 'close');
      send(response, options.jsonVersion, requestId, status, { __type: name, message, ...extra });
    }
  };
  return { listener, listen: (port) => listen(listener, port) };
}

/** Machines reach their link and the gateway. Should one get here, its role may nothing, as deployed. */
function assertNoMachine({ kind, arn }: Principal, service: string, operation: string): void {
  if (kind !== 'task' && kind !== 'assumed') return;
  throw new AwsError('AccessDeniedException', `User: ${arn} is not authorized to perform: ${service}:${operation}`);
}

function findAction({ target, actions }: JsonServiceOptions, request: IncomingMessage): [string, AnyAction] {
  const [prefix, operation = '', ...more] = String(request.headers['x-amz-target'] ?? '').split('.');
  const action = Object.hasOwn(actions, operation) ? actions[operation] : undefined;
  if (request.method !== 'POST' || request.url !== '/' || prefix !== target || more.length > 0 || !action) {
    throw new AwsError('UnknownOperationException', `no operation ${operation || '(none)'} here`);
  }
  return [operation, action];
}

function parseInput(body: Buffer): object {
  try {
    const input: unknown = JSON.parse(body.toString('utf8'));
    if (typeof input === 'object' && input !== null && !Array.isArray(input)) return input;
  } catch {
    // Answered below, as for JSON that isn't an object.
  }
  throw new AwsError('SerializationException', 'the body is not a JSON object');
}

function send(response: ServerResponse, version: string, requestId: string, status: number, value: unknown): void {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, {
    'content-type': `application/x-amz-json-${version}`,
    'content-length': body.length,
    'x-amzn-requestid': requestId,
    // DynamoDB's clients check it, the others don't mind.
    'x-amz-crc32': crc32(body),
  });
  response.end(body);
}
