import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openColdDoor } from '../../../containers/agent/cold/cold-door.ts';
import type { ColdStorage } from '../../../containers/agent/cold/cold-storage.ts';
import { ManualClock } from '../../support/fakes/manual-clock.ts';

/** A door before storage that is played. */
async function open(cold: Partial<Pick<ColdStorage, 'list' | 'stat' | 'get' | 'put' | 'remove'>> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'matrx-cold-'));
  const socketPath = join(folder, 'inside/cold.sock');
  const clock = new ManualClock();
  const logs: string[] = [];
  const nobody = () => Promise.reject(new Error('nobody asks for this'));
  const door = await openColdDoor({
    socketPath,
    cold: { list: nobody, stat: nobody, get: nobody, put: nobody, remove: nobody, ...cold },
    clock,
    log: { info: () => {}, error: (event) => logs.push(event) },
    onUse: () => {},
  });
  onTestFinished(async () => {
    await door[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });
  const send = async (text: string): Promise<string> => {
    const socket = connect(socketPath).setEncoding('latin1');
    socket.write(text);
    return answerOf(socket);
  };
  const ask = (method: string, path: string, headers: readonly string[] = ['content-length: 0']) =>
    send(`${method} ${path} HTTP/1.1\r\nhost: cold\r\n${headers.join('\r\n')}\r\n\r\n`);
  return { socketPath, clock, logs, send, ask };
}

async function answerOf(socket: Socket): Promise<string> {
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('close', resolve));
  return answer;
}

const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);

test('everybody in the machine can connect, and nobody can put another socket there', async () => {
  const { socketPath } = await open();
  expect((await stat(socketPath)).mode & 0o777).toBe(0o666);
  expect((await stat(join(socketPath, '..'))).mode & 0o777).toBe(0o755);
});

test.each([
  ['GET', '/'],
  ['POST', '/file?name=x'],
  ['GET', '/credentials'],
  ['GET', '/file/x'],
  ['DELETE', '/list'],
  ['GET', 'http://169.254.170.2/v2/credentials'],
  ['OPTIONS', '*'],
])('there is no %s %s', async (method, path) => {
  const { ask } = await open();
  expect(statusOf(await ask(method, path))).toBe(404);
});

test.each([
  ['a size that is none', ['transfer-encoding: chunked', `x-matrx-sha256: ${'0'.repeat(64)}`], 400],
  ['a size beyond bounds', [`content-length: ${6 * 1024 ** 3}`, `x-matrx-sha256: ${'0'.repeat(64)}`], 413],
  ['no sum', ['content-length: 0'], 400],
  ['a sum that is none', ['content-length: 0', 'x-matrx-sha256: zz'], 400],
])('a put with %s is refused before storage is asked', async (_what, headers, status) => {
  const { send } = await open();
  const end = headers.some((header) => header.startsWith('transfer')) ? '0\r\n\r\n' : '';
  const text = `PUT /file?name=x HTTP/1.1\r\nhost: cold\r\n${headers.join('\r\n')}\r\n\r\n${end}`;
  expect(statusOf(await send(text))).toBe(status);
});

test.each(['bytes=a-b', 'bytes=0-1,2-3', 'lines=0-1', 'bytes=-'])('%s is no range', async (range) => {
  const { ask } = await open();
  expect(statusOf(await ask('GET', '/file?name=x', [`range: ${range}`]))).toBe(400);
});

test('what nobody foresaw says no more than that, and is logged', async () => {
  const { ask, logs } = await open({ stat: () => Promise.reject(new Error('secret access key')) });
  const answer = await ask('GET', '/stat?name=x');
  expect(statusOf(answer)).toBe(500);
  expect(answer).not.toContain('secret');
  expect(logs).toEqual(['cold.failed']);
});

test('L9: an operation that takes an hour is given up, and its signal says so', async () => {
  const asked = Promise.withResolvers<AbortSignal>();
  const { ask, clock } = await open({
    stat: (_name, signal) => {
      asked.resolve(signal);
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    },
  });
  const answer = ask('GET', '/stat?name=x');
  await asked.promise;
  clock.pass(3_600_001);
  expect(await answer).toContain('time_ran_out');
});

test('whoever goes in the middle ends the operation', async () => {
  const asked = Promise.withResolvers<AbortSignal>();
  const { socketPath } = await open({
    stat: (_name, signal) => {
      asked.resolve(signal);
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    },
  });
  const socket = connect(socketPath);
  socket.write('GET /stat?name=x HTTP/1.1\r\nhost: cold\r\n\r\n');
  const signal = await asked.promise;
  socket.destroy();
  if (!signal.aborted) await once(signal, 'abort');
  expect(signal.aborted).toBe(true);
});

test('calls beyond two hundred at once are told to come later', async () => {
  const listing = { entries: [], folders: [], next: null };
  const { ask, clock } = await open({ list: async () => listing });
  for (let call = 0; call < 200; call++) await ask('GET', '/list?prefix=');
  expect(statusOf(await ask('GET', '/list?prefix='))).toBe(429);
  clock.pass(100);
  expect(statusOf(await ask('GET', '/list?prefix='))).toBe(200);
});
