import { expect, test } from 'vitest';
import type { SaveEvent } from '../../../../contract/home/home-api.ts';
import { createCheckpoint } from '../../../../lambdas/core/storage/checkpoints/create-checkpoint.ts';
import { diffCheckpoints } from '../../../../lambdas/core/storage/checkpoints/diff-checkpoints.ts';
import { listCheckpointFiles } from '../../../../lambdas/core/storage/checkpoints/list-checkpoint-files.ts';
import { listCheckpoints } from '../../../../lambdas/core/storage/checkpoints/list-checkpoints.ts';
import { readCheckpointFile } from '../../../../lambdas/core/storage/checkpoints/read-checkpoint-file.ts';
import { callOf, person, service } from '../../../support/calls.ts';
import { FakeHomes, summary } from '../../../support/fakes/fake-homes.ts';
import { sampleCheckpoint } from '../../../support/sample-checkpoint.ts';
import { fakeService } from '../../../support/stack/sandbox-life.ts';

const checkpoint = (n: number): string => `ckp_${String(n).padStart(26, '0')}`;
const ofAda = { user_id: 'ada', checkpoint_id: checkpoint(1) };

async function bodyOf<T>(answer: Promise<T>) {
  const given = await answer;
  if (!(typeof given === 'object' && given !== null && 'body' in given)) throw new Error('no body');
  return given.body as Extract<T, { body: unknown }>['body'];
}

function home(...trees: Parameters<typeof sampleCheckpoint>[1][]): FakeHomes {
  const homes = new FakeHomes();
  const ids = trees.map((_, index) => checkpoint(index + 1));
  homes.keep('ada', ...ids.map((id) => summary(id)).reverse());
  for (const [index, tree] of trees.entries()) {
    const { manifest, blobs } = sampleCheckpoint(ids[index] ?? '', tree);
    homes.manifests.set(`ada/${ids[index]}`, manifest);
    for (const [hash, bytes] of blobs) homes.blobs.set(`ada/${hash}`, bytes);
  }
  return homes;
}

async function* said(...events: SaveEvent[]): AsyncGenerator<SaveEvent> {
  yield* events;
}

test('a checkpoint is made by the agent, which says whether there was anything to save', async () => {
  const { ready, ports } = fakeService();
  const sandbox_id = await ready();
  const made = summary(checkpoint(1), { sandbox_id, cause: 'asked' });
  ports.channel.told = () =>
    said(
      { event: 'heartbeat' },
      { event: 'progress', files: 1, bytes: 2 },
      { event: 'saved', checkpoint: made, changed: true },
    );
  const call = callOf('createCheckpoint', person('ada'), { params: { sandbox_id } });
  expect(await createCheckpoint(ports, call)).toEqual({ status: 201, body: { checkpoint: made, changed: true } });
  expect(ports.channel.streams).toMatchObject([{ method: 'POST', path: '/home/save' }]);
});

test('a save that takes longer than the caller waits goes on, and says how far it is', async () => {
  const { ready, ports } = fakeService();
  const sandbox_id = await ready();
  let waitedMs = 0;
  const after = (ms: number, run: () => void): Disposable => {
    waitedMs = ms;
    queueMicrotask(run);
    return { [Symbol.dispose]: () => undefined };
  };
  const limited = { ...ports, clock: { now: () => 0, sleep: async () => undefined, after } };
  ports.channel.told = async function* (_, signal) {
    yield { event: 'progress', files: 3, bytes: 42 };
    while (!signal.aborted) await new Promise((resolve) => setImmediate(resolve));
  };
  const call = callOf('createCheckpoint', service, { params: { sandbox_id }, body: { wait_seconds: 5 } });
  expect(await createCheckpoint(limited, call)).toEqual({
    status: 202,
    body: { state: 'saving', files: 3, bytes: 42 },
  });
  expect(waitedMs).toBe(5_000);
});

test.each([
  ['bucket_missing', 'storage_unavailable'],
  ['storage_forbidden', 'storage_unavailable'],
  ['too_many_entries', 'too_large'],
  ['no_space', 'no_space'],
  ['helper_lost', 'unavailable'],
  ['something else', 'unavailable'],
])('C8: a save that fails with %s is %s for the caller', async (fault, outside) => {
  const { ready, ports } = fakeService();
  const sandbox_id = await ready();
  ports.channel.told = () =>
    said({ event: 'error', error: { code: 'transfer_failed', message: 'x', details: { fault } } });
  const call = callOf('createCheckpoint', service, { params: { sandbox_id } });
  await expect(createCheckpoint(ports, call)).rejects.toMatchObject({ code: outside });
});

