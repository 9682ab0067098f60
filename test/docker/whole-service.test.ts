import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { Sandbox } from '../../client/index.ts';
import { type Service, startService } from '../../local/start.ts';
import { dockerHere, removeImagesOf, testImage } from '../support/machines/docker-engine.ts';
import { dockerLeftovers } from '../support/machines/docker-leftovers.ts';
import { type RunMatrx, runMatrx } from '../support/stack/run-matrx.ts';

describe.runIf(dockerHere).each([testImage, ...inject('ownImages')])(
  'the whole service on Docker, from %s',
  (image) => {
    const running = new AsyncDisposableStack();
    let cwd = '';
    let dataDir = '';
    let service: Service;

    beforeAll(async () => {
      const folder = running.use(await mkdtempDisposable(join(tmpdir(), 'matrx-docker-')));
      cwd = folder.path;
      dataDir = join(cwd, '.matrx');
      running.defer(async () => {
        const left = await dockerLeftovers(dataDir);
        await removeImagesOf(dataDir);
        expect(left).toEqual([]);
      });
      service = running.use(
        await startService({ dataDir, port: 0, pace: 'fast', engine: 'docker', image, env: process.env }),
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
      expect((await matrx(['exec', id, '--stdin', '--', 'wc', '-c'], { input: 'hello' })).stdout.toString()).toBe(
        '5\n',
      );
      expect((await matrx(['exec', id, '--timeout', '1s', '--', 'sleep', '30'])).exitCode).toBe(124);
      expect(await text(['rm', id])).toMatch(new RegExp(`^${id} {2}(shutting_down|stopped)$`));
    });

    test('its user has files and a terminal, and a shell has matrx-agent', async () => {
      const { url, person } = service.local;
      await using sandbox = await Sandbox.create({ url, credentials: { token: person.token } });
      const shown = await sandbox.commands.run('tty; stty size; command -v matrx-agent', {
        tty: { rows: 30, cols: 90 },
      });
      expect(shown.stdout).toMatch(/^\/dev\/pts\/\d+\r\n30 90\r\n\/.*\/matrx-agent\r\n$/);

      const file = `${url}/v1/sandboxes/${sandbox.sandboxId}/files?path=made/here.bin`;
      const authorization = `Bearer ${person.token}`;
      const headers = { authorization, 'content-type': 'application/octet-stream' };
      const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 251));
      const written = await fetch(file, { method: 'PUT', headers, body: bytes });
      expect({ status: written.status, body: await written.json() }).toMatchObject({
        status: 200,
        body: { entry: { path: '/home/agent/made/here.bin', owner: 1000 } },
      });
      const read = await fetch(file, { headers: { authorization } });
      expect(Buffer.from(await read.arrayBuffer()).equals(bytes)).toBe(true);
    });
  },
);
