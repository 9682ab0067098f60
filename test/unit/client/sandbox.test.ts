import { expect, test } from 'vitest';
import { Sandbox } from '../../../client/sandbox.ts';
import {
  answer,
  fail,
  hang,
  type MisbehavingService,
  misbehavingService,
  sandboxId,
  sandboxRecord,
} from '../../support/fakes/misbehaving-service.ts';

const readAll = async (items: AsyncIterable<unknown>) => {
  for await (const _ of items);
};

const at = ({ url }: MisbehavingService) => ({ url, credentials: { token: 't' } });

test('a sandbox is created, waited for, and ended with its block', async () => {
  await using service = await misbehavingService(
    answer(201, sandboxRecord({ status: 'creating' })),
    answer(200, sandboxRecord({ status: 'starting' })),
    answer(200, sandboxRecord()),
    answer(202, sandboxRecord({ status: 'shutting_down' })),
  );
  {
    await using sandbox = await Sandbox.create({
      ...at(service),
      ttlMs: 90_000,
      memoryMb: 2_048,
      cpu: 1,
      env: { A: '1' },
    });
    expect(sandbox.info).toMatchObject({ status: 'ready', ttlMs: 7_200_000, createdAt: new Date('2026-01-01') });
  }
  expect(service.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'POST /v1/sandboxes',
    `GET /v1/sandboxes/${sandboxId}`,
    `GET /v1/sandboxes/${sandboxId}`,
    `DELETE /v1/sandboxes/${sandboxId}?graceful=true`,
  ]);
  expect(JSON.parse(String(service.seen[0]?.body))).toEqual({
    ttl_seconds: 90,
    memory_mb: 2_048,
    cpu: 1,
    env: { A: '1' },
  });
});

test('a setting that nobody reads is refused, and nothing is created', async () => {
  await using service = await misbehavingService();
  const mistyped: object = { ttl: 60_000 };
  await expect(Sandbox.create({ ...at(service), ...mistyped })).rejects.toMatchObject({
    code: 'invalid_request',
    details: { field: 'ttl', rule: expect.stringContaining('ttlMs') },
  });
  expect(service.seen).toEqual([]);
});

test('a sandbox that ends while it starts is an error that says why, and is not left behind', async () => {
  const failed = sandboxRecord({ status: 'failed', stop_reason: 'on_ready_failed', stop_detail: 'exit 3' });
  await using service = await misbehavingService(
    answer(201, sandboxRecord({ status: 'starting' })),
    answer(200, failed),
  );
  await expect(Sandbox.create(at(service))).rejects.toMatchObject({
    code: 'sandbox_ended',
    message: expect.stringContaining('on_ready_failed: exit 3'),
  });
  expect(service.seen.at(-1)).toMatchObject({ method: 'DELETE', url: expect.stringContaining('graceful=false') });
});

test('an abort while it starts ends the sandbox and keeps the reason', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  await using service = await misbehavingService(
    answer(201, sandboxRecord({ status: 'starting' })),
    (response, request) => {
      controller.abort(reason);
      return hang(response, request);
    },
    answer(202, sandboxRecord({ status: 'shutting_down' })),
  );
  await expect(Sandbox.create({ ...at(service), signal: controller.signal })).rejects.toBe(reason);
  expect(service.seen.at(-1)?.method).toBe('DELETE');
});

test('a list goes through its pages as they are asked for', async () => {
  const page = (next: string | null) => answer(200, { sandboxes: [sandboxRecord()], next_cursor: next });
  await using service = await misbehavingService(page('c 1'), page('c2'), page(null));
  const ids: string[] = [];
  for await (const sandbox of Sandbox.list({ ...at(service), status: 'ready', labels: { team: 'a b' } })) {
    ids.push(sandbox.sandboxId);
    expect(service.seen).toHaveLength(ids.length);
  }
  expect(ids).toHaveLength(3);
  expect(service.seen.map(({ url }) => url)).toEqual([
    '/v1/sandboxes?status=ready&label.team=a%20b',
    '/v1/sandboxes?status=ready&label.team=a%20b&cursor=c%201',
    '/v1/sandboxes?status=ready&label.team=a%20b&cursor=c2',
  ]);
});

test('a list whose page names itself as the next is given up', async () => {
  await using service = await misbehavingService(answer(200, { sandboxes: [], next_cursor: 'again' }));
  await expect(readAll(Sandbox.list(at(service)))).rejects.toMatchObject({ code: 'bad_answer' });
});

test('a new time to live is told in whole seconds', async () => {
  await using service = await misbehavingService(
    answer(200, sandboxRecord()),
    answer(200, sandboxRecord({ ttl_seconds: 60 })),
  );
  const sandbox = await Sandbox.connect(sandboxId, at(service));
  expect((await sandbox.setTimeout(60_000)).ttlMs).toBe(60_000);
  expect(JSON.parse(String(service.seen[1]?.body))).toEqual({ ttl_seconds: 60 });
  await expect(sandbox.setTimeout(1)).rejects.toMatchObject({ code: 'invalid_request' });
});

test('somebody else’s sandbox is not found', async () => {
  await using service = await misbehavingService(fail('not_found'));
  await expect(Sandbox.connect(sandboxId, at(service))).rejects.toMatchObject({ code: 'not_found', status: 404 });
});
