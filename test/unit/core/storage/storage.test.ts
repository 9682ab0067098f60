import { expect, test } from 'vitest';
import { limits } from '../../../../contract/api/limits.ts';
import type { Tier } from '../../../../contract/api/storage.ts';
import { getHealthReport } from '../../../../lambdas/core/service/get-health-report.ts';
import { deleteStorage } from '../../../../lambdas/core/storage/delete-storage.ts';
import { getStorage } from '../../../../lambdas/core/storage/get-storage.ts';
import { callOf, person, service } from '../../../support/calls.ts';
import { summary } from '../../../support/fakes/fake-homes.ts';
import { fakeService } from '../../../support/stack/sandbox-life.ts';

type Ports = ReturnType<typeof fakeService>['ports'];
const params = { user_id: 'ada' };

async function use(ports: Ports, cursor?: string | null) {
  const answer = await getStorage(ports, callOf('getStorage', service, { params, query: cursor ? { cursor } : {} }));
  if (!('body' in answer)) throw new Error('no body');
  return answer.body;
}

async function remove(ports: Ports, tier: Tier = 'hot', confirm = 'ada') {
  const call = callOf('deleteStorage', service, { params: { ...params, tier }, query: { confirm } });
  const answer = await deleteStorage(ports, call);
  if (!('body' in answer)) throw new Error('no body');
  return answer.body;
}

const blob = (n: number) => `users/ada/home/blobs/${String(n).padStart(64, '0')}`;

test('M4: what a user has stored is told in bytes and objects, tier by tier', async () => {
  const { ports } = fakeService();
  expect(await use(ports)).toEqual({
    user_id: 'ada',
    hot: { bytes: 0, objects: 0 },
    cold: { bytes: 0, objects: 0 },
    outputs: { bytes: 0, objects: 0 },
    last_saved_at: null,
    checkpoints: 0,
    complete: true,
    next_cursor: null,
  });
  ports.homes.keep('ada', summary(`ckp_${'2'.repeat(26)}`, { saved_at: '2027-01-16T08:00:00.000Z' }));
  ports.objects.put('users/ada/home/head.json', 100);
  ports.objects.put(blob(1), 1_000);
  ports.objects.put('users/ada/cold/data.bin', 7);
  ports.objects.put('outputs/ada/sbx/cmd/stdout/0', 30);
  ports.objects.put('users/ada2/home/head.json', 5);
  ports.objects.put('outputs/ada2/sbx/cmd/stdout/0', 5);
  expect(await use(ports)).toMatchObject({
    hot: { bytes: 1_100, objects: 2 },
    cold: { bytes: 7, objects: 1 },
    outputs: { bytes: 30, objects: 1 },
    last_saved_at: '2027-01-16T08:00:00.000Z',
    checkpoints: 1,
    complete: true,
  });
});

test('a count that takes long goes on by its cursor, and is exact at its end', async () => {
  const { ports, clock } = fakeService();
  for (let n = 0; n < 25; n++) ports.objects.put(blob(n), 10);
  for (let n = 0; n < 5; n++) ports.objects.put(`users/ada/cold/${n}`, 1);
  ports.objects.pageSize = 2;
  ports.objects.beforePage = () => clock.pass(7_000);
  let answer = await use(ports);
  const steps = [answer.hot.objects + answer.cold.objects];
  while (!answer.complete) {
    expect(answer.next_cursor).not.toBeNull();
    answer = await use(ports, answer.next_cursor);
    steps.push(answer.hot.objects + answer.cold.objects);
  }
  expect(answer).toMatchObject({ hot: { bytes: 250, objects: 25 }, cold: { bytes: 5, objects: 5 }, next_cursor: null });
  expect(steps.length).toBeGreaterThan(3);
  expect(steps).toEqual([...steps].sort((left, right) => left - right));
});

test('a million objects are counted to the last one by a few calls, none of which takes much longer than is set', async () => {
  const { ports, clock } = fakeService();
  const [pages, pageSize] = [1_000, 1_000];
  const last = Buffer.from('last').toString('hex');
  // Pages made when they are asked for: the key says which one it ends.
  ports.objects.list = async (prefix, after) => {
    clock.pass(80);
    if (!prefix.endsWith('home/')) return { objects: [], more: false };
    const page = after === undefined ? 1 : Number(after.slice(prefix.length, prefix.length + 6)) + 1;
    const key = `${prefix}${String(page).padStart(6, '0')}${last}`;
    return { objects: Array(pageSize).fill({ key, size: 3, modifiedAtMs: 0 }), more: page < pages };
  };
  const longestMs: number[] = [];
  let calls = 0;
  let answer: Awaited<ReturnType<typeof use>> | undefined;
  while (!answer?.complete) {
    const startMs = clock.now();
    answer = await use(ports, answer?.next_cursor);
    longestMs.push(clock.now() - startMs);
    calls += 1;
  }
  expect(answer.hot).toEqual({ objects: 1_000_000, bytes: 3_000_000 });
  expect(calls).toBeLessThan(6);
  expect(Math.max(...longestMs)).toBeLessThan(limits.storageSeconds * 1_000 + 200);
});

