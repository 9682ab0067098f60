import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startService } from '../../local/start.ts';
import { dockerHere, removeImagesOf, testImage } from '../support/docker-engine.ts';
import { dockerLeftovers } from '../support/docker-leftovers.ts';
import { type RunMatrx, runMatrx } from '../support/run-matrx.ts';

describe.runIf(dockerHere)('the whole service on Docker', () => {
  const running = new AsyncDisposableStack();
  let cwd = '';
  let dataDir = '';

  beforeAll(async () => {
    const folder = running.use(await mkdtempDisposable(join(tmpdir(), 'matrx-docker-')));
    cwd = folder.path;
    dataDir = join(cwd, '.matrx');
    running.defer(async () => {
      const left = await dockerLeftovers(dataDir);
      await removeImagesOf(dataDir);
      expect(left).toEqual([]);
    });
    running.use(
      await startService({ dataDir, port: 0, pace: 'fast', engine: 'docker', image: testImage, env: process.env }),
    );
  });
  afterAll(() => running.disposeAsync());

  const matrx = (argv: readonly string[], options: RunMatrx = {}) => runMatrx(argv, { cwd, ...options });
  const text = async (argv: readonly string[]) => (await matrx(argv)).stdout.toString().trim();

  test('a sandbox is created, runs commands as its user, keeps their bytes and ends', async () => {
    const id = await text(['create', '--ttl', '10m']);
    expect(await text(['exec', id, '--', 'id', '-u'])).toBe('1000');
    const run = await matrx(['exec', id, '-c', 'head -c 300000 /dev/zero | tr "\\0" "\\377"; echo no >&2; exit 7']);
    expect({ exitCode: run.exitCode, length: run.stdout.length, last: run.stdout.at(-1) }).toEqual({
      exitCode: 7,
      length: 300_000,
      last: 255,
    });
    expect((await matrx(['exec', id, '--stdin', '--', 'wc', '-c'], { input: 'hello' })).stdout.toString()).toBe('5\n');
    expect((await matrx(['exec', id, '--timeout', '1s', '--', 'sleep', '30'])).exitCode).toBe(124);
    expect(await text(['rm', id])).toMatch(new RegExp(`^${id} {2}(shutting_down|stopped)$`));
  });
});
