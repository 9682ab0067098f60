// A streaming function whose event says how it behaves.

import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

interface Lambda {
  streamifyResponse(handler: (event: Event, stream: Writable) => Promise<void>): unknown;
  HttpResponseStream: { from(stream: Writable, metadata: object): Writable };
}
declare const awslambda: Lambda;

interface Event {
  readonly do:
    | 'answer'
    | 'chunks'
    | 'big'
    | 'silent'
    | 'throw'
    | 'breakOff'
    | 'exit'
    | 'hang'
    | 'environment'
    | 'plain';
  readonly body?: string;
  readonly bytes?: number;
}

let count = 0;

const behaviours: Record<Event['do'], (stream: Writable, event: Event) => Promise<void> | void> = {
  answer: (stream, { body = '' }) => void stream.end(body),
  plain: () => undefined,
  async chunks(stream) {
    for (const chunk of ['one ', 'two ', 'three']) {
      stream.write(chunk);
      await sleep(20);
    }
    stream.end();
  },
  async big(stream, { bytes = 0 }) {
    for (let sent = 0; sent < bytes; sent += 65_536) {
      if (!stream.write(Buffer.alloc(65_536, sent / 65_536))) {
        await new Promise((resolve) => stream.once('drain', resolve));
      }
    }
    stream.end();
  },
  silent: (stream) => void stream.end(),
  throw() {
    throw new RangeError('refused by the handler');
  },
  async breakOff(stream) {
    stream.write('a part');
    await sleep(20);
    throw new RangeError('broke off');
  },
  exit: () => process.exit(9),
  async hang(stream) {
    stream.write('a part');
    await new Promise(() => undefined);
  },
  environment: (stream) => void stream.end(JSON.stringify({ env: process.env, pid: process.pid, count })),
};

export const handler = awslambda.streamifyResponse(async (event, raw) => {
  count += 1;
  if (event.do === 'plain') return void raw.end('no prelude');
  const stream = awslambda.HttpResponseStream.from(raw, { statusCode: 201, headers: { 'x-made-by': 'test' } });
  await behaviours[event.do](stream, event);
});
