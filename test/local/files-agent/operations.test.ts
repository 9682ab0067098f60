import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readFile, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { startAgent } from '../../support/agent/agent-machine.ts';
import { at, fileCalls, request } from '../../support/agent/file-calls.ts';
import { namespacesHere } from '../../support/machines/machine-namespaces.ts';

// As long as a busy machine takes; a free one needs none of it.
const patient = { timeout: 20_000 };

async function start() {
  const machine = await startAgent({ files: true });
  await machine.ready();
  return {
    machine,
    files: fileCalls(machine.http),
    home: machine.home,
    [Symbol.asyncDispose]: () => machine[Symbol.asyncDispose](),
  };
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** A file as the sandbox's user would have made it. */
async function own(path: string, content: string | Buffer, mode = 0o644): Promise<void> {
  await writeFile(path, content);
  await chown(path, 1000, 1000);
  await chmod(path, mode);
}

test.for([
  ['OSB#1016: an upload of more than 18 KB is there when its answer is', 18 * 1024 + 1],
  ['CF#104: a write of 120 KB does not hang', 120 * 1024],
  ['trycua/cua#3309: a body may be larger than 0.5 MB', 512 * 1024 + 1],
  ['E2B PR #1433: an upload of 64 MB is streamed', 64 * 1024 * 1024],
] as const)('%s', async ([, size]) => {
  await using at = await start();
  const bytes = randomBytes(size);
  const written = await at.files.write('up/load.bin', Readable.from(pieces(bytes)));
  expect(written).toMatchObject({ created: true, sha256: sha256(bytes), entry: { size, mode: '644', owner: 1000 } });
  expect(sha256(await readFile(join(at.home, 'up/load.bin')))).toBe(written.sha256);
  expect(sha256(await at.files.read('up/load.bin'))).toBe(written.sha256);
});

function* pieces(bytes: Buffer) {
  for (let from = 0; from < bytes.length; from += 50_000) yield bytes.subarray(from, from + 50_000);
}

test('a part of a file is read, from a place, to a length, or from its end', async () => {
  await using at = await start();
  await at.files.write('digits', '0123456789');
  const read = async (query: string) => (await at.files.read('digits', query)).toString();
  expect(await read('&offset=3')).toBe('3456789');
  expect(await read('&offset=3&length=4')).toBe('3456');
  expect(await read('&offset=8&length=100')).toBe('89');
  expect(await read('&offset=11')).toBe('');
  expect(await read('&last=3')).toBe('789');
  await expect(read('&max_bytes=9')).rejects.toMatchObject({ status: 413, code: 'too_large' });
  const { headers } = await request(at.machine.http, 'GET', '/files?path=digits&last=3');
  expect(headers).toMatchObject({ 'matrx-file-size': '10', 'matrx-file-offset': '7', 'content-length': '3' });
});

test('a write keeps the mode, follows a link, and can refuse to overwrite', async () => {
  await using at = await start();
  await at.files.write('script', '#!/bin/sh\n', '&mode=755');
  await symlink('script', join(at.home, 'link'));
  expect(await at.files.write('link', 'new')).toMatchObject({ created: false });
  expect(await at.files.stat('script')).toMatchObject({ type: 'file', mode: '755', size: 3 });
  expect(await at.files.stat('link')).toMatchObject({ type: 'symlink', symlink_target: 'script' });
  const refused = { status: 409, code: 'file_exists' };
  await expect(at.files.write('script', 'x', '&if_none_match=*')).rejects.toMatchObject(refused);
  expect(await at.files.write('other', 'x', '&if_none_match=*')).toMatchObject({ created: true });
  expect((await at.files.read('script')).toString()).toBe('new');
});

test('a body of another size than was announced changes nothing', async () => {
  await using at = await start();
  await at.files.write('kept', 'as it was');
  const refused = { status: 400, code: 'invalid_request', body: { details: { field: 'body.size' } } };
  await expect(at.files.write('kept', 'short', '&size=6')).rejects.toMatchObject(refused);
  await expect(at.files.write('kept', 'longer', '&size=5')).rejects.toMatchObject(refused);
  expect((await at.files.read('kept')).toString()).toBe('as it was');
  expect((await at.files.list('.')).entries.map(({ name }) => name)).toEqual(['kept']);
});

test('an upload that is cut changes nothing and leaves nothing', async () => {
  await using at = await start();
  // Node says the end of a body before it cancels the stream: only an announced size tells that it was cut.
  const path = '/files?path=cut&size=600000';
  const stream = at.machine.http.request({ ':method': 'PUT', ':path': path }).on('error', () => {});
  stream.write(Buffer.alloc(300_000));
  await expect.poll(async () => (await at.files.list('.')).entries.length, patient).toBe(1);
  stream.close(8);
  await expect.poll(async () => (await at.files.list('.')).entries.length, patient).toBe(0);
});

test.for([
  ['with a newline', Buffer.from('a\nb')],
  ['that is not UTF-8', Buffer.from([0x66, 0xff, 0xfe])],
  ['of 255 bytes', Buffer.from('n'.repeat(255))],
  ['that is all blanks', Buffer.from('  ')],
  ['that looks like an option', Buffer.from('-rf')],
  ['with a quote and a star', Buffer.from('"*\'$(x)')],
] as const)('a name %s is written, listed, read, moved and removed', async ([, name]) => {
  await using here = await start();
  const path = Buffer.concat([Buffer.from('in/'), name]);
  await here.files.write(path, 'content');
  const [entry] = (await here.files.list('in')).entries;
  const shown = entry?.name === undefined ? Buffer.from(entry?.name_base64 ?? '', 'base64') : Buffer.from(entry.name);
  expect(shown).toEqual(name);
  expect((await here.files.read(path)).toString()).toBe('content');
  const to = {
    path_base64: Buffer.concat([Buffer.from('in/'), name.subarray(1), Buffer.from('2')]).toString('base64'),
  };
  await here.files.ask('POST', '/files/move', { from: { path_base64: path.toString('base64') }, to });
  await expect(here.files.read(path)).rejects.toMatchObject({ code: 'file_not_found' });
  expect(await here.files.remove('in')).toEqual({ removed: 2 });
});

test('each thing that can be wrong with a path has its code', async () => {
  await using here = await start();
  const { files, home } = here;
  await files.write('file', 'x');
  await files.write('folder/inside', 'x');
  await here.machine.run({
    command: 'mkfifo fifo; ln -s loop loop; ln -s nowhere dangling; mkdir closed; touch closed/x; chmod 0 closed',
  });
  await own(join(home, 'readonly'), 'x', 0o444);
  const codes: [Promise<unknown>, number, string][] = [
    [files.read('absent'), 404, 'file_not_found'],
    [files.read('dangling'), 404, 'file_not_found'],
    [files.read('folder'), 409, 'wrong_file_type'],
    [files.read('fifo'), 409, 'wrong_file_type'],
    [files.read('/dev/zero'), 409, 'wrong_file_type'],
    [files.read('/dev/null'), 409, 'wrong_file_type'],
    [files.read('file/below'), 409, 'wrong_file_type'],
    [files.read('loop'), 400, 'path_invalid'],
    [files.read('closed/x'), 403, 'permission_denied'],
    [files.read('/etc/shadow'), 403, 'permission_denied'],
    [files.read('n'.repeat(256)), 400, 'path_invalid'],
    [files.read('/proc/self/fd/0'), 409, 'wrong_file_type'],
    [files.write('fifo', 'x'), 409, 'wrong_file_type'],
    [files.write('folder', 'x'), 409, 'wrong_file_type'],
    [files.write('new/', 'x'), 409, 'wrong_file_type'],
    [files.write('file/below', 'x'), 409, 'wrong_file_type'],
    [files.write('readonly', 'x'), 403, 'permission_denied'],
    [files.write('/etc/hosts', 'x'), 403, 'permission_denied'],
    [files.write('/proc/self/fd/1', 'x'), 404, 'file_not_found'],
    [files.list('file'), 409, 'wrong_file_type'],
    [files.ask('DELETE', `/files?${at('folder')}`), 409, 'folder_not_empty'],
    [files.ask('POST', '/files/mkdir', { path: 'folder', parents: false }), 409, 'file_exists'],
    [files.ask('POST', '/files/mkdir', { path: 'file/below' }), 409, 'wrong_file_type'],
    [files.ask('POST', '/files/chmod', { path: '/etc/hosts', mode: '777' }), 403, 'permission_denied'],
    [
      files.ask('POST', '/files/move', { from: { path: 'file' }, to: { path: 'folder/inside' }, overwrite: false }),
      409,
      'file_exists',
    ],
    [
      files.ask('POST', '/files/move', { from: { path: 'folder' }, to: { path: 'folder/inside/x' } }),
      409,
      'wrong_file_type',
    ],
    [files.ask('GET', '/files/stat?path='), 400, 'invalid_request'],
    [files.ask('GET', '/files/stat?path=a&path_base64=YQ=='), 400, 'invalid_request'],
    [files.ask('GET', '/files/other'), 404, 'route_not_found'],
    [files.ask('POST', '/files/search', { path: '.', pattern: '(' }), 400, 'invalid_request'],
  ];
  const outcomes = await Promise.allSettled(codes.map(([call]) => call));
  const told = outcomes.map((outcome) =>
    outcome.status === 'rejected' ? [outcome.reason.status, outcome.reason.code] : 'done',
  );
  expect(told).toEqual(codes.map(([, status, code]) => [status, code]));
});

test.skipIf(!namespacesHere)('no space is told, and nothing is left of what was tried', async () => {
  await using here = await start();
  const full = join(here.home, 'full');
  await mkdir(full);
  await using _ = await mountSmall(full);
  await expect(here.files.write('full/large', Buffer.alloc(4 * 1024 * 1024))).rejects.toMatchObject({
    status: 507,
    code: 'no_space',
  });
  expect((await here.files.list('full')).entries).toEqual([]);
  expect(await here.files.write('full/small', 'fits')).toMatchObject({ created: true });
});

async function mountSmall(folder: string): Promise<AsyncDisposable> {
  execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', 'size=1m,uid=1000,gid=1000,mode=755', 'matrx-test', folder]);
  return { [Symbol.asyncDispose]: async () => void execFileSync('/bin/umount', ['-l', folder]) };
}

test('a file that grows while it is read gives what it had, one that shrinks breaks off', async () => {
  await using here = await start();
  const path = join(here.home, 'log');
  await own(path, Buffer.alloc(4 * 1024 * 1024, 'a'));
  const growing = here.files.read('log');
  await writeFile(path, Buffer.alloc(1024, 'b'), { flag: 'a' });
  expect((await growing).length).toBeGreaterThanOrEqual(4 * 1024 * 1024);
  await truncate(path, 64 * 1024 * 1024);
  const stream = here.machine.http.request({ ':path': '/files?path=log' });
  const broken = new Promise((resolve) => stream.once('error', resolve));
  await new Promise((resolve) => stream.once('response', resolve));
  await truncate(path, 0);
  stream.resume();
  expect(await broken).toMatchObject({ code: 'ERR_HTTP2_STREAM_ERROR' });
});

test('a list goes on page by page, over names of any bytes, while the folder changes', async () => {
  await using here = await start();
  const names = ['a', 'b/1', 'b/2/x', 'b/2/y', 'b-', 'c', 'z'];
  for (const name of names) await here.files.write(name, name);
  const seen: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page = await here.files.list('.', `&depth=9&limit=2${cursor && `&cursor=${cursor}`}`);
    seen.push(...page.entries.map(({ path }) => path?.slice(here.home.length + 1) ?? ''));
    cursor = page.next_cursor;
    if (seen.length === 4) await here.files.remove('b/2');
  }
  expect(seen).toEqual(['a', 'b', 'b/1', 'b/2', 'b-', 'c', 'z']);
  expect((await here.files.list('.')).entries.map(({ name }) => name)).toEqual(['a', 'b', 'b-', 'c', 'z']);
});

