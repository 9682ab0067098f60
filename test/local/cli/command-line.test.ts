import { createHash } from 'node:crypto';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bytesType, fileHeaders } from '../../../contract/api/files/file-bytes.ts';
import {
  answer,
  fail,
  type MisbehavingService,
  misbehavingService,
  sandboxId,
  sandboxRecord,
} from '../../support/fakes/misbehaving-service.ts';
import { runMatrx } from '../../support/stack/run-matrx.ts';

const checkpointId = `ckp_${'0'.repeat(26)}`;
const otherId = `ckp_${'1'.repeat(26)}`;

const env = ({ url }: MisbehavingService) => ({ MATRX_URL: url, MATRX_TOKEN: 't' });

test('help and version go to stdout and succeed', async () => {
  const help = await runMatrx(['--help']);
  expect(help.exitCode).toBe(0);
  for (const verb of ['create', 'exec', 'ls', 'get', 'set', 'rm', 'me', 'doctor'])
    expect(help.stdout.toString()).toContain(`  ${verb} `);
  expect((await runMatrx(['exec', '--help'])).stdout.toString()).toContain('125 when it was killed or lost');
  expect((await runMatrx(['--version'])).stdout.toString()).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test.each([
  [['creat'], 'did you mean create?'],
  [['ls', '--stauts', 'ready'], 'did you mean --status?'],
  [['ls', '--status', 'redy'], 'did you mean ready?'],
  [['ls', '--status'], '--status needs a value'],
  [['ls', '--json=1'], 'takes no value'],
  [['create', '--ttl', 'soon'], '--ttl is "soon", expected a duration'],
  [['create', '--env', 'A'], 'expected NAME=VALUE'],
  [['create', '--size', 's', '--size', 'm'], 'given 2 times'],
  [['get'], 'expected a sandbox id'],
  [['get', 'abc'], '"abc" is no sandbox id'],
  [['exec', sandboxId, 'ls', '-la'], 'comes after --'],
  [['exec', sandboxId, 'npm', 'test'], `expected a command after --: matrx exec ${sandboxId} -- npm test`],
  [['exec', sandboxId, sandboxId, '--', 'ls'], 'expected one sandbox id, not 2'],
  [['exec', sandboxId], 'expected a command'],
  [['exec', sandboxId, '-c', 'a', '--', 'b'], 'expected one of'],
  [['set', sandboxId], 'expected something to change'],
  [['cat', checkpointId], 'expected a path'],
  [['cat', sandboxId, 'a', '--user', 'ann'], '--user is of a checkpoint'],
  [['files', checkpointId, '.', '--user', 'a b'], '"a b" is no user id'],
  [['diff', checkpointId], 'expected two checkpoints, not 1'],
  [['diff', checkpointId, sandboxId], 'is no checkpoint id'],
])('wrong usage %j says what is right and exits with 2', async (argv, message) => {
  const { exitCode, stdout, stderr } = await runMatrx(argv);
  expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toContain(message);
});

test('without a service it says how to get one', async () => {
  const { exitCode, stderr } = await runMatrx(['ls'], { cwd: '/' });
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/not_configured\)\nhint: {2}.*npm start/);
});

test('where nothing listens it says so, and what to look at; exec has its own exit code for that', async () => {
  const gone = await misbehavingService(fail('internal'));
  await gone[Symbol.asyncDispose]();
  const { exitCode, stderr } = await runMatrx(['get', sandboxId], { env: env(gone) });
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: `matrx: GET ${gone.url}/v1/sandboxes/${sandboxId} can't connect: nothing listens there (ECONNREFUSED) (unreachable)\nhint:  check the URL, and that the service runs: matrx doctor\n`,
  });
  expect((await runMatrx(['exec', sandboxId, '--', 'ls'], { env: env(gone) })).exitCode).toBe(125);
  const looked = await runMatrx(['doctor', '--json'], { env: env(gone) });
  expect(JSON.parse(looked.stdout.toString()).checks.at(-1)).toMatchObject({
    name: 'reachable',
    ok: false,
    fix: expect.not.stringContaining('doctor'),
  });
});

test('a failure is a message and a hint on stderr, or its body with --json', async () => {
  await using service = await misbehavingService(fail('not_found'));
  const said = await runMatrx(['get', sandboxId], { env: env(service) });
  expect(said).toMatchObject({ exitCode: 1, stdout: Buffer.alloc(0) });
  expect(said.stderr).toBe(
    'matrx: told not_found (not_found) [req_1]\nhint:  GET /sandboxes lists the sandboxes you own\n',
  );
  const body = await runMatrx(['get', sandboxId, '--json'], { env: env(service) });
  expect(JSON.parse(body.stderr)).toMatchObject({ error: { code: 'not_found', request_id: 'req_1', retry: false } });
});

test('create prints the id alone, or the record with --json', async () => {
  await using service = await misbehavingService(
    answer(201, sandboxRecord({ status: 'starting' })),
    answer(200, sandboxRecord()),
    answer(201, sandboxRecord()),
  );
  const argv = ['create', '--ttl', '15m', '--idle=0', '--env', 'A=x=y', '--label', 'team=red', '--user', 'ann'];
  expect(await runMatrx(argv, { env: env(service) })).toMatchObject({
    exitCode: 0,
    stdout: Buffer.from(`${sandboxId}\n`),
  });
  expect(JSON.parse(String(service.seen[0]?.body))).toEqual({
    ttl_seconds: 900,
    idle_timeout_seconds: 0,
    storage: { hot: true, cold: false },
    env: { A: 'x=y' },
    labels: { team: 'red' },
    user_id: 'ann',
  });
  const json = await runMatrx(['create', '--no-wait', '--json'], { env: env(service) });
  expect(JSON.parse(json.stdout.toString())).toEqual(sandboxRecord());
});

