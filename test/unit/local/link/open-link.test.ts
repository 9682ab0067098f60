import { execFile } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, rmSync } from 'node:fs';
import { type RequestListener, request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { openLink } from '../../../../local/link/open-link.ts';

const run = promisify(execFile);

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'matrx-link-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

const answering =
  (words: string): RequestListener =>
  (_, response) =>
    response.end(words);
const routes = { own: answering('own'), gateway: answering('gateway') };

async function ask(socketPath: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  request({ socketPath, path: '/' }, (response) => resolve(text(response)))
    .on('error', reject)
    .end();
  return promise;
}

test('a socket in a folder with a path longer than a socket address can be used, and goes', async () => {
  const deep = join(folder(), 'x'.repeat(200));
  {
    await using link = await openLink(deep, 'task', routes);
    expect(link.socketPath.length).toBeGreaterThan(200);
    const descriptor = openSync(deep, 'r');
    onTestFinished(() => closeSync(descriptor));
    expect(await ask(`/proc/self/fd/${descriptor}/task.sock`)).toBe('gateway');
  }
  expect(readdirSync(deep)).toEqual([]);
});

test('a socket takes the place of one that a killed process left', async () => {
  const path = folder();
  const leave = `require('net').createServer().listen('${join(path, 'task.sock')}', () => process.kill(process.pid, 'SIGKILL'))`;
  await expect(run(process.execPath, ['-e', leave])).rejects.toMatchObject({ signal: 'SIGKILL' });
  expect(existsSync(join(path, 'task.sock'))).toBe(true);
  await using link = await openLink(path, 'task', routes);
  expect(await ask(link.socketPath)).toBe('gateway');
});

test('fails when the folder is something else', async () => {
  const blocked = join(folder(), 'file');
  const server = createServer().listen(blocked);
  onTestFinished(() => void server.close());
  await expect(openLink(blocked, 'task', routes)).rejects.toThrow('EEXIST');
});