test('several files are written by one call, and a hash tells of the parts too', async () => {
  await using here = await start();
  const given = [
    { path: 'x/1', data: 'one' },
    { path: 'x/2', data: Buffer.from([0, 255]).toString('base64'), encoding: 'base64', mode: '600' },
    { path: 'x/empty', data: '' },
  ];
  const { files } = await here.files.ask('POST', '/files/batch', { files: given });
  expect(files.map(({ entry }: { entry: { size: number; mode: string } }) => [entry.size, entry.mode])).toEqual([
    [3, '644'],
    [2, '600'],
    [0, '644'],
  ]);
  const part = 5 * 1024 * 1024;
  const bytes = randomBytes(part + 10);
  await here.files.write('large', bytes);
  expect(await here.files.ask('GET', `/files/hash?path=large&part_bytes=${part}`)).toEqual({
    size: part + 10,
    sha256: sha256(bytes),
    parts: [sha256(bytes.subarray(0, part)), sha256(bytes.subarray(part))],
  });
  const whole = { size: part + 10, sha256: sha256(bytes), parts: [sha256(bytes)] };
  expect(await here.files.ask('GET', `/files/hash?path=large&part_bytes=${part + 10}`)).toEqual(whole);
  expect(await here.files.ask('GET', `/files/hash?path=large&part_bytes=${2 * part}`)).toEqual(whole);
  expect(await here.files.ask('GET', `/files/hash?path=x/empty&part_bytes=${part}`)).toMatchObject({ parts: [] });
});