test('ls is a table of all pages, and control characters in it steer no terminal', async () => {
  const labels = { team: 'a\u001b[2Jb' };
  await using service = await misbehavingService(
    answer(200, { sandboxes: [sandboxRecord({ labels })], next_cursor: 'c' }),
    answer(200, { sandboxes: [sandboxRecord()], next_cursor: null }),
  );
  const { exitCode, stdout } = await runMatrx(['ls', '--label', 'team=a'], { env: env(service) });
  const lines = stdout.toString().trimEnd().split('\n');
  expect(exitCode).toBe(0);
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatch(/^ID +STATUS +USER/);
  expect(lines[1]).toContain('team=a?[2Jb');
});

test('rm ends each of several, and one that fails doesn’t keep the others', async () => {
  const other = `sbx_${'1'.repeat(26)}`;
  await using service = await misbehavingService(
    fail('not_found'),
    answer(202, sandboxRecord({ status: 'shutting_down' })),
  );
  const { exitCode, stdout, stderr } = await runMatrx(['rm', other, sandboxId, '--now'], { env: env(service) });
  expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 1, stdout: `${sandboxId}  shutting_down\n` });
  expect(stderr).toContain('told not_found');
  expect(service.seen[1]?.url).toContain('graceful=false');
});

test('files of a checkpoint are listed, printed and compared', async () => {
  const home = `/v1/users/ann/storage/checkpoints/${checkpointId}`;
  const path_base64 = Buffer.from([0xff, 0x1b]).toString('base64');
  const change = { change: 'changed', type: 'file', size_before: 1, size_after: 2048 };
  const removed = { path: 'b', change: 'removed', type: 'directory', size_before: null, size_after: null };
  const totals = { from: checkpointId, to: otherId, added: 0, removed: 1, changed: 1 };
  const page = (changes: object[], next_cursor: string | null) => answer(200, { ...totals, changes, next_cursor });
  const bytes = 'kept\u001b';
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const file = answer(206, bytes, { 'content-type': bytesType, [fileHeaders.sha256]: sha256 });
  const entry = { path: 'x', name: 'x', type: 'file', size: 5, mode: '644', owner: 1000, group: 1000 };
  const listed = answer(200, {
    entries: [{ ...entry, modified_at: '2026-01-01T00:00:00.000Z' }],
    next_cursor: null,
  });
  await using service = await misbehavingService((response, request) => {
    if (request.url === `${home}/diff/${otherId}`) return page([{ path_base64, ...change }], 'c')(response, request);
    if (request.url.startsWith(`${home}/diff/`)) return page([removed], null)(response, request);
    if (request.url.startsWith(`${home}/files/list`)) return listed(response, request);
    return file(response, request);
  });
  const matrx = async (...argv: string[]) => {
    const { exitCode, stdout, stderr } = await runMatrx([...argv, '--user', 'ann'], { env: env(service) });
    return [exitCode, stdout.toString(), stderr];
  };
  expect(await matrx('diff', checkpointId, otherId)).toEqual([
    0,
    'CHANGE   TYPE       BEFORE  AFTER    PATH\nchanged  file       1 B     2.0 KiB  \ufffd?\nremoved  directory  -       -        b\n',
    '',
  ]);
  const [, json] = await matrx('diff', checkpointId, otherId, '--json');
  expect(JSON.parse(String(json))).toEqual({
    from: checkpointId,
    to: otherId,
    changes: [{ path_base64, ...change }, removed],
  });
  expect(await matrx('cat', checkpointId, 'x')).toEqual([0, bytes, '']);
  expect(await matrx('files', checkpointId)).toEqual([0, expect.stringMatching(/ 5 B .* x\n$/), '']);
});

test('doctor names what is wrong and what to do, and exits with 1', async () => {
  const part = { name: 'tasks', state: 'down', detail: 'no answer', since: '2026-01-01T00:00:00.000Z' };
  await using service = await misbehavingService((response, request) => {
    if (request.url === '/health') return answer(200, { status: 'ok' })(response, request);
    if (request.url === '/v1/me') return fail('unauthenticated')(response, request);
    return answer(503, { status: 'down', version: '1', parts: [part] })(response, request);
  });
  const { exitCode, stdout } = await runMatrx(['doctor', '--json'], { env: env(service) });
  const report = JSON.parse(stdout.toString());
  expect(exitCode).toBe(1);
  expect(report.checks.map(({ name, ok }: { name: string; ok: boolean }) => [name, ok])).toEqual([
    ['node', true],
    ['configuration', true],
    ['reachable', true],
    ['credentials', false],
    ['tasks', false],
  ]);
  for (const { ok, fix } of report.checks) expect(ok || fix.length > 0).toBe(true);
});

test('doctor says what a local service would find here, where nothing is configured', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'matrx-doctor-'));
  const { exitCode, stdout } = await runMatrx(['doctor', '--json'], { cwd: folder.path });
  const names = JSON.parse(stdout.toString()).checks.map(({ name }: { name: string }) => name);
  expect({ exitCode, names }).toEqual({
    exitCode: 1,
    names: ['node', 'configuration', 'data folder', 'disk', 'docker', 'namespaces'],
  });
});