test('fails when the agent ends without a word, and where no home is kept', async () => {
  const { ready, ports } = fakeService();
  const sandbox_id = await ready();
  ports.channel.told = () => said({ event: 'progress', files: 1, bytes: 1 });
  const call = callOf('createCheckpoint', service, { params: { sandbox_id } });
  await expect(createCheckpoint(ports, call)).rejects.toMatchObject({ code: 'channel_lost' });
  const without = await ready({ storage: { hot: false } });
  const other = callOf('createCheckpoint', service, { params: { sandbox_id: without } });
  await expect(createCheckpoint(ports, other)).rejects.toMatchObject({ code: 'conflict' });
  const foreign = callOf('createCheckpoint', person('eve'), { params: { sandbox_id } });
  await expect(createCheckpoint(ports, foreign)).rejects.toMatchObject({ code: 'not_found' });
});

test('checkpoints are listed page by page, newest first', async () => {
  const homes = new FakeHomes();
  const list = (query: object = {}) =>
    bodyOf(listCheckpoints({ homes }, callOf('listCheckpoints', service, { params: { user_id: 'ada' }, query })));
  expect(await list()).toEqual({ checkpoints: [], next_cursor: null });
  homes.keep('ada', ...[5, 4, 3, 2, 1].map((n) => summary(checkpoint(n))));
  const first = await list({ limit: '2' });
  expect(first.checkpoints.map(({ checkpoint_id }) => checkpoint_id)).toEqual([checkpoint(5), checkpoint(4)]);
  homes.keep('ada', ...[6, 5, 3, 2, 1].map((n) => summary(checkpoint(n))));
  const rest = await list({ cursor: first.next_cursor });
  expect(rest.checkpoints.map(({ checkpoint_id }) => checkpoint_id)).toEqual([3, 2, 1].map(checkpoint));
  expect(rest.next_cursor).toBeNull();
});

test('two checkpoints are compared path by path: contents, kind and mode, not times', async () => {
  const homes = home(
    { a: 'same', 'b/gone': 'x', 'c.txt': 'one', link: { link: 'a' }, kind: 'file' },
    { a: 'same', 'c.txt': 'two!', 'd new': 'y', link: { link: 'c.txt' }, kind: null },
  );
  const diff = (query: object = {}) =>
    bodyOf(
      diffCheckpoints(
        { homes },
        callOf('diffCheckpoints', service, { params: { ...ofAda, other_id: checkpoint(2) }, query }),
      ),
    );
  const whole = await diff();
  expect(whole).toMatchObject({ added: 1, removed: 1, changed: 3, next_cursor: null });
  expect(whole.changes).toEqual([
    { path: 'b/gone', change: 'removed', type: 'file', size_before: 1, size_after: null },
    { path: 'c.txt', change: 'changed', type: 'file', size_before: 3, size_after: 4 },
    { path: 'd new', change: 'added', type: 'file', size_before: null, size_after: 1 },
    { path: 'kind', change: 'changed', type: 'directory', size_before: 4, size_after: null },
    { path: 'link', change: 'changed', type: 'symlink', size_before: null, size_after: null },
  ]);
  const first = await diff({ limit: '3' });
  const second = await diff({ cursor: first.next_cursor });
  expect([...first.changes, ...second.changes]).toEqual(whole.changes);
});