test('a large write that is refused is told so, and the channel goes on', async () => {
  await using here = await start();
  const bytes = Buffer.alloc(8 * 1024 * 1024);
  await expect(here.files.write('/etc/hosts', bytes)).rejects.toMatchObject({ code: 'permission_denied' });
  await expect(here.files.write('/etc/hosts', Readable.from(pieces(bytes)))).rejects.toMatchObject({
    code: 'permission_denied',
  });
  expect(await here.files.write('after', 'x')).toMatchObject({ created: true });
});

test('a list goes past what it may not enter, and through /proc', async () => {
  await using here = await start();
  await here.machine.run({ command: 'mkdir -p in/closed/x in/dark/x in/open; chmod 0 in/closed; chmod 600 in/dark' });
  const { entries } = await here.files.list('in', '&depth=9');
  expect(entries.map(({ name }) => name)).toEqual(['closed', 'dark', 'open']);
  expect((await here.files.list('/proc', '&depth=3&limit=1000')).entries).toHaveLength(1_000);
  await here.machine.run({ command: 'chmod -R 755 in' });
});

test('a search finds names and lines, and says when there is more', async () => {
  await using here = await start();
  await here.files.write('src/a.ts', 'const one = 1;\nconst Two = 2;\n');
  await here.files.write('src/deep/b.ts', 'two\r\nthree');
  await here.files.write('src/binary', Buffer.from('two\0'));
  const search = async (query: object) => {
    const events = (await here.files.events('POST', '/files/search', { path: 'src', ...query })) as {
      event: string;
      path?: string;
      line?: number;
    }[];
    return events.map(({ event, path, line }) =>
      event === 'match' ? `${path?.slice(here.home.length + 5)}:${line}` : event,
    );
  };
  expect(await search({ name: '*.ts' })).toEqual(['a.ts:null', 'deep/b.ts:null', 'finished']);
  expect(await search({ name: 'deep/*.ts' })).toEqual(['deep/b.ts:null', 'finished']);
  expect(await search({ text: 'two' })).toEqual(['deep/b.ts:1', 'finished']);
  expect(await search({ text: 'two', ignore_case: true })).toEqual(['a.ts:2', 'deep/b.ts:1', 'finished']);
  expect(await search({ pattern: '^const \\w+ = [12]', name: 'a.*' })).toEqual(['a.ts:1', 'a.ts:2', 'finished']);
  const cut = await here.files.events('POST', '/files/search', { path: 'src', pattern: '.', max_matches: 1 });
  expect(cut.at(-1)).toEqual({ event: 'finished', matches: 1, truncated: true });
});