test('C8: health says that storage is down, and which bucket', async () => {
  const { ports } = fakeService();
  ports.objects.isUp = false;
  const { status, body } = (await getHealthReport(ports)) as { status: number; body: { parts: object[] } };
  expect(status).toBe(503);
  expect(body.parts).toContainEqual(
    expect.objectContaining({ name: 'storage', state: 'down', detail: 'storage: the bucket test is not there' }),
  );
});

test('a cursor of one’s own making is refused, and never leads to another user’s objects', async () => {
  const { ports } = fakeService();
  ports.objects.put('users/eve/home/x', 10);
  const make = (place: object) => Buffer.from(JSON.stringify(place)).toString('base64url');
  await expect(use(ports, make({ tier: 'all' }))).rejects.toMatchObject({ code: 'invalid_request' });
  await expect(use(ports, '%')).rejects.toMatchObject({ code: 'invalid_request' });
  const none = { bytes: 0, objects: 0 };
  const outward = make({ tier: 'hot', after: '../../eve', hot: none, cold: none, outputs: none });
  expect(await use(ports, outward)).toMatchObject({ hot: none, cold: none, complete: true });
});

test('another user’s storage is not found', async () => {
  const { ports } = fakeService();
  const eve = person('eve');
  await expect(getStorage(ports, callOf('getStorage', eve, { params }))).rejects.toMatchObject({ code: 'not_found' });
  const call = callOf('deleteStorage', eve, { params: { ...params, tier: 'hot' }, query: { confirm: 'ada' } });
  await expect(deleteStorage(ports, call)).rejects.toMatchObject({ code: 'not_found' });
});

test('a tier is removed whole and no other', async () => {
  const { ports } = fakeService();
  ports.objects.put('users/ada/home/head.json', 5);
  ports.objects.put(blob(1), 10);
  ports.objects.put('users/ada/cold/x', 7);
  ports.objects.put('users/ada2/home/head.json', 5);
  expect(await remove(ports)).toEqual({
    tier: 'hot',
    removed: { bytes: 15, objects: 2 },
    complete: true,
    left: { bytes: 0, objects: 0, exact: true },
  });
  expect([...ports.objects.byKey.keys()]).toEqual(['users/ada/cold/x', 'users/ada2/home/head.json']);
  expect(ports.objects.removed[0]).toBe('users/ada/home/head.json');
  expect(await remove(ports, 'cold')).toMatchObject({ removed: { bytes: 7, objects: 1 }, complete: true });
});

test('a removal that takes long says what is left, and the same call goes on', async () => {
  const { ports, clock } = fakeService();
  for (let n = 0; n < 30; n++) ports.objects.put(blob(n), 10);
  ports.objects.pageSize = 2;
  ports.objects.beforePage = () => clock.pass(3_000);
  const first = await remove(ports);
  expect(first.complete).toBe(false);
  expect(first.removed.objects).toBeGreaterThan(0);
  expect(first.left).toMatchObject({ exact: false });
  let removed = first.removed.objects;
  for (let more = true; more; ) {
    const next = await remove(ports);
    removed += next.removed.objects;
    more = !next.complete;
  }
  expect(removed).toBe(30);
  expect(ports.objects.byKey.size).toBe(0);
});

test('fails when another user is confirmed, and while a sandbox could save', async () => {
  const { ports, ready, taskEvent } = fakeService();
  ports.objects.put('users/ada/home/head.json', 5);
  await expect(remove(ports, 'hot', 'eve')).rejects.toMatchObject({
    code: 'invalid_request',
    details: { field: 'query.confirm' },
  });
  const id = await ready();
  await expect(remove(ports)).rejects.toMatchObject({ code: 'conflict' });
  expect(ports.objects.byKey.size).toBe(1);
  await taskEvent(id);
  expect(await remove(ports)).toMatchObject({ complete: true });
});

test('a tier is removed alone: kept output without the home, and nobody else’s', async () => {
  const { ports } = fakeService();
  ports.objects.put('outputs/ada/sbx/cmd/index.json', 30);
  ports.objects.put('outputs/ada2/sbx/cmd/index.json', 5);
  ports.objects.put(blob(1), 10);
  expect(await remove(ports, 'outputs')).toMatchObject({ removed: { bytes: 30, objects: 1 }, complete: true });
  expect(await use(ports)).toMatchObject({ hot: { objects: 1 }, outputs: { objects: 0 } });
  expect((await ports.objects.list('outputs/', undefined)).objects).toHaveLength(1);
});
