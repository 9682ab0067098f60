import { createHash } from 'node:crypto';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startService } from '../../../local/start.ts';
import { buildDir } from '../../support/build-dir.ts';
import { type RunMatrx, runMatrx } from '../../support/stack/run-matrx.ts';

// One service for the file, found as a person finds it: by the folder the command line is used in.
const running = new AsyncDisposableStack();
let cwd = '';

beforeAll(async () => {
  const folder = running.use(await mkdtempDisposable(join(tmpdir(), 'matrx-cli-')));
  cwd = folder.path;
  running.use(await startService({ dataDir: join(cwd, '.matrx'), buildDir, port: 0, pace: 'fast' }));
}, 120_000);

afterAll(() => running.disposeAsync(), 120_000);

const matrx = (argv: readonly string[], options: RunMatrx = {}) => runMatrx(argv, { cwd, ...options });
const text = async (argv: readonly string[]) => (await matrx(argv)).stdout.toString().trim();

test('L10: doctor says of each part of a fresh service that it is well, and since when', async () => {
  const { exitCode, stdout } = await matrx(['doctor']);
  for (const name of ['data folder', 'disk', 'docker', 'namespaces', 'logs', 'local service', 'records'])
    expect(stdout.toString()).toContain(name);
  expect(stdout.toString()).toMatch(/^ok +records +.*\(since \d{4}-.*Z\)$/m);
  expect({ exitCode, failed: stdout.toString().includes('fail') }).toEqual({ exitCode: 0, failed: false });
});

test('a sandbox lives from create to rm by the command line alone', async () => {
  const id = await text(['create', '--ttl', '10m', '--label', 'test=life']);
  expect(await text(['exec', id, '--', 'id', '-u'])).toBe('1000');
  const script = 'yes | head -c 3000000 | tee o; yes no | head -c 1000000 | tee e >&2; sha256sum o e > sums; exit 7';
  const run = await matrx(['exec', id, '-c', script]);
  const sums = [run.stdout, run.stderrBytes].map((bytes) => createHash('sha256').update(bytes).digest('hex'));
  expect(run.exitCode).toBe(7);
  expect(await text(['exec', id, '-c', 'cut -d " " -f 1 sums'])).toBe(sums.join('\n'));
  expect((await matrx(['exec', id, '--stdin', '--', 'wc', '-c'], { input: 'hello' })).stdout.toString()).toBe('5\n');
  expect((await matrx(['exec', id, '--timeout', '1s', '--', 'sleep', '30'])).exitCode).toBe(124);
  expect(await text(['ls', '--label', 'test=life'])).toContain(id);
  expect(JSON.parse(await text(['set', id, '--ttl', '20m', '--json']))).toMatchObject({ ttl_seconds: 1_200 });
  expect(await text(['rm', id])).toMatch(new RegExp(`^${id} {2}(shutting_down|stopped)$`));
  const after = await matrx(['exec', id, '--', 'true']);
  expect(after).toMatchObject({ exitCode: 125, stderr: expect.stringContaining('sandbox_ended') });
});

test('each caller of the local service is accepted as what it is', async () => {
  const as = async (kind: string) => JSON.parse(await text(['me', '--json', '--as', kind]));
  expect(await as('person')).toMatchObject({ kind: 'person', admin: false });
  expect(await as('admin')).toMatchObject({ kind: 'person', admin: true });
  expect(await as('service')).toMatchObject({ kind: 'service', user_id: null });
});