test('a watch tells of a write when the file is in its place, and of nothing that was before', async () => {
  await using here = await start();
  await here.files.ask('POST', '/files/mkdir', { path: 'w' });
  const stream = here.machine.http.request({ ':path': '/files/watch?path=w&recursive=true' }).on('error', () => {});
  let text = '';
  stream.on('data', (chunk) => (text += chunk));
  await expect.poll(() => text, patient).toContain('"watching"');
  await here.files.write('w/file', 'first');
  await here.files.write('w/file', 'second');
  await here.files.write('w/once', 'x', '&if_none_match=*');
  await here.files.write('w/new/file', 'x');
  await here.files.write('w/last', 'x');
  await expect.poll(() => text, patient).toContain('w/last"');
  expect(text).toContain('"created"');
  expect(text).not.toContain('.matrx-');
});

test('a watch tells what comes, changes and goes, also in folders made meanwhile', async () => {
  await using here = await start();
  await here.files.write('w/old', 'x');
  const stream = here.machine.http.request({ ':path': '/files/watch?path=w&recursive=true' }).on('error', () => {});
  let text = '';
  stream.on('data', (chunk) => (text += chunk));
  const told = () =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line))
      .map(({ event, path }) => `${event} ${path?.slice(here.home.length + 3) ?? ''}`.trim());
  await expect.poll(told, patient).toEqual(['watching']);
  await here.machine.run({ command: 'mkdir -p w/new/deep; echo x > w/new/deep/file; echo y >> w/old; rm w/old' });
  await expect
    .poll(told)
    .toEqual(
      expect.arrayContaining([
        'created new',
        'created new/deep',
        'created new/deep/file',
        'changed old',
        'removed old',
      ]),
    );
  await here.machine.run({ command: 'echo z > w/new/deep/later' });
  await expect.poll(told, patient).toContain('created new/deep/later');
  await here.machine.run({ command: 'rm -r w' });
  await expect.poll(() => text.trimEnd().split('\n').at(-1), patient).toContain('"file_not_found"');
  expect((await stat(here.home)).isDirectory()).toBe(true);
});
