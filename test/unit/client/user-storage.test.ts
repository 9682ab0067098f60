import { createHash, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { openConnection } from '../../../client/connection.ts';
import { Sandbox } from '../../../client/sandbox.ts';
import { keptPieces } from '../../../client/storage/kept-pieces.ts';
import { UserStorage } from '../../../client/storage/user-storage.ts';
import { bytesType, fileHeaders } from '../../../contract/api/files/file-bytes.ts';
import { limits } from '../../../contract/api/limits.ts';
import { summary } from '../../support/fakes/fake-homes.ts';
import {
  answer,
  type Behaviour,
  fail,
  type MisbehavingService,
  misbehavingService,
  sandboxId,
  sandboxRecord,
} from '../../support/fakes/misbehaving-service.ts';

const at = ({ url }: MisbehavingService) => ({ url, credentials: { token: 't' }, userId: 'ann' });
const checkpointId = `ckp_${'1'.repeat(26)}`;
const counted = (objects: number, next_cursor: string | null) => ({
  user_id: 'ann',
  hot: { bytes: 10 * objects, objects },
  cold: { bytes: 0, objects: 0 },
  outputs: { bytes: 0, objects: 0 },
  last_saved_at: '2027-01-15T08:00:00.000Z',
  checkpoints: 1,
  complete: next_cursor === null,
  next_cursor,
});

test('what is stored is counted to the end, with word of how far it is', async () => {
  await using service = await misbehavingService(
    answer(200, counted(1_000, 'a')),
    fail('storage_unavailable'),
    answer(200, counted(2_000, 'b')),
    answer(200, counted(2_500, null)),
  );
  const storage = await UserStorage.connect(at(service));
  const seen: number[] = [];
  const use = await storage.use({ onProgress: ({ hot }) => seen.push(hot.objects) });
  expect(use).toEqual({
    userId: 'ann',
    hot: { bytes: 25_000, objects: 2_500 },
    cold: { bytes: 0, objects: 0 },
    outputs: { bytes: 0, objects: 0 },
    lastSavedAt: new Date('2027-01-15T08:00:00.000Z'),
    checkpoints: 1,
  });
  expect(seen).toEqual([1_000, 2_000]);
  expect(service.seen.map(({ url }) => url)).toEqual([
    '/v1/users/ann/storage',
    '/v1/users/ann/storage?cursor=a',
    '/v1/users/ann/storage?cursor=a',
    '/v1/users/ann/storage?cursor=b',
  ]);
});

test('fails when a count leads to itself', async () => {
  await using service = await misbehavingService(answer(200, counted(1, 'a')));
  const storage = await UserStorage.connect(at(service));
  await expect(storage.use()).rejects.toMatchObject({ code: 'bad_answer' });
});

test('a tier is removed to its end, and the user named once more each time', async () => {
  const part = (objects: number, complete: boolean) => ({
    tier: 'hot',
    removed: { bytes: objects, objects },
    complete,
    left: { bytes: 7, objects: 7, exact: true },
  });
  await using service = await misbehavingService(answer(200, part(5, false)), answer(200, part(2, true)));
  const storage = await UserStorage.connect(at(service));
  const left: number[] = [];
  expect(await storage.remove('hot', { onProgress: ({ objects }) => left.push(objects) })).toEqual({
    bytes: 7,
    objects: 7,
  });
  expect(left).toEqual([7]);
  expect(service.seen.map(({ method, url }) => `${method} ${url}`)).toEqual(
    Array(2).fill('DELETE /v1/users/ann/storage/hot?confirm=ann'),
  );
});

test('a checkpoint is waited for over as many calls as it takes', async () => {
  const checkpoint = summary(checkpointId, { sandbox_id: sandboxId });
  await using service = await misbehavingService(
    answer(200, sandboxRecord()),
    answer(202, { state: 'saving', files: 3, bytes: 42 }),
    answer(201, { checkpoint, changed: true }),
  );
  const sandbox = await Sandbox.connect(sandboxId, at(service));
  const seen: number[][] = [];
  const made = await sandbox.checkpoint({ onProgress: (files, bytes) => seen.push([files, bytes]) });
  expect(made).toMatchObject({ checkpointId, sandboxId, savedAt: new Date(checkpoint.saved_at) });
  expect(seen).toEqual([[3, 42]]);
});

test('a fork is saved, then begun with what was saved, and like the other where nothing else is said', async () => {
  const checkpoint = summary(checkpointId, { sandbox_id: sandboxId });
  await using service = await misbehavingService(
    answer(200, sandboxRecord()),
    answer(201, { checkpoint, changed: false }),
    answer(201, sandboxRecord({ sandbox_id: `sbx_${'1'.repeat(26)}` })),
  );
  const sandbox = await Sandbox.connect(sandboxId, at(service));
  const forked = await sandbox.fork({ wait: false, size: 'l', labels: { fork: '1' } });
  expect(forked.sandboxId).toBe(`sbx_${'1'.repeat(26)}`);
  expect(JSON.parse(service.seen.at(-1)?.body ?? '')).toEqual({
    user_id: 'ann',
    template: 'base',
    size: 'l',
    disk_gb: 20,
    ttl_seconds: 7_200,
    idle_timeout_seconds: 0,
    labels: { fork: '1' },
    storage: { cold: false },
    from: { checkpoint_id: checkpointId },
  });
});

const keptFile =
  (bytes: Uint8Array, sha256 = createHash('sha256').update(bytes).digest('hex')): Behaviour =>
  (response) =>
    void response.writeHead(206, { 'content-type': bytesType, [fileHeaders.sha256]: sha256 }).end(bytes);

test('a file of a checkpoint is read as bytes, and a range of it; what was cut is asked for again', async () => {
  await using service = await misbehavingService(
    keptFile(Buffer.from([0]), 'that of more'),
    keptFile(Buffer.from([0, 255])),
    fail('file_not_found'),
  );
  const storage = await UserStorage.connect(at(service));
  const bytes = await storage.readFile(checkpointId, 'a b.bin', { offset: 4, length: 2 });
  expect([...bytes]).toEqual([0, 255]);
  expect(service.seen).toHaveLength(2);
  expect(service.seen[0]).toMatchObject({
    url: `/v1/users/ann/storage/checkpoints/${checkpointId}/files?path=a%20b.bin`,
    headers: { range: 'bytes=4-5' },
  });
  await expect(storage.readFile(checkpointId, Buffer.from([255]))).rejects.toMatchObject({ code: 'file_not_found' });
  expect(service.seen[2]?.url).toContain('files?path_base64=%2Fw%3D%3D');
});

test.each([
  [0, 1],
  [1, 1],
  [limits.files.inlineBytes, 2],
  [limits.files.inlineBytes + 1, 2],
])('a file of %i bytes of a checkpoint comes in as many pieces as it takes', async (size, calls) => {
  const whole = randomBytes(size);
  await using service = await misbehavingService((response, request) => {
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(String(request.headers['range'])) ?? [];
    const bytes = whole.subarray(Number(from), Number(to) + 1);
    return (bytes.length === 0 ? fail('range_not_satisfiable') : keptFile(bytes))(response, request);
  });
  const connection = await openConnection(at(service));
  const pieces: Uint8Array[] = [];
  const file = { userId: 'ann', checkpointId, path: 'large' };
  for await (const piece of keptPieces(connection, file, undefined)) pieces.push(piece);
  expect(Buffer.concat(pieces).equals(whole)).toBe(true);
  expect(service.seen).toHaveLength(calls);
});
