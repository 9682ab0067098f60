import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { limits } from '../contract/api/limits.ts';
import { showTimes, timeEach, took } from './support/measure.ts';
import type { BenchStack } from './support/stack.ts';

const megabyte = 1024 ** 2;
const largeBytes = 1024 * megabyte;
const smallFiles = 10_000;
const targetShare = 0.8;

const rate = (bytes: number, ms: number): number => bytes / megabyte / (ms / 1_000);

/** A file as large as is wanted, of which one piece is held. */
function large(piece: Uint8Array<ArrayBuffer>): Blob {
  return new Blob(Array.from({ length: Math.ceil(largeBytes / piece.length) }, () => piece));
}

/** Small files by calls, many of them, and a large one each way, beside a plain put and get of the same bytes over HTTP. */
export async function* benchFiles(stack: BenchStack): AsyncGenerator<string> {
  await using sandbox = await stack.createSandbox();
  const { files } = sandbox;
  const small = randomBytes(1_000);
  await timeEach(10, () => files.write('small', small));
  yield `write 1 KB            ${showTimes(await timeEach(200, () => files.write('small', small)))} (n=200)`;
  yield `read 1 KB             ${showTimes(await timeEach(200, () => files.read('small')))} (n=200)`;

  const perCall = limits.files.batch;
  const many = await took(async () => {
    for (let from = 0; from < smallFiles; from += perCall) {
      const count = Math.min(perCall, smallFiles - from);
      const batch = Array.from({ length: count }, (_, n) => ({ path: `many/${from + n}`, data: small }));
      await files.writeMany(batch);
    }
  });
  yield `${smallFiles} files of 1 KB  ${(many / 1_000).toFixed(1)} s, ${perCall} to a call`;

  const source = large(new Uint8Array(randomBytes(8 * megabyte)));
  const plain = await plainTransfer(source);
  const before = process.memoryUsage().rss;
  let most = before;
  const onProgress = () => {
    most = Math.max(most, process.memoryUsage().rss);
  };
  const up = await took(() => files.write('large', source, { onProgress }));
  const down = await took(async () => {
    for await (const _ of await files.download('large', { onProgress }));
  });
  const share = (ms: number, yardstick: number) => {
    const part = yardstick / ms;
    return `${part.toFixed(2)} of plain (target ${targetShare}: ${part >= targetShare ? 'met' : 'MISSED'})`;
  };
  const sizeMb = Math.round(source.size / megabyte);
  yield `plain put, get        ${rate(source.size, plain.put).toFixed(0)}, ${rate(source.size, plain.get).toFixed(0)} MB/s (${sizeMb} MB)`;
  yield `upload                ${rate(source.size, up).toFixed(0)} MB/s, ${share(up, plain.put)}`;
  yield `download              ${rate(source.size, down).toFixed(0)} MB/s, ${share(down, plain.get)}`;
  yield `memory of this side   ${Math.round((most - before) / megabyte)} MB more at the most`;
}

/** The same bytes to and from a server on this machine that keeps nothing. */
async function plainTransfer(source: Blob): Promise<{ readonly put: number; readonly get: number }> {
  const server = createServer(async (request, response) => {
    if (request.method === 'PUT') {
      request.resume();
      await once(request, 'end');
      response.end();
      return;
    }
    for await (const chunk of source.stream()) if (!response.write(chunk)) await once(response, 'drain');
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const url = `http://127.0.0.1:${port}/`;
  try {
    const put = await took(async () => (await fetch(url, { method: 'PUT', body: source })).text());
    const get = await took(async () => {
      for await (const _ of (await fetch(url)).body ?? []);
    });
    return { put, get };
  } finally {
    server.close();
  }
}
