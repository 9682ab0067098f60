import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { StorageLink } from '../../../containers/agent/files/transfer/storage-link.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

const minuteMs = 60_000;
const order = { url: 'http://storage.test/f?signed', hosts: ['storage.test'], signal: new AbortController().signal };

async function begin(answer: RequestListener) {
  const path = join(tmpdir(), `matrx-${randomUUID()}.sock`);
  const server = createServer(answer).listen(path);
  await once(server, 'listening');
  const clock = new ManualClock();
  const link = new StorageLink(path, clock);
  onTestFinished(() => {
    link[Symbol.dispose]();
    server.closeAllConnections();
    server.close();
  });
  return { server, clock, link };
}

test('L9: storage that says nothing is not waited for', async () => {
  const { server, clock, link } = await begin(() => {});
  const asked = link.get(order);
  asked.catch(() => {});
  await once(server, 'request');
  // Once to see what went, once to see that nothing more did.
  clock.pass(2 * minuteMs);
  await expect(asked).rejects.toThrow('said nothing for 60000 ms');
  expect(clock.pending).toBe(0);
});

test('L9: a body that stops coming breaks off', async () => {
  const { clock, link } = await begin((_request, response) => void response.writeHead(200).write('begun'));
  const answer = await link.get(order);
  const chunks = answer[Symbol.asyncIterator]();
  expect(String((await chunks.next()).value)).toBe('begun');
  const rest = chunks.next();
  rest.catch(() => {});
  clock.pass(3 * minuteMs);
  await expect(rest).rejects.toThrow();
});

test('an answer that comes before the body is whole ends the sending', async () => {
  const { link } = await begin((_request, response) => void response.writeHead(403).end('no'));
  let pieces = 0;
  const answer = await link.put(order, 100 * 65_536, async (write) => {
    for (; pieces < 100; pieces++) {
      await write(Buffer.alloc(65_536));
      await new Promise(setImmediate);
    }
  });
  expect(answer).toMatchObject({ status: 403, body: 'no' });
  expect(pieces).toBeLessThan(100);
});

test('a source that fails fails the sending with its own reason', async () => {
  const { link } = await begin((request) => void request.resume());
  const sending = link.put(order, 10, () => Promise.reject(new Error('the file changed')));
  await expect(sending).rejects.toThrow('the file changed');
});
