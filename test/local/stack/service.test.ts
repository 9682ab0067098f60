import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Sandbox } from '../../../contract/api/sandboxes/sandbox-record.ts';
import { startService } from '../../../local/start.ts';
import { buildDir } from '../../support/build-dir.ts';
import { type Caller, call, createReady } from '../../support/stack/sandbox-calls.ts';
import { startServiceProcess } from '../../support/stack/service-process.ts';
import { signedFetch } from '../../support/stack/signed-fetch.ts';
import { startStack } from '../../support/stack/stack.ts';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'matrx-service-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

const main = join(import.meta.dirname, '../../../local/main.ts');

/** `npm start` without npm. */
function start(...args: string[]) {
  const child = spawn(process.execPath, [main, '--engine', 'namespaces', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, exit: once(child, 'exit'), err: text(child.stderr) };
}

/** Processes whose command line or environment names the folder. */
const processesOf = (path: string): string[] =>
  readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && entry !== String(process.pid))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(path);
      } catch {
        return false;
      }
    });
const mountsOf = (path: string) =>
  readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .filter((line) => line.includes(path));

const personOf = ({ url, person }: { url: string; person: { token: string } }): Caller => ({
  fetch: signedFetch(url, { token: person.token }),
  door: '/v1',
});

test('with --json it prints one object when it is ready, the same as in local.json, and stops on SIGTERM', async () => {
  const data = await folder();
  const { child, exit, err } = start('--json', '--port', '0', '--data', data);
  const out = text(child.stdout);
  const file = join(data, 'local.json');
  await vi.waitFor(() => expect(existsSync(file)).toBe(true), { timeout: 50_000, interval: 50 });
  const local = JSON.parse(await readFile(file, 'utf8'));
  expect(local).toEqual({
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    region: 'us-east-1',
    service: { access_key_id: expect.any(String), secret_access_key: expect.any(String) },
    person: { user_id: 'local-person', token: expect.any(String) },
    admin: { token: expect.any(String) },
    engine: 'namespaces',
    pid: child.pid,
  });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const { sandbox_id: id } = await createReady(personOf(local));

  const second = start('--json', '--port', '0', '--data', data);
  expect(await second.exit).toEqual([1, null]);
  expect(await second.err).toContain(`is in use by process ${child.pid}`);

  child.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
  expect(await err).toBe('');
  expect(JSON.parse(await out)).toEqual(local);
  expect({ file: existsSync(file), processes: processesOf(data), mounts: mountsOf(data) }).toEqual({
    file: false,
    processes: [],
    mounts: [],
  });

  const lines = (await readFile(join(data, 'logs/agents.log'), 'utf8')).trimEnd().split('\n');
  expect(lines.length).toBeGreaterThan(2);
  expect(lines.filter((line) => !line.startsWith(`${id} {"time":`))).toEqual([]);

  await using again = await startService({ dataDir: data, port: 0 });
  const { body } = await call<Sandbox>(personOf(again.local), 'GET', `/sandboxes/${id}`);
  expect(body).toMatchObject({ sandbox_id: id, ended_at: expect.any(String) });
});

test('a service that is killed leaves no process and no mount, and the next start puts its records right', async () => {
  const data = await folder();
  await using service = await startServiceProcess(data);
  const { sandbox_id: id } = await createReady(personOf(service.local));
  await service.kill();
  await vi.waitFor(() => expect(processesOf(data)).toEqual([]), { timeout: 10_000 });

  await using again = await startService({ dataDir: data, buildDir, port: 0 });
  await vi.waitFor(
    async () => {
      const { body } = await call<Sandbox>(personOf(again.local), 'GET', `/sandboxes/${id}`);
      expect(body).toMatchObject({ ended_at: expect.any(String), stop_reason: expect.any(String) });
    },
    { timeout: 20_000, interval: 100 },
  );
});

test('a machine that cannot isolate is refused, with what to do, and nothing is left', async () => {
  const dataDir = await folder();
  const start = () =>
    startService({
      dataDir,
      buildDir,
      port: 0,
      createEngine: () => ({
        name: 'namespaces',
        networks: ['none'],
        probe: async () => ({ ok: false, reason: 'no namespaces here', fix: 'run as root' }),
        sweep: () => Promise.reject(new Error('not reached')),
        start: () => Promise.reject(new Error('not reached')),
      }),
    });
  await expect(start()).rejects.toMatchObject({
    name: 'ServiceError',
    message: expect.stringContaining('no namespaces here'),
    fix: 'run as root',
  });
  // The folder is free again: the same refusal, not another one.
  await expect(start()).rejects.toMatchObject({ fix: 'run as root' });
  expect(existsSync(join(dataDir, 'local.json'))).toBe(false);
});

test('a port that is taken is refused when it was asked for', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  onTestFinished(() => void other.close());
  const { port } = other.address() as { port: number };
  await expect(startService({ dataDir: await folder(), buildDir, port })).rejects.toMatchObject({
    message: `port ${port} is in use`,
  });
});

test('a folder that cannot be used is refused', async () => {
  await expect(startService({ dataDir: join(main, 'below-a-file') })).rejects.toMatchObject({ name: 'ServiceError' });
});

test('a sandbox ends when its time is over, by a clock that runs ahead', async () => {
  await using stack = await startStack({ clockRate: 10 });
  const caller: Caller = { fetch: await stack.asPerson('ann'), door: '/v1' };
  // However long its start takes on a busy machine, its time is not over before.
  const { sandbox_id: id } = await createReady(caller, { ttl_seconds: 3_600 });
  const shortened = await call<Sandbox>(caller, 'PATCH', `/sandboxes/${id}`, { ttl_seconds: 120 });
  expect(shortened).toMatchObject({ status: 200, body: { ttl_seconds: 120 } });
  await vi.waitFor(
    async () => {
      const { body } = await call<Sandbox>(caller, 'GET', `/sandboxes/${id}`);
      expect(body).toMatchObject({ status: 'expired', stop_reason: 'expired' });
    },
    { timeout: 30_000, interval: 200 },
  );
});
