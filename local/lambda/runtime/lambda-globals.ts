import { Buffer } from 'node:buffer';
import type { Context } from 'aws-lambda';
import type { ResponseStream } from './response-stream.ts';

export type StreamingHandler = (event: unknown, stream: ResponseStream, context: Context) => unknown;

const streamingHandlers = new WeakSet<object>();

/** Whether the handler was made by `streamifyResponse`. */
export const isStreaming = (handler: object): handler is StreamingHandler => streamingHandlers.has(handler);

/** What Lambda's managed Node runtime has as `awslambda`. Source: AWS, "Writing response streaming-enabled functions". */
export const awslambda = {
  streamifyResponse(handler: StreamingHandler): StreamingHandler {
    streamingHandlers.add(handler);
    return handler;
  },
  HttpResponseStream: {
    /** Gives the answer a status and headers: JSON and eight NUL bytes, sent with the first write. */
    from(stream: ResponseStream, metadata: object): ResponseStream {
      stream.setContentType('application/vnd.awslambda.http-integration-response');
      stream.setPrelude(Buffer.concat([Buffer.from(JSON.stringify(metadata)), Buffer.alloc(8)]));
      return stream;
    },
  },
};