test('a file of a checkpoint is read without a sandbox, whole or a range of it', async () => {
  const homes = home({ 'notes.txt': 'first', 'deep/er/x.bin': Buffer.from([0, 255, 7]), empty: '' });
  const read = (path: string, range?: string) =>
    readCheckpointFile(
      { homes },
      callOf('readCheckpointFile', service, { params: ofAda, query: { path }, headers: range ? { range } : {} }),
    );
  const whole = await read('/home/agent/notes.txt');
  expect(whole).toMatchObject({ status: 200, headers: { 'matrx-file-size': '5', 'matrx-file-mode': '644' } });
  expect('bytes' in whole && Buffer.from(whole.bytes).toString()).toBe('first');
  const part = await read('notes.txt', 'bytes=1-2');
  expect(part).toMatchObject({ status: 206, headers: { 'content-range': 'bytes 1-2/5' } });
  expect('bytes' in part && Buffer.from(part.bytes).toString()).toBe('ir');
  const tail = await read('./deep//er/x.bin', 'bytes=-2');
  expect('bytes' in tail && [...tail.bytes]).toEqual([255, 7]);
  expect(await read('empty')).toMatchObject({ status: 200, bytes: Buffer.alloc(0) });
  await expect(read('notes.txt', 'bytes=5-')).rejects.toMatchObject({ code: 'range_not_satisfiable' });
  await expect(read('deep')).rejects.toMatchObject({ code: 'file_not_found' });
  await expect(read('.')).rejects.toMatchObject({ code: 'wrong_file_type' });
  for (const path of ['../x', '/etc/passwd', 'deep/../../y', 'none'])
    await expect(read(path)).rejects.toMatchObject({ code: 'file_not_found' });
});

test('what is stored is not believed: a file whose bytes are others, or whose list is absurd, is damaged', async () => {
  const homes = home({ x: 'contents' });
  const read = () =>
    readCheckpointFile({ homes }, callOf('readCheckpointFile', service, { params: ofAda, query: { path: 'x' } }));
  const manifest = homes.manifests.get(`ada/${checkpoint(1)}`);
  const [root, file] = manifest?.entries ?? [];
  if (!manifest || !root || file?.type !== 'file') throw new Error('no file');
  const [piece] = file.pieces;
  if (!piece) throw new Error('no piece');
  const entries = (changed: object) => {
    homes.manifests.set(`ada/${checkpoint(1)}`, { ...manifest, entries: [root, { ...file, ...changed }] });
  };
  const damaged = { code: 'storage_unavailable', details: { reason: 'corrupt' } };
  entries({ size: 9 });
  await expect(read()).rejects.toMatchObject(damaged);
  entries({ pieces: [{ ...piece, sha256: '0'.repeat(64) }] });
  await expect(read()).rejects.toMatchObject(damaged);
  entries({ pieces: [{ ...piece, blob: 7 }] });
  await expect(read()).rejects.toMatchObject(damaged);
  entries({ size: 8 * 20, pieces: Array(20).fill(piece) });
  await expect(read()).rejects.toMatchObject(damaged);
  entries({});
  homes.blobs.clear();
  await expect(read()).rejects.toMatchObject(damaged);
});

test('a folder of a checkpoint is listed page by page and as deep as asked', async () => {
  const homes = home({ 'a.txt': 'x', d: null, 'd/e': null, 'd/e/f': 'y', 'd-': 'z', l: { link: 'a.txt' } });
  const list = (path: string, query: object = {}) =>
    bodyOf(
      listCheckpointFiles(
        { homes },
        callOf('listCheckpointFiles', service, { params: ofAda, query: { path, ...query } }),
      ),
    );
  const top = await list('.');
  expect(top.entries.map(({ path }) => path)).toEqual(['a.txt', 'd', 'd-', 'l']);
  expect(top.entries[3]).toMatchObject({ name: 'l', type: 'symlink', symlink_target: 'a.txt' });
  const first = await list('.', { depth: '5', limit: '3' });
  const rest = await list('.', { depth: '5', cursor: first.next_cursor });
  expect([...first.entries, ...rest.entries].map(({ path }) => path)).toEqual([
    'a.txt',
    'd',
    'd-',
    'd/e',
    'd/e/f',
    'l',
  ]);
  expect((await list('/home/agent/d')).entries.map(({ name }) => name)).toEqual(['e']);
  await expect(list('a.txt')).rejects.toMatchObject({ code: 'wrong_file_type' });
});

test('a checkpoint that the head doesn’t name, or of another user, does not exist', async () => {
  const homes = home({ x: 'contents' });
  homes.keep('ada', summary(checkpoint(9)));
  const query = { path: 'x' };
  const read = (caller: typeof service | ReturnType<typeof person>) =>
    readCheckpointFile({ homes }, callOf('readCheckpointFile', caller, { params: ofAda, query }));
  await expect(read(service)).rejects.toMatchObject({ code: 'not_found', details: { value: checkpoint(1) } });
  await expect(read(person('eve'))).rejects.toMatchObject({ code: 'not_found', details: { field: 'user_id' } });
});
