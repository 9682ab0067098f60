import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { buildSync } from 'esbuild';
import { expect, onTestFinished, test } from 'vitest';
import { listenPrivate } from '../../../containers/agent/api/listen-private.ts';
import { imageBundles } from '../../../containers/sandbox/bundles.ts';

const root = join(import.meta.dirname, '../../..');
const since = '2026-11-23T00:00:00.000Z';

/** The health check of the image, asking an agent that answers so; without an answer there is no agent. */
async function check(answer?: { status: number; body: string }) {
  const folder = await mkdtemp(join(tmpdir(), 'matrx-health-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const bundle = imageBundles.find(({ file }) => file === 'bin/health');
  const script = join(folder, 'health');
  buildSync({ ...bundle?.build, absWorkingDir: root, outfile: script, logLevel: 'silent' } as Parameters<
    typeof buildSync
  >[0]);
  const socket = join(folder, 'agent.sock');
  if (answer) {
    const server = createServer((_, response) => response.writeHead(answer.status).end(answer.body));
    await listenPrivate(server, socket);
    onTestFinished(() => void server.close());
  }
  const child = spawn(process.execPath, [script, socket], { stdio: ['ignore', 'pipe', 'inherit'], env: {} });
  const [printed, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  return { printed, code };
}

test('L10: the health check prints each part with its state, since when, and detail', async () => {
  const parts = [
    { name: 'agent', state: 'ok', detail: 'ready', since },
    { name: 'control_plane', state: 'down', detail: 'no answer in 10000 ms', since },
  ];
  expect(await check({ status: 200, body: JSON.stringify({ parts }) })).toEqual({
    printed: `agent ok since ${since}: ready\ncontrol_plane down since ${since}: no answer in 10000 ms\n`,
    code: 0,
  });
});

test('L10: fails when there is no agent, or it has no answer, and says so', async () => {
  for (const answer of [undefined, { status: 500, body: '{}' }, { status: 200, body: 'not JSON' }]) {
    expect(await check(answer)).toEqual({ printed: expect.stringMatching(/^agent down since \S+Z: \w+/), code: 1 });
  }
});
