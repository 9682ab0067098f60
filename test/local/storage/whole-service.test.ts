import { afterAll, beforeAll, expect, test } from 'vitest';
import { Sandbox } from '../../../client/sandbox.ts';
import { UserStorage } from '../../../client/storage/user-storage.ts';
import type { Sandbox as SandboxRecord } from '../../../contract/api/sandboxes/sandbox-record.ts';
import { runMatrx } from '../../support/stack/run-matrx.ts';
import { call, untilEnded } from '../../support/stack/sandbox-calls.ts';
import { type Stack, startStack } from '../../support/stack/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
}, 120_000);
afterAll(async () => stack?.[Symbol.asyncDispose]());

/** A caller of the library for one user. */
const as = async (userId: string) => ({
  url: stack.url,
  credentials: { token: await stack.service.tokens.issueAccessToken({ sub: userId, scopes: allScopes }) },
});
const allScopes = ['matrx/sandbox.read', 'matrx/sandbox.write', 'matrx/sandbox.exec'];

const shell = async (sandbox: Sandbox, command: string) => (await sandbox.commands.run(command)).stdout;

test('a home is kept, forked, gone back to, compared, read without a sandbox, and removed', async () => {
  const options = await as('ada');
  const storage = await UserStorage.connect(options);
  expect(await storage.use()).toMatchObject({ hot: { objects: 0 }, checkpoints: 0, lastSavedAt: null });

  await using first = await Sandbox.create(options);
  await shell(first, 'mkdir -p docs && echo one > docs/a && echo same > b');
  const one = await first.checkpoint();
  expect(one).toMatchObject({ sandboxId: first.sandboxId, cause: 'asked', partial: false });
  expect(await first.checkpoint()).toEqual(one);
  await shell(first, 'echo two > docs/a && rm b');

  await using forked = await first.fork();
  expect(await shell(forked, 'cat docs/a; ls')).toBe('two\ndocs\n');
  await using back = await Sandbox.create({ ...options, from: { checkpointId: one.checkpointId } });
  expect(await shell(back, 'cat docs/a b')).toBe('one\nsame\n');
  expect((await back.refresh()).home).toMatchObject({ restoredFiles: 2, checkpointId: one.checkpointId, fault: null });
  await using empty = await Sandbox.create({ ...options, storage: { hot: false } });
  expect(await shell(empty, 'ls')).toBe('');
  await expect(empty.checkpoint()).rejects.toMatchObject({ code: 'conflict' });

  const [newest, ...older] = await collected(storage.checkpoints());
  expect(older.at(-1)).toEqual(one);
  const two = newest?.checkpointId ?? '';
  expect(await collected(storage.diff(one.checkpointId, two))).toMatchObject([
    { path: 'b', change: 'removed' },
    { path: 'docs/a', change: 'changed', size_before: 4, size_after: 4 },
  ]);
  expect(Buffer.from(await storage.readFile(one.checkpointId, 'docs/a')).toString()).toBe('one\n');
  expect(Buffer.from(await storage.readFile(two, '/home/agent/docs/a', { offset: 1, length: 2 })).toString()).toBe(
    'wo',
  );
  expect((await collected(storage.listFiles(one.checkpointId, '.', { depth: 2 }))).map(({ path }) => path)).toEqual([
    'b',
    'docs',
    'docs/a',
  ]);

  const eve = await UserStorage.connect({ ...(await as('eve')), userId: 'ada' });
  await expect(eve.use()).rejects.toMatchObject({ code: 'not_found' });
  await expect(eve.readFile(one.checkpointId, 'b')).rejects.toMatchObject({ code: 'not_found' });
  const foreign = { ...(await as('eve')), from: { checkpointId: one.checkpointId } };
  await expect(Sandbox.create(foreign)).rejects.toMatchObject({ code: 'not_found' });

  await expect(storage.remove('hot')).rejects.toMatchObject({ code: 'conflict' });
  const door = { fetch: stack.asService, door: '/iam/v1' } as const;
  for (const sandbox of [first, forked, back, empty]) {
    await sandbox.kill({ graceful: false });
    await untilEnded(door, sandbox.sandboxId);
  }
  const { hot } = await storage.use();
  expect(hot.objects).toBeGreaterThan(4);
  expect(await storage.remove('hot')).toEqual(hot);
  expect(await storage.use()).toMatchObject({ hot: { bytes: 0, objects: 0 }, checkpoints: 0 });
}, 120_000);

test('L10: health names storage, and the record says how a home was saved at the end', async () => {
  const door = { fetch: stack.asService, door: '/iam/v1' } as const;
  const health = await call<{ parts: unknown }>(door, 'GET', '/health');
  expect(health.body.parts).toContainEqual(expect.objectContaining({ name: 'storage', state: 'ok' }));
  const sandbox = await Sandbox.create(await as('bob'));
  await shell(sandbox, 'echo last > word');
  await sandbox.kill();
  const ended: SandboxRecord = await untilEnded(door, sandbox.sandboxId);
  expect(ended.home).toMatchObject({ fault: null, partial: false });
  await using next = await Sandbox.create({ ...(await as('bob')), from: { sandboxId: sandbox.sandboxId } });
  expect(await shell(next, 'cat word')).toBe('last\n');
}, 120_000);

test('the command line saves, lists, goes back and counts', async () => {
  const { credentials } = await as('cyd');
  const env = { MATRX_URL: stack.url, MATRX_TOKEN: credentials.token };
  const matrx = async (...argv: string[]) => {
    const { exitCode, stdout, stderr } = await runMatrx(argv, { env });
    return { exitCode, stderr, text: stdout.toString().trim() };
  };
  const { text: id } = await matrx('create');
  await matrx('exec', id, '--', 'sh', '-c', 'echo one > word');
  const { text: saved } = await matrx('checkpoint', id);
  expect(saved).toMatch(/^ckp_/);
  expect((await matrx('checkpoints')).text).toContain(saved);
  expect(JSON.parse((await matrx('storage', '--json')).text)).toMatchObject({ user_id: 'cyd', checkpoints: 1 });
  const { text: back } = await matrx('create', '--from', saved);
  expect((await matrx('exec', back, '--', 'cat', 'word')).text).toBe('one');
  const wrong = await matrx('create', '--from', 'yesterday');
  expect([wrong.exitCode, wrong.stderr]).toEqual([2, expect.stringContaining('--from is "yesterday"')]);
  const gone = await matrx('create', '--from', `ckp_${'0'.repeat(26)}`);
  expect([gone.exitCode, gone.stderr]).toEqual([1, expect.stringContaining('no checkpoint')]);
}, 120_000);

async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
