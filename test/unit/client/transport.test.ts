import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { type ConnectionOptions, openConnection } from '../../../client/connection.ts';
import { send } from '../../../client/http/send/send.ts';
import { Sandbox } from '../../../client/sandbox.ts';
import { Service } from '../../../client/service.ts';
import { createClock, systemClock } from '../../../contract/clock.ts';
import {
  answer,
  fail,
  hang,
  hangUp,
  misbehavingService,
  sandboxId,
  sandboxRecord,
} from '../../support/fakes/misbehaving-service.ts';

const at = (url: string, more: ConnectionOptions = {}) => ({ url, credentials: { token: 't' }, ...more });
const one = { params: { sandbox_id: sandboxId } };
const get = async (url: string, more: ConnectionOptions = {}) =>
  send(await openConnection(at(url, more)), 'getSandbox', one);
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error) => error.code ?? error,
  );

test('H1: an attempt that gets no answer in time is given up and, being repeatable, made again', async () => {
  await using service = await misbehavingService(hang, answer(200, sandboxRecord()));
  expect((await get(service.url, { timeouts: { answerMs: 1_000 } })).sandbox_id).toBe(sandboxId);
  expect(service.seen).toHaveLength(2);
});

test('H1: an answer that stops in the middle is given up after its silence', async () => {
  await using service = await misbehavingService((response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"sandbox_id":');
  });
  const call = get(service.url, { timeouts: { silenceMs: 100 }, attempts: 1 });
  await expect(call).rejects.toMatchObject({
    code: 'timed_out',
    retry: true,
    message: expect.stringContaining('silent'),
  });
});

test('H1: all attempts together have a limit', async () => {
  await using service = await misbehavingService(hang);
  const call = get(service.url, { timeouts: { answerMs: 50, totalMs: 400 }, attempts: 1_000 });
  await expect(call).rejects.toMatchObject({ code: 'timed_out' });
});

test('H1: a connection that is never made has the runtime’s limit, and nothing was sent', async () => {
  // Accepts and then never says its part of the TLS handshake.
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const call = get(`https://127.0.0.1:${port}`, { attempts: 1 });
  await expect(call).rejects.toMatchObject({ code: 'unreachable', cause: expect.any(Error) });
  silent.close();
}, 30_000);

test('H1: a service that is not there is unreachable, and the hint says what to do', async () => {
  const gone = await misbehavingService(hang);
  await gone[Symbol.asyncDispose]();
  await expect(get(gone.url)).rejects.toMatchObject({ code: 'unreachable', hint: expect.stringContaining('doctor') });
});

test('H1: a refusal for now is repeated after Retry-After, other failures after a growing pause with jitter', async () => {
  await using service = await misbehavingService(
    fail('rate_limited', { 'retry-after': '7' }),
    fail('unavailable'),
    hangUp,
    answer(200, sandboxRecord()),
  );
  const pauses: number[] = [];
  const sleep = async (ms: number) => void pauses.push(ms);
  await get(service.url, { clock: { ...systemClock, sleep } });
  const [told = 0, second = 0, third = 0] = pauses;
  expect(told).toBeGreaterThanOrEqual(7_000);
  expect(second).toBeGreaterThanOrEqual(200);
  expect(third).toBeGreaterThanOrEqual(400);
  expect(third).toBeLessThanOrEqual(800);
});

test('a Retry-After that is longer than anyone waits is handed to the caller', async () => {
  await using service = await misbehavingService(fail('quota_exceeded', { 'retry-after': '3600' }));
  await expect(get(service.url)).rejects.toMatchObject({ code: 'quota_exceeded', retryAfterSeconds: 3_600 });
  expect(service.seen).toHaveLength(1);
});

test.each(['internal', 'not_found', 'forbidden', 'unauthenticated', 'invalid_request'] as const)(
  'the failure %s is told once, with status, hint and request id, and not repeated',
  async (code) => {
    await using service = await misbehavingService(fail(code));
    await expect(get(service.url)).rejects.toMatchObject({
      name: 'SandboxError',
      code,
      requestId: 'req_1',
      message: `told ${code}`,
    });
    expect(service.seen).toHaveLength(1);
  },
);

