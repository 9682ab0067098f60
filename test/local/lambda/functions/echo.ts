// In the place of every API function: answers with the event it got, or as the header `x-do` asks.

import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { APIGatewayProxyEvent } from 'aws-lambda';

declare const awslambda: {
  streamifyResponse(handler: (event: APIGatewayProxyEvent, stream: Writable) => Promise<void>): unknown;
  HttpResponseStream: { from(stream: Writable, metadata: object): Writable };
};

const answers: Record<string, (raw: Writable, answer: () => Writable) => Promise<void> | void> = {
  plain: (raw) => void raw.end('no prelude'),
  silent: (_raw, answer) => void answer().end(),
  throw() {
    throw new Error('a secret of the function');
  },
  async breakOff(_raw, answer) {
    answer().write('a part');
    await sleep(20);
    throw new Error('broke off');
  },
  async drip(_raw, answer) {
    const stream = answer();
    for (let count = 0; count < 500; count += 1) {
      stream.write(`${count}\n`);
      await sleep(10);
    }
    console.log('dripped to the end');
    stream.end();
  },
  async hang(_raw, answer) {
    answer().write('a part');
    await new Promise(() => undefined);
  },
};

export const handler = awslambda.streamifyResponse(async (event, raw) => {
  const metadata = {
    statusCode: 207,
    headers: { 'content-type': 'application/json', 'x-request-id': 'req_of_function' },
  };
  const answer = () => awslambda.HttpResponseStream.from(raw, metadata);
  const behaviour = answers[event.headers['x-do'] ?? ''];
  if (behaviour) await behaviour(raw, answer);
  else answer().end(JSON.stringify(event));
});
