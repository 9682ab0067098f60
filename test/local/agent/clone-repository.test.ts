import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { GitSource } from '../../../contract/api/sandboxes/git-source.ts';
import { GitSource as Source } from '../../../contract/api/sandboxes/git-source.ts';
import { startAgent } from '../../support/agent/agent-machine.ts';

const undo = new AsyncDisposableStack();
let url = '';
let commit = '';

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'matrx-git-'));
  undo.defer(() => rm(folder, { recursive: true, force: true }));
  const repository = join(folder, 'project.git');
  const identity = {
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@b',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a@b',
  };
  const git = (...words: string[]) =>
    execFileSync('git', ['-C', repository, ...words], { env: { PATH: process.env['PATH'], ...identity } }).toString();
  execFileSync('git', ['init', '--quiet', '-b', 'main', repository]);
  for (const text of ['one', 'two']) {
    await writeFile(join(repository, 'file'), text);
    git('add', '.');
    git('commit', '--quiet', '-m', text);
  }
  git('branch', 'other', 'HEAD~1');
  commit = git('rev-parse', 'HEAD~1').trim();
  const port = await freePort();
  const words = ['daemon', '--reuseaddr', '--export-all', '--listen=127.0.0.1', `--port=${port}`];
  const daemon = spawn('git', [...words, `--base-path=${folder}`, folder], { stdio: 'ignore', detached: true });
  undo.defer(async () => {
    process.kill(-(daemon.pid ?? 0), 'SIGKILL');
    await once(daemon, 'close');
  });
  url = `git://127.0.0.1:${port}/project.git`;
  await vi.waitFor(() => execFileSync('git', ['ls-remote', url], { stdio: 'ignore' }), { timeout: 10_000 });
});
afterAll(() => undo.disposeAsync());

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

const sourceOf = (git: Partial<GitSource> = {}): GitSource => ({ url, ...git });

test.each([
  ['what it says itself', {}, 'two 2'],
  ['a branch', { ref: 'other' }, 'one 1'],
  ['so many commits', { depth: 1 }, 'two 1'],
] as const)('a repository is cloned by the sandbox’s user before it is ready: %s', async (_, git, expected) => {
  await using machine = await startAgent({ assignment: { git: sourceOf(git) } });
  await machine.ready();
  const command = 'echo $(cat project/file) $(git -C project rev-list --count HEAD); stat -c %u project/file';
  const { stdout } = await machine.run({ command, env: {} });
  expect(stdout.toString()).toBe(`${expected}\n1000\n`);
});

test('a commit is checked out where it is told, and on_ready finds it', async () => {
  const assignment = {
    git: sourceOf({ ref: commit, path: 'work/here' }),
    on_ready: { command: 'cp work/here/file seen', timeout_seconds: 30 },
  };
  await using machine = await startAgent({ assignment });
  await machine.ready();
  expect((await machine.run({ command: 'cat seen', env: {} })).stdout.toString()).toBe('one');
});

test('the credentials of the URL are for the clone alone, and nowhere in the home', async () => {
  const secret = 'https://ada:secret@example.test/';
  const git = sourceOf({ url: `${secret}project.git` });
  const env = {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `url.${new URL('.', url).href}.insteadOf`,
    GIT_CONFIG_VALUE_0: secret,
  };
  await using machine = await startAgent({ assignment: { git, env } });
  await machine.ready();
  const command = 'cat project/file; git -C project remote get-url origin; grep -r secret . || echo none';
  expect((await machine.run({ command, env: {} })).stdout.toString()).toBe(
    'twohttps://example.test/project.git\nnone\n',
  );
});

test('a repository that can’t be cloned fails the sandbox, with what git said and without its credentials', async () => {
  const git = sourceOf({ url: url.replace('git://', 'git://ada:secret@').replace('project', 'nothing') });
  await using machine = await startAgent({ assignment: { git } });
  await machine.exited;
  const { reason, detail } = machine.plane.heartbeats.find((beat) => beat.reason !== null) ?? {};
  expect({ reason, detail }).toEqual({
    reason: 'on_ready_failed',
    detail: expect.stringContaining('git clone exited'),
  });
  expect(JSON.stringify([machine.logs, machine.plane.heartbeats])).not.toContain('secret');
});

test('C6: nothing of a repository can be taken for an option or for another kind of address', () => {
  const refused = [
    { url: '--upload-pack=touch x' },
    { url: 'ext::sh -c id' },
    { url: 'file:///etc' },
    { url: 'https://-oProxyCommand=x/y' },
    { url: 'ssh://-oProxyCommand=id/x' },
    { url, ref: '--upload-pack=id' },
    { url, path: '-x' },
    { url, ref: 'a b' },
  ];
  for (const source of refused) expect(Source.safeParse(source).success).toBe(false);
});