test('H1: each create carries its own idempotency key, and a repeated one the same', async () => {
  await using service = await misbehavingService(
    hangUp,
    fail('unavailable'),
    answer(201, sandboxRecord()),
    answer(201, sandboxRecord()),
  );
  const options = { ...at(service.url), wait: false };
  await Sandbox.create(options);
  await Sandbox.create(options);
  const keys = service.seen.map(({ headers }) => headers['idempotency-key']);
  expect(keys).toHaveLength(4);
  expect(new Set(keys.slice(0, 3)).size).toBe(1);
  expect(keys[3]).not.toBe(keys[0]);
});

test('an answer that is not as agreed is an error, never a value', async () => {
  for (const garbage of ['<html>', '{}', 'null', '"', JSON.stringify({ ...sandboxRecord(), status: 'happy' })]) {
    await using service = await misbehavingService(answer(200, garbage));
    expect(await codeOf(get(service.url))).toBe('bad_answer');
    expect(service.seen).toHaveLength(1);
  }
});

test('what gateways answer by themselves keeps its meaning', async () => {
  const told = {
    401: 'unauthenticated',
    403: 'forbidden',
    413: 'too_large',
    429: 'rate_limited',
    504: 'unavailable',
    418: 'bad_answer',
  };
  for (const [status, code] of Object.entries(told)) {
    await using service = await misbehavingService(answer(Number(status), { message: 'Forbidden' }));
    await expect(get(service.url, { attempts: 1 })).rejects.toMatchObject({
      code,
      details: { status: Number(status) },
    });
  }
});

test('a redirect is not followed, since it would take the credentials elsewhere', async () => {
  await using other = await misbehavingService(answer(200, sandboxRecord()));
  await using service = await misbehavingService(answer(302, '', { location: other.url }));
  const message = `answered 302: go to ${other.url}`;
  await expect(get(service.url)).rejects.toMatchObject({ code: 'bad_answer', message });
  expect(service.seen).toHaveLength(1);
  expect(other.seen).toHaveLength(0);
});

test('an abort ends a call at once, with the reason it was given', async () => {
  await using service = await misbehavingService(hang);
  const reason = new Error('enough');
  const controller = new AbortController();
  const connection = await openConnection(at(service.url));
  const call = send(connection, 'getSandbox', one, { signal: controller.signal });
  controller.abort(reason);
  await expect(call).rejects.toBe(reason);
  await expect(send(connection, 'getSandbox', one, { signal: controller.signal })).rejects.toBe(reason);
});

test('M1: a failed connection keeps its cause', async () => {
  await using service = await misbehavingService(hangUp);
  await expect(get(service.url, { attempts: 1 })).rejects.toMatchObject({
    code: 'connection_lost',
    cause: expect.any(TypeError),
  });
});

test('health that reports a part down is a report, not an error', async () => {
  const report = { status: 'down', version: '1', parts: [] };
  await using service = await misbehavingService(answer(503, report), answer(503, { error: 'x' }));
  const client = await Service.connect(at(service.url, { attempts: 1 }));
  expect(await client.health()).toEqual(report);
  await expect(client.health()).rejects.toMatchObject({ code: 'bad_answer' });
});

test('the open health route is asked without credentials', async () => {
  await using service = await misbehavingService(answer(200, { status: 'ok' }));
  await (await Service.connect(at(service.url))).status();
  expect(service.seen[0]).toMatchObject({
    url: '/health',
    headers: expect.not.objectContaining({ authorization: expect.anything() }),
  });
});

test('back-off runs on the clock it is given', async () => {
  await using service = await misbehavingService(
    fail('unavailable'),
    fail('unavailable', { 'retry-after': '15' }),
    answer(200, sandboxRecord()),
  );
  const clock = createClock(1_000, Date.now());
  expect((await get(service.url, { clock })).status).toBe('ready');
});
