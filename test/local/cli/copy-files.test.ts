import { createHash, randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Sandbox } from '../../../client/index.ts';
import { limits } from '../../../contract/api/limits.ts';
import { listen } from '../../../local/aws/listen.ts';
import { forwardTo } from '../../../local/link/forward.ts';
import { answer, misbehavingService, sandboxId } from '../../support/fakes/misbehaving-service.ts';
import { runMatrx } from '../../support/stack/run-matrx.ts';
import { type Stack, startStack } from '../../support/stack/stack.ts';

let stack: Stack;
let sandbox: Sandbox;
let here: string;
beforeAll(async () => {
  stack = await startStack();
  sandbox = await Sandbox.create({ url: stack.url, credentials: { token: stack.service.local.person.token } });
  here = await mkdtemp(join(tmpdir(), 'matrx-copy-'));
});
afterAll(async () => {
  await rm(here, { recursive: true, force: true });
  await stack?.[Symbol.asyncDispose]();
});

const matrx = async (...argv: string[]) => {
  const env = { MATRX_URL: stack.url, MATRX_TOKEN: stack.service.local.person.token };
  const run = await runMatrx(argv, { env, cwd: here });
  return { exitCode: run.exitCode, stdout: run.stdout.toString(), stderr: run.stderr };
};

/** Passes requests on to a service; those that `passes` has something against lose their line. */
async function relay(to: string, passes: (request: IncomingMessage) => boolean) {
  const forward = forwardTo(() => to);
  const { url, [Symbol.asyncDispose]: end } = await listen((request, response) =>
    passes(request) ? forward(request, response) : void request.socket.destroy(),
  );
  return { url, [Symbol.asyncDispose]: end };
}

test('a folder goes in and comes back as it was, with large files, odd names, modes and empty folders', async () => {
  const large = randomBytes(9_000_000);
  await mkdir(join(here, 'tree/deep/empty'), { recursive: true });
  await writeFile(join(here, 'tree/large'), large);
  await writeFile(join(here, 'tree/deep/run.sh'), '#!/bin/sh\n');
  await chmod(join(here, 'tree/deep/run.sh'), 0o755);
  const odd = Buffer.concat([Buffer.from(join(here, 'tree/deep/')), Buffer.from([0xff, 0x0a])]);
  await writeFile(odd, 'odd');
  await writeFile(join(here, 'tree', 'n'.repeat(255)), 'long');
  for (let n = 0; n < 300; n++) await writeFile(join(here, `tree/small-${n}`), `content ${n}`);
  await symlink('large', join(here, 'tree/link'));

  const sent = await matrx('cp', 'tree', `${sandbox.sandboxId}:`);
  expect(sent).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('304 files') });
  expect(sent.stderr).toContain('left out: tree/link');
  const { stdout } = await sandbox.commands.run(
    'cd tree; ls | wc -l; stat -c %a deep/run.sh; sha256sum large; cat small-299',
  );
  expect(stdout).toMatch(/^303\n755\n[0-9a-f]{64} {2}large\ncontent 299$/);

  expect(await matrx('cp', `${sandbox.sandboxId}:tree`, 'back')).toMatchObject({ exitCode: 0 });
  expect((await readFile(join(here, 'back/large'))).equals(large)).toBe(true);
  expect((await stat(join(here, 'back/deep/run.sh'))).mode & 0o777).toBe(0o755);
  const deep = await readdir(join(here, 'back/deep'), { encoding: 'buffer' });
  expect(deep.map((name) => name.toString('latin1')).sort()).toEqual(['empty', 'run.sh', '\u00ff\n'].sort());
  expect(await readdir(join(here, 'back'))).toHaveLength(303);
}, 120_000);

test('one file goes where it is told, and what is there is found and printed', async () => {
  await writeFile(join(here, 'note.txt'), 'hello\n');
  await sandbox.files.mkdir('folder');
  expect(await matrx('cp', 'note.txt', `${sandbox.sandboxId}:folder`)).toMatchObject({ exitCode: 0 });
  expect(await matrx('cp', 'note.txt', `${sandbox.sandboxId}:folder/other.txt`)).toMatchObject({ exitCode: 0 });
  expect((await matrx('files', sandbox.sandboxId, 'folder')).stdout).toMatch(
    /folder\/note\.txt\n.*folder\/other\.txt\n$/,
  );
  expect((await matrx('cat', sandbox.sandboxId, 'folder/note.txt')).stdout).toBe('hello\n');
  expect(await matrx('cp', `${sandbox.sandboxId}:folder/other.txt`, '.')).toMatchObject({ exitCode: 0 });
  expect(await readFile(join(here, 'other.txt'), 'utf8')).toBe('hello\n');
});

test('what is wrong with a copy is said before anything is sent', async () => {
  expect(await matrx('cp', 'a', 'b')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('<id>:path') });
  expect(await matrx('cp', 'sbx_1:a', 'b')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('no sandbox id'),
  });
  expect(await matrx('cp', 'missing', `${sandbox.sandboxId}:x`)).toMatchObject({ exitCode: 2 });
  expect(await matrx('cp', `${sandbox.sandboxId}:missing`, 'x')).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('file_not_found'),
  });
});

