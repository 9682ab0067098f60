// What Lambda's managed runtime gives a streaming function, as a global, and a way to call such a function in a test. Import it before
// the function: middy asks for the global when it is made.
import { Writable } from 'node:stream';
import type { APIGatewayProxyEvent, Context } from 'aws-lambda';

interface Metadata {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** The answer of a streaming function: what API Gateway would send, in the pieces it came in. */
export class Answer extends Writable {
  metadata: Metadata | undefined;
  readonly pieces: string[] = [];

  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.pieces.push(chunk.toString());
    done();
  }

  get status(): number | undefined {
    return this.metadata?.statusCode;
  }

  get headers(): Readonly<Record<string, string>> {
    return this.metadata?.headers ?? {};
  }

  get text(): string {
    return this.pieces.join('');
  }

  json(): Record<string, unknown> {
    return JSON.parse(this.text);
  }

  /** The error of an answer that is one. */
  get error(): Record<string, unknown> {
    return this.json()['error'] as Record<string, unknown>;
  }
}

function from(stream: Answer, metadata: Metadata): Answer {
  const extra = Object.keys(metadata).filter(
    (key) => !['statusCode', 'headers', 'multiValueHeaders', 'cookies'].includes(key),
  );
  if (extra.length > 0) throw new Error(`API Gateway knows no ${extra.join(', ')}`);
  stream.metadata = metadata;
  return stream;
}

Object.assign(globalThis, {
  awslambda: { streamifyResponse: (handler: unknown) => handler, HttpResponseStream: { from } },
});

type Streaming = (event: APIGatewayProxyEvent, stream: Answer, context: Context) => Promise<void>;

/** Calls a handler as Lambda does. `answer` fills while it runs; `done` is when the environment may freeze. */
export function invoke(handler: unknown, event: APIGatewayProxyEvent): { answer: Answer; done: Promise<void> } {
  const answer = new Answer();
  return { answer, done: (handler as Streaming)(event, answer, {} as Context) };
}

/** The whole answer of a handler. */
export async function answerOf(handler: unknown, event: APIGatewayProxyEvent): Promise<Answer> {
  const { answer, done } = invoke(handler, event);
  await done;
  return answer;
}
