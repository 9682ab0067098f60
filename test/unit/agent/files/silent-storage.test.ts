import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Files } from '../../../../containers/agent/files/files.ts';
import { receiveFile } from '../../../../containers/agent/files/transfer/receive-file.ts';
import { sendFile } from '../../../../containers/agent/files/transfer/send-file.ts';
import { StorageLink } from '../../../../containers/agent/files/transfer/storage-link.ts';
import { ManualClock } from '../../../support/fakes/manual-clock.ts';

const minuteMs = 60_000;
const size = 1_000;
const target = { path: 'f', hosts: ['storage.test'], size };
const url = 'http://storage.test/f';

/** A file of zeros to read, and one that takes what comes. */
const files: Pick<Files, 'read' | 'write'> = {
  async read({ length = size }, to) {
    to.head({ size, offset: 0, length, mode: '644', modified_at: '2026-01-01T00:00:00.000Z' });
    await to.piece(Buffer.alloc(length));
  },
  async write(_, source) {
    for await (const _ of source);
    throw new Error('nothing comes to its end here');
  },
};

async function begin(answer: RequestListener) {
  const path = join(tmpdir(), `matrx-${randomUUID()}.sock`);
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    answer(request, response);
  }).listen(path);
  await once(server, 'listening');
  const clock = new ManualClock();
  const storage = new StorageLink(path, clock);
  onTestFinished(() => {
    storage[Symbol.dispose]();
    server.closeAllConnections();
    server.close();
  });
  const tools = { files: files as Files, storage, clock, signal: new AbortController().signal };
  return { tools, clock, requests: () => requests };
}

/** Lets time pass until something is over; how much it was. */
async function passUntilOver(clock: ManualClock, work: Promise<unknown>): Promise<number> {
  const since = clock.now();
  let isOver = false;
  work.catch(() => undefined).finally(() => (isOver = true));
  while (!isOver) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    clock.pass(minuteMs / 12);
  }
  return clock.now() - since;
}

const nobody = async () => {};

test.for([
  ['takes all bytes and never answers', (request) => void request.resume()],
  ['takes nothing', (request) => void request.pause()],
] as const satisfies readonly (readonly [string, RequestListener])[])(
  'L9: a file for storage that %s is given up with a typed error',
  async ([, answer]) => {
    const { tools, clock, requests } = await begin(answer);
    const parts = [{ number: 1, offset: 0, size, url, headers: {} }];
    const sent = sendFile({ ...target, parts }, tools, nobody);
    const passedMs = await passUntilOver(clock, sent);
    await expect(sent).rejects.toMatchObject({ code: 'transfer_failed' });
    expect(requests()).toBeGreaterThan(1);
    expect(passedMs).toBeLessThan(15 * minuteMs);
  },
);

test.for([
  ['never answers', () => {}],
  [
    'stops in the middle of its answer',
    ({ headers }, response) => {
      response.writeHead(headers.range ? 206 : 200, { etag: '"e"', 'content-length': size });
      if (headers.range) response.flushHeaders();
      else response.write('begun');
    },
  ],
] as const satisfies readonly (readonly [string, RequestListener])[])(
  'L9: a file from storage that %s is given up with a typed error',
  async ([, answer]) => {
    const { tools, clock, requests } = await begin(answer);
    const received = receiveFile({ ...target, url }, tools, nobody);
    const passedMs = await passUntilOver(clock, received);
    await expect(received).rejects.toMatchObject({ code: 'transfer_failed' });
    expect(requests()).toBeGreaterThan(1);
    expect(passedMs).toBeLessThan(15 * minuteMs);
  },
);