test('a file that grows while it is copied is copied as it was, both ways', async () => {
  const begun = Buffer.alloc(limits.files.partBytes, 'begun ');
  await writeFile(join(here, 'log'), begun);
  const growing = setInterval(() => appendFileSync(join(here, 'log'), 'more'), 1);
  const sent = await matrx('cp', 'log', `${sandbox.sandboxId}:log`);
  clearInterval(growing);
  expect(sent).toMatchObject({ exitCode: 0 });
  expect((await sandbox.commands.run(`head -c ${begun.length} log | sha256sum`)).stdout).toContain(
    createHash('sha256').update(begun).digest('hex'),
  );

  const writer = await sandbox.commands.start('while :; do printf more >> log; sleep 0.001; done');
  const fetched = await matrx('cp', `${sandbox.sandboxId}:log`, 'fetched');
  await writer.kill();
  expect(fetched).toMatchObject({ exitCode: 0 });
  expect((await readFile(join(here, 'fetched'))).subarray(0, begun.length).equals(begun)).toBe(true);
}, 120_000);

test('a link that is named itself is followed', async () => {
  await writeFile(join(here, 'linked'), 'there');
  await symlink('linked', join(here, 'link'));
  expect(await matrx('cp', 'link', `${sandbox.sandboxId}:followed`)).toMatchObject({ exitCode: 0 });
  expect(new TextDecoder().decode(await sandbox.files.read('followed'))).toBe('there');
});

test('an empty file is copied by itself, both ways', async () => {
  await writeFile(join(here, 'empty'), '');
  expect(await matrx('cp', 'empty', `${sandbox.sandboxId}:empty`)).toMatchObject({ exitCode: 0 });
  expect(await sandbox.files.stat('empty')).toMatchObject({ type: 'file', size: 0 });
  expect(await matrx('cp', `${sandbox.sandboxId}:empty`, 'empty-again')).toMatchObject({ exitCode: 0 });
  expect(await readFile(join(here, 'empty-again'), 'utf8')).toBe('');
});

test('what fails in a folder says where', async () => {
  await sandbox.commands.run('mkdir closed; echo x > closed/secret; chmod 0 closed/secret');
  const out = await matrx('cp', `${sandbox.sandboxId}:closed`, 'opened');
  expect(out).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('closed/secret: ') });
  await writeFile(join(here, 'plain'), '');
  await sandbox.files.mkdir('some');
  const { exitCode, stderr } = await matrx('cp', `${sandbox.sandboxId}:some`, 'plain/x');
  expect({ exitCode, stderr: stderr.split('\n')[0] }).toEqual({
    exitCode: 1,
    stderr: 'matrx: plain/x: not a directory',
  });
  expect(await matrx('cp', `${sandbox.sandboxId}:some`, '/proc/nowhere')).toMatchObject({
    exitCode: 1,
    stderr: 'matrx: /proc/nowhere: no such file or directory\n',
  });
  // What the sandbox refuses is a path of its own, not the file that is sent.
  for (const sent of ['plain', '.'])
    expect(await matrx('cp', sent, `${sandbox.sandboxId}:/proc/nowhere`)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('matrx: /proc/nowhere: '),
    });
});

test('a copy that was interrupted goes on with what storage has', async () => {
  const bytes = randomBytes(5 * limits.files.partBytes);
  const source = join(here, 'interrupted');
  await writeFile(source, bytes);
  const sent: string[] = [];
  let lost = 0;
  // Between the command line and the service: the first copy loses its line after some parts.
  await using proxy = await relay(stack.url, (request) => {
    if (!request.url?.includes('/parts')) return true;
    sent.push(request.url);
    return sent.length <= 3 || lost++ > 20;
  });
  const env = {
    MATRX_URL: proxy.url,
    MATRX_TOKEN: stack.service.local.person.token,
    XDG_STATE_HOME: join(here, 'state'),
  };
  const copy = () => runMatrx(['cp', source, `${sandbox.sandboxId}:interrupted`], { env });
  expect(await copy()).toMatchObject({ exitCode: 1 });
  expect(await readdir(join(here, 'state/matrx/uploads'))).toHaveLength(1);
  lost = 100;
  const before = sent.length;
  expect(await copy()).toMatchObject({ exitCode: 0 });
  expect(sent.length - before).toBeLessThan(5);
  expect(await readdir(join(here, 'state/matrx/uploads'))).toEqual([]);
  const { stdout } = await sandbox.commands.run('sha256sum < interrupted');
  expect(stdout.slice(0, 64)).toBe(createHash('sha256').update(bytes).digest('hex'));
}, 120_000);

test('a sandbox that lists what is not below its folder writes nothing here', async () => {
  const entry = (path: string, type: string) => ({
    path,
    name: 'x',
    type,
    size: 1,
    mode: '644',
    owner: 1000,
    group: 1000,
    modified_at: '2026-01-01T00:00:00.000Z',
  });
  const paths = ['/home/agent/f/../../x', '/etc/x', '/home/agent/f/', '/home/agent/f/a//b', '/home/agent/f/./x'];
  for (const [n, path] of paths.entries()) {
    await using service = await misbehavingService(
      answer(200, entry('/home/agent/f', 'directory')),
      answer(200, { entries: [entry(path, 'file')], next_cursor: null }),
    );
    const env = { MATRX_URL: service.url, MATRX_TOKEN: 't' };
    const run = await runMatrx(['cp', `${sandboxId}:f`, join(here, `hostile-${n}`)], { env });
    expect(run).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('not below') });
    expect(await readdir(join(here, `hostile-${n}`))).toEqual([]);
  }
});
