import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import { FunctionError } from './function-error.ts';
import { type FunctionResponse, ResponseBody } from './function-response.ts';

export interface RuntimeInvocation {
  readonly requestId: string;
  /** JSON */
  readonly event: Uint8Array;
  readonly functionArn: string;
  readonly deadlineMs: number;
}

export interface RuntimeHooks {
  /** The function has answered whole, and may still be at work. */
  onAnswered(): void;
  /** The function waits for an event; what it answered before is complete. */
  onWaiting(): void;
  onInitError(error: FunctionError): void;
}

interface Running {
  readonly requestId: string;
  readonly resolve: (response: FunctionResponse) => void;
  readonly reject: (error: FunctionError) => void;
  body?: Readable;
}

const path = /^\/2018-06-01\/runtime\/(?:(init\/error)|invocation\/(?:(next)|([^/]+)\/(response|error)))$/;
// Errors are small; more than this is cut off with its connection.
const maxErrorBytes = 1024 * 1024;

/** Lambda's Runtime API for one environment, over the one connection its process has. */
export class RuntimeApi {
  readonly #server: Server;
  readonly #hooks: RuntimeHooks;
  #waiting: ServerResponse | undefined;
  #running: Running | undefined;

  constructor(connection: Duplex, hooks: RuntimeHooks) {
    this.#hooks = hooks;
    // An answer may take as long as its function may run, and a function waits for its next event without limit.
    this.#server = createServer({ requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0 }, (request, response) =>
      this.#serve(request, response).catch((cause: unknown) =>
        this.fail(new FunctionError('Runtime.ExitError', 'the runtime broke off', { cause })),
      ),
    );
    connection.on('error', () => connection.destroy());
    this.#server.emit('connection', connection);
  }

  /** Hands the waiting function an event; resolves with the beginning of its answer. */
  invoke({ requestId, event, functionArn, deadlineMs }: RuntimeInvocation): Promise<FunctionResponse> {
    const waiting = this.#waiting;
    if (!waiting) return Promise.reject(new FunctionError('Runtime.ExitError', 'the function is not waiting'));
    this.#waiting = undefined;
    return new Promise((resolve, reject) => {
      this.#running = { requestId, resolve, reject };
      waiting.writeHead(200, {
        'content-type': 'application/json',
        'content-length': event.length,
        'lambda-runtime-aws-request-id': requestId,
        'lambda-runtime-deadline-ms': String(deadlineMs),
        'lambda-runtime-invoked-function-arn': functionArn,
      });
      waiting.end(event);
    });
  }

  /** Ends the running invocation, whether its answer has begun or not. */
  fail(error: FunctionError): void {
    const running = this.#running;
    this.#running = undefined;
    running?.reject(error);
    running?.body?.destroy(error);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, initError, next, requestId, kind] = path.exec(request.url ?? '') ?? [];
    if (next) {
      this.#running = undefined;
      this.#waiting = response;
      return this.#hooks.onWaiting();
    }
    if (initError) this.#hooks.onInitError(await readError(request));
    else if (kind === 'error') this.#runningAs(requestId).reject(await readError(request));
    else if (kind === 'response') await this.#relay(request, this.#runningAs(requestId));
    else return void response.writeHead(404).end();
    response.writeHead(202).end();
  }

  #runningAs(requestId: string | undefined): Running {
    if (this.#running?.requestId === requestId && this.#running) return this.#running;
    throw new Error(`no invocation ${requestId} is running`);
  }

  async #relay(request: IncomingMessage, running: Running): Promise<void> {
    const body = new ResponseBody(request);
    running.body = body;
    running.resolve({
      streaming: request.headers['lambda-runtime-function-response-mode'] === 'streaming',
      contentType: request.headers['content-type'],
      body,
    });
    await body.taken;
    this.#hooks.onAnswered();
  }
}

async function readError(request: IncomingMessage): Promise<FunctionError> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
    if (text.length > maxErrorBytes) throw new Error(`an error report is longer than ${maxErrorBytes} characters`);
  }
  const { errorType, errorMessage } = JSON.parse(text);
  return new FunctionError(String(errorType), String(errorMessage));
}
